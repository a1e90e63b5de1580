"""One migrated database per state of the migrations; each worker of a run takes a copy instead of migrating its own.

Kept beside pytest's cache as a stopped server's folder; named by a digest of everything that migrations are made of.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

ROOT = Path(__file__).parents[1]
TEMPLATE = "migrated"
KEPT = 3
"""Folders kept, the latest used: one for each branch that somebody goes to and fro between."""
SOURCES = (
    *(f"{rooms}/{files}" for rooms in ("*", "alliance/*") for files in ("migrations/*.py", "models/*.py", "models.py")),
    *("alliance/lib/*.py", "alliance/settings.py", "requirements/*.txt"),
)


def digest() -> str:
    """Of the files, of who runs the server, and of which server. Another digest only costs the migrations again."""
    total = hashlib.sha256(f"{os.getuid()} {os.environ.get('PG_BINDIR', '')}".encode())
    for path in sorted({path for pattern in SOURCES for path in ROOT.glob(pattern)}):
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()[:16]


def migrate(url: str) -> None:
    """Make the template in the server behind ``url``, by the commands that any installation runs."""
    for name in templates(url):
        drop(url, name)
    with _server(url) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(TEMPLATE)))
    environment = os.environ | {"DATABASE_URL": urlsplit(url)._replace(path=f"/{TEMPLATE}").geturl()}
    for command in (["migrate", "--verbosity=0"], ["createcachetable"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)


def templates(url: str) -> list[str]:
    """That of the migrations, and those of tests/reference.py."""
    with _server(url) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [TEMPLATE])
        return [name for (name,) in rows]


def drop(url: str, name: str) -> None:
    with _server(url) as connection:
        connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


def copy(url: str, name: str, template: str = TEMPLATE) -> None:
    """A database of this ``name`` like the template, in the same server."""
    drop(url, name)
    with _server(url) as connection:
        copied = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        connection.execute(copied.format(Identifier(name), Identifier(template)))


def _server(url: str):
    return closing(psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True))


def keep(folder: Path, kept: Path) -> None:
    """Keep the folder of a stopped server: whole, or not at all."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", dir=kept.parent) as draft:
            take(folder, Path(draft, kept.name))
            Path(draft, kept.name).rename(kept)
    except (OSError, subprocess.CalledProcessError):  # somebody was faster, or the disk is full: the run goes on
        return
    by_age = sorted(kept.parent.glob("[!.]*"), key=lambda path: path.stat().st_mtime)
    for old in by_age[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def take(kept: Path, folder: Path) -> None:
    """Copy a stopped server's folder, with its owner and rights."""
    subprocess.run(["cp", "-a", str(kept), str(folder)], check=True, capture_output=True)
