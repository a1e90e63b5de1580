"""What the bench stands on: databases of 1,000, 100,000 and 1,000,000 projects, kept between runs, and web servers.

``BENCH_SERVER`` names a PostgreSQL of others (« postgresql://postgres@/{name}?host=/folder »); without it, one of ours
in ``BENCH_DIR``. A database is built again when migrations have changed; a run that stopped goes on where it was.
"""

import os
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.request import urlopen

import psycopg

from alliance import embedded
from alliance.running.prepare import TOP
from alliance.running.programs import listening_socket

FOLDER = Path(os.environ.get("BENCH_DIR") or TOP / "var" / "bench").absolute()
"""`make bench DATA_DIR=…` gives ``BENCH_DIR``: tests have a ``DATA_DIR`` of their own, gone with them."""
SIZES = {"1k": 1_000, "100k": 100_000, "1M": 1_000_000}
"""The demonstration has 1,500 projects of its own: « 1k » holds them."""
UNSAFE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=4GB")
"""What is built can be built again: a machine that loses its current loses the bench, and writing costs half."""
COUNT = "from partners.jobs import count_projects; count_projects()"
"""What the clock would have done since yesterday."""
CHOSEN = [size for size in os.environ.get("BENCH_SIZES", ",".join(SIZES)).split(",") if size]


@dataclass(frozen=True)
class Base:
    """One database: ``size`` is its name in the table."""

    size: str
    url: str

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in {"DJANGO_SETTINGS_MODULE", "DEMO"}}
        return kept | {
            "DATABASE_URL": self.url, "PORTAL_MODE": "run", "SECRET_KEY": "bench-" * 10,
            "DATA_DIR": str(FOLDER), "ALLOWED_HOSTS": "127.0.0.1,localhost", "SITE_URL": "http://localhost",
            "DEMO": "1", "DB_POOL": "4", "PAGES_KEPT_MB": "0",
        }  # fmt: skip

    def manage(self, *words: str) -> None:
        subprocess.run([sys.executable, "manage.py", *words], cwd=TOP, env=self.environment(), check=True)


@contextmanager
def server():
    """A function from a database's name to its address."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if given := os.environ.get("BENCH_SERVER"):
        yield given.format
        return
    cluster = replace(embedded.cluster(FOLDER / "postgres"), settings=UNSAFE)
    process = cluster.start()
    try:
        yield lambda name: cluster.url.removesuffix(embedded.DATABASE) + name
    finally:
        embedded.stop(process)
        cluster.forget_sockets()


def built(address, size: str) -> Base:
    """The database of this size, built unless it is there."""
    name = f"bench_{size.lower()}"
    base, wanted = Base(size, address(name=name)), fingerprint()
    with psycopg.connect(address(name="postgres"), autocommit=True) as connection:
        found = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
        if found and found[0] == wanted:
            base.manage("shell", "-v0", "-c", COUNT)
            return base
        if not found:
            connection.execute(f"CREATE DATABASE {name}")
    started = time.monotonic()
    base.manage("migrate", "-v0")
    base.manage("createcachetable")
    base.manage("load_territories", "-v0")
    base.manage("load_facts", "-v0")
    base.manage("demo_data", "--if-needed", "--projects", str(SIZES[size]))
    base.manage("shell", "-v0", "-c", COUNT)  # a migration may ask for the figures to be written again
    with psycopg.connect(address(name="postgres"), autocommit=True) as connection:
        connection.execute(f"COMMENT ON DATABASE {name} IS '{wanted}'")
    print(f"{size}: built in {time.monotonic() - started:.0f} s")
    return base


def fingerprint() -> str:
    return " ".join(sorted(path.stem for app in ("partners", "charter", "lib") for path in _migrations(app)))


def _migrations(app: str):
    return (TOP / ("alliance/lib" if app == "lib" else app) / "migrations").glob("0*.py")


@dataclass(frozen=True)
class Web:
    """A web server of one process and one thread: what it costs is what its process burns."""

    port: int
    process: subprocess.Popen

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def worker(self) -> int:
        """The process that answers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[-1]) if children else self.process.pid

    def cpu_seconds(self) -> float:
        words = Path(f"/proc/{self.worker}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """The most that the process ever held."""
        lines = Path(f"/proc/{self.worker}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


@contextmanager
def web(base: Base, application: str, **environment: str):
    """granian, as the portal runs it, serving ``application``."""
    with listening_socket("127.0.0.1", 0) as found:
        port = found.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", "1", "--http", "1", "--no-ws", "--log-level", "error"]
    command.append(application)
    with (FOLDER / "web.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=TOP, env=base.environment() | environment, stdout=log, stderr=log, start_new_session=True
        )
    served = Web(port, process)
    try:
        _wait(served)
        yield served
    finally:
        process.terminate()
        process.wait(20)


def _wait(served: Web) -> None:
    until = time.monotonic() + 60
    while served.process.poll() is None and time.monotonic() < until:
        with suppress(OSError):
            urlopen(served.url("/healthz"), timeout=30).close()
            return
        time.sleep(0.1)
    raise RuntimeError(f"The web server did not start: see {FOLDER / 'web.log'}.")


def heading(title: str, *columns: str) -> list[str]:
    """The first lines of a table of the report."""
    return ["", f"### {title}", "", f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
