"""A small IMAP server over TLS, for what a reader of a mailbox says, and that can be told to fail."""

import base64
import datetime
import ipaddress
import re
import socket
import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@cache
def certificate() -> tuple[bytes, bytes]:
    """Key and self-signed certificate of 127.0.0.1, in PEM."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    place = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).add_extension(place, critical=False)
    made = made.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1)).sign(key, hashes.SHA256())
    plain = serialization.NoEncryption()
    kind = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, kind, plain), made.public_bytes(serialization.Encoding.PEM)


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cadata=certificate()[1].decode())


@dataclass
class Message:
    raw: bytes
    flags: set[str] = field(default_factory=set)


class ImapServer(socketserver.ThreadingTCPServer):
    """``messages``: UID n is the nth. ``keywords``: whether it keeps unknown flags. ``dies_at``: the command, by its
    word, at which the connection is cut. ``claims``: the length that it announces of each message. ``asked``: what
    was asked, oldest first.
    """

    allow_reuse_address = daemon_threads = True
    user, password = "retours@portail.invalid", 'mot de passe « é » \\"%'

    def __init__(self, folder: Path, *, starts_tls: bool = False, plain: bool = True) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.messages: list[Message] = []
        self.asked: list[str] = []
        self.starts_tls, self.plain = starts_tls, plain
        self.keywords, self.read_only, self.dies_at, self.claims = True, False, "", None
        (folder / "key.pem").write_bytes(b"".join(certificate()))
        self.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.tls.load_cert_chain(folder / "key.pem")
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def url(self, *, password: str | None = None, folder: str = "INBOX") -> str:
        scheme = "imap+tls" if self.starts_tls else "imaps"
        who = f"{quote(self.user, safe='')}:{quote(password or self.password, safe='')}"
        return f"{scheme}://{who}@127.0.0.1:{self.server_address[1]}/{folder}"

    def put(self, *raws: bytes) -> None:
        self.messages += [Message(raw) for raw in raws]

    def handle_error(self, request, client_address) -> None:
        """A client that does not trust us hangs up: nothing to tell."""

    def end(self) -> None:
        self.shutdown()
        self.server_close()


class Session(socketserver.BaseRequestHandler):
    server: ImapServer

    def handle(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = self.request if self.server.starts_tls else self.secured()
        self.lines = self.stream.makefile("rb")
        self.say(f"* OK [{self.capability()}] ready")
        while line := self.lines.readline():
            tag, command, *rest = line.decode().rstrip("\r\n").split(" ", 2)
            words = " ".join([command, *rest])
            self.server.asked.append(re.sub(r"^LOGIN .*", "LOGIN", words))
            if self.server.dies_at and words.upper().startswith(self.server.dies_at):
                return
            method = getattr(self, command.upper(), None)
            self.say(f"{tag} {method(rest[0] if rest else '') if method else 'BAD'} done")
            if command.upper() == "LOGOUT":
                return
            if command.upper() == "STARTTLS":
                self.stream = self.secured()
                self.lines = self.stream.makefile("rb")

    def finish(self) -> None:
        for each in (getattr(self, "lines", None), getattr(self, "stream", None)):
            if each:
                each.close()

    def secured(self) -> ssl.SSLSocket:
        return self.server.tls.wrap_socket(self.request, server_side=True)

    def say(self, text: str | bytes) -> None:
        self.stream.sendall((text.encode() if isinstance(text, str) else text) + b"\r\n")

    def capability(self) -> str:
        secret = isinstance(self.stream, ssl.SSLSocket)
        given = (["AUTH=PLAIN"] if self.server.plain else []) if secret else ["STARTTLS", "LOGINDISABLED"]
        return " ".join(["CAPABILITY", "IMAP4rev1", *given])

    def CAPABILITY(self, rest: str) -> str:
        self.say(f"* {self.capability()}")
        return "OK"

    def STARTTLS(self, rest: str) -> str:
        return "OK"

    def LOGOUT(self, rest: str) -> str:
        self.say("* BYE")
        return "OK"

    def AUTHENTICATE(self, rest: str) -> str:
        self.say("+ ")
        given = base64.b64decode(self.lines.readline()).decode()
        return self.known(given == f"\0{self.server.user}\0{self.server.password}")

    def LOGIN(self, rest: str) -> str:
        user, password = (re.sub(r"\\(.)", r"\1", each) for each in re.findall(r'"((?:\\.|[^"\\])*)"', rest))
        return self.known((user, password) == (self.server.user, self.server.password))

    def known(self, holds: bool) -> str:
        return "OK" if holds else f"NO [AUTHENTICATIONFAILED] {self.server.user} is not welcome"

    def SELECT(self, rest: str) -> str:
        if rest != '"INBOX"':
            return "NO [NONEXISTENT] no such folder"
        self.say(f"* {len(self.server.messages)} EXISTS")
        self.say(f"* OK [PERMANENTFLAGS (\\Seen \\Deleted{' \\*' if self.server.keywords else ''})] kept")
        if self.server.read_only:
            self.say("* OK [READ-ONLY] look only")
        return f"OK [{'READ-ONLY' if self.server.read_only else 'READ-WRITE'}]"

    def UID(self, rest: str) -> str:
        command, rest = rest.split(" ", 1)
        return getattr(self, f"uid_{command.lower()}")(rest)

    def uid_search(self, rest: str) -> str:
        first, last, unwanted = re.fullmatch(r"(\d+):(\d+) UNDELETED (UNKEYWORD \w+|UNSEEN)", rest).groups()
        flag = "\\Seen" if unwanted == "UNSEEN" else unwanted.split()[1]
        found = [n for n in range(int(first), int(last) + 1) if flag not in self.server.messages[n - 1].flags]
        self.say("* SEARCH" + "".join(f" {number}" for number in found))
        return "OK"

    def uid_fetch(self, rest: str) -> str:
        number, most = re.fullmatch(r"(\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", rest).groups()
        raw = self.server.messages[int(number) - 1].raw[: int(most)]
        self.say(f"* {number} FETCH (UID {number} BODY[]<0> {{{self.server.claims or len(raw)}}}".encode())
        self.say(raw + b")")
        return "OK"

    def uid_store(self, rest: str) -> str:
        number, flags = re.fullmatch(r"(\d+) \+FLAGS\.SILENT \((.*)\)", rest).groups()
        kept = {flag for flag in flags.split() if self.server.keywords or flag.startswith("\\")}
        self.server.messages[int(number) - 1].flags |= kept
        return "OK"
