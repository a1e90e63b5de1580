"""The reader of mailboxes, over TLS against a server that answers, refuses, or dies."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from alliance.lib import mailbox
from alliance.lib.mail_url import MailboxAddress, mailbox_from_url
from tests.imap import ImapServer, Message, trusting


@pytest.fixture
def server(tmp_path):
    server = ImapServer(tmp_path)
    yield server
    server.end()


def read(server: ImapServer, **asked) -> list[bytes]:
    with mailbox.opened(mailbox_from_url(server.url(**asked)), trusted=trusting()) as box:
        numbers = box.unread(10)
        found = [box.beginning(number) for number in numbers]
        for number in numbers:
            box.mark(number)
    return found


def test_an_address_is_read_with_its_signs_and_shows_neither_user_nor_password():
    address = mailbox_from_url("imaps://retours%40portail.invalid:p%2Fw%3A@courrier.invalid/Retours/2026")
    assert address == MailboxAddress(
        "courrier.invalid", 993, "retours@portail.invalid", "p/w:", "Retours/2026", starts_tls=False
    )
    assert repr(address) == (
        "MailboxAddress(host='courrier.invalid', port=993, folder='Retours/2026', starts_tls=False)"
    )
    assert mailbox_from_url("imap+tls://a:b@h").port == 143
    assert mailbox_from_url("imaps://a:b@h:1993").folder == "INBOX"


WRONG = [
    "imap://ana:secret@h/INBOX", "https://ana:secret@h", "imaps://h/INBOX", "imaps://ana@h", "imaps://ana:secret@h:x",
    "imaps://ana:secret%0d%0a@h", "imaps://ana:secret@h/Reçus", "secret",
]  # fmt: skip


@pytest.mark.parametrize("url", WRONG)
def test_a_wrong_address_stops_the_start_and_is_not_quoted(url):
    with pytest.raises(ImproperlyConfigured, match="imaps://user:password@host/INBOX") as refused:
        mailbox_from_url(url)
    assert "secret" not in str(refused.value)
    assert refused.value.__context__ is None or refused.value.__suppress_context__


def test_each_message_is_read_once_and_seen(server):
    server.put(b"un", b"deux")
    assert read(server) == [b"un", b"deux"]
    assert read(server) == []
    assert [message.flags for message in server.messages] == [{"PortailLu", "\\Seen"}] * 2


def test_whoever_opens_the_mailbox_does_not_hide_a_message_from_us_where_keywords_are_kept(server):
    server.messages = [Message(b"un", {"\\Seen"}), Message(b"deux")]
    server.keywords = False
    assert read(server) == [b"deux"]
    server.keywords = True
    assert read(server) == [b"un", b"deux"], "« vu » is not « lu par le portail »"


@pytest.mark.parametrize(("starts_tls", "plain"), [(True, True), (False, False)])
def test_tls_may_begin_afterwards_and_a_server_may_know_no_other_sign_in(tmp_path, starts_tls, plain):
    server = ImapServer(tmp_path, starts_tls=starts_tls, plain=plain)
    if not plain:
        server.password = 'secret "\\'
    server.put(b"un")
    assert read(server) == [b"un"]
    assert any(asked.startswith("AUTHENTICATE") for asked in server.asked) == plain
    server.end()


def test_only_the_beginning_of_a_huge_message_is_fetched(server, monkeypatch):
    monkeypatch.setattr(mailbox, "BEGINNING", 1_000)
    server.put(b"x" * 50_000)
    assert read(server) == [b"x" * 1_000]


def test_a_length_that_was_not_asked_for_is_refused_before_it_is_read(server):
    server.put(b"un")
    server.claims = 4_000_000_000
    with pytest.raises(mailbox.MailboxCut):
        read(server)


def test_a_crowded_mailbox_is_asked_about_by_windows(server, monkeypatch):
    monkeypatch.setattr(mailbox, "WINDOW", 4)
    server.put(*[b"%d" % number for number in range(15)])
    server.messages[0].flags.add("PortailLu")
    assert read(server) == [b"%d" % number for number in range(1, 11)]
    asked = [asked.split()[2] for asked in server.asked if asked.startswith("UID SEARCH")]
    assert asked == ["1:4", "5:8", "9:12"]


def test_a_certificate_that_nobody_vouches_for_is_refused_before_the_password(server):
    with pytest.raises(mailbox.MailboxCertificateRefused), mailbox.opened(mailbox_from_url(server.url())):
        pass
    assert server.asked == []


FAILURES = [
    ({}, {"password": "faux"}, mailbox.MailboxLoginRefused),
    ({}, {"folder": "Absent"}, mailbox.MailboxFolderRefused),
    ({"read_only": True}, {}, mailbox.MailboxFolderRefused),
    ({"dies_at": "SELECT"}, {}, mailbox.MailboxCut),
    ({"dies_at": "UID FETCH"}, {}, mailbox.MailboxCut),
    ({"dies_at": "UID STORE"}, {}, mailbox.MailboxCut),
]


@pytest.mark.parametrize(("state", "asked", "error"), FAILURES)
def test_what_goes_wrong_is_told_by_its_kind_alone(server, state, asked, error):
    server.put(b"un")
    for name, value in state.items():
        setattr(server, name, value)
    with pytest.raises(error) as raised:
        read(server, **asked)
    assert str(raised.value) == "", "a server's answer may name the user"
    assert raised.value.__suppress_context__


def test_nobody_at_the_address_is_told_so(server):
    url = server.url()
    server.end()
    with pytest.raises(mailbox.MailboxUnreachable), mailbox.opened(mailbox_from_url(url), trusted=trusting()):
        pass
