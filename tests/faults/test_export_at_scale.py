"""A million rows in each form: the first byte, the memory, the rate beside psql's \\copy; readers who leave or stall.

Runs on the million of `make bench`; « BENCH_SIZES=1k,100k » leaves it out here too. What it measured goes to
``BENCH_DIR/exports.md``.
"""

import csv
import os
import shutil
import socket
import subprocess
import threading
import time
import zipfile
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import orjson
import pytest

from alliance import embedded
from alliance.lib import xlsx
from alliance.lib.slow_readers import EVERY_SECONDS, PATIENCE_SECONDS
from tests.bench.ground import FOLDER, SIZES, built, server
from tests.faults.load_server import Served, served

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(
        "1M" not in os.environ.get("BENCH_SIZES", ",".join(SIZES)), reason="BENCH_SIZES leaves the million out"
    ),
]
PATH = "/api/v1/projects/?freshness=confirmed&freshness=to_confirm&freshness=stale&format="
FIRST_BYTE, GROWTH_MB, SHARE = 0.3, 60, 0.3
COPY = r"\copy (SELECT * FROM partners_project) TO '{}' CSV HEADER"


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """One worker: what the file costs is told apart from what else goes on."""
    with server() as address:
        base = built(address, "1M")
        folder = tmp_path_factory.mktemp("web")
        with served(base, folder, WEB_WORKERS="1", EXPORTS_AT_ONCE="2") as found:
            yield found


@pytest.fixture(scope="module")
def said():
    lines: list[str] = []
    yield lines
    (FOLDER / "exports.md").write_text("\n".join(lines) + "\n")
    print("\n" + "\n".join(lines))


@dataclass(frozen=True)
class Download:
    """Seconds to the first byte of the body and to the last; megabytes of it, and of memory that it took."""

    first: float
    took: float
    size: float
    growth: float

    def line(self, form: str, share: float) -> str:
        return (
            f"{form}: {self.size:.0f} MB in {self.took:.1f} s, first byte {self.first * 1000:.0f} ms, "
            f"memory +{self.growth:.0f} MB, {share:.2f} of \\copy's rate"
        )


def download(web: Served, form: str, target: Path) -> Download:
    before, most, over = web.memory_mb()["web"], [0.0], threading.Event()

    def watch():
        while not over.wait(0.2):
            most[0] = max(most[0], web.memory_mb()["web"])

    watching = threading.Thread(target=watch)
    watching.start()
    began = time.perf_counter()
    with closing(HTTPConnection("127.0.0.1", web.port, timeout=600)) as line, target.open("wb") as written:
        line.request("GET", PATH + form)
        answer = line.getresponse()
        written.write(answer.read(1))
        first = time.perf_counter() - began
        shutil.copyfileobj(answer, written, 1 << 18)
    took = time.perf_counter() - began
    over.set()
    watching.join()
    assert answer.status == 200
    return Download(first, took, target.stat().st_size / 1e6, most[0] - before)


def copy_rate(web: Served, target: Path) -> float:
    """MB a second of psql's \\copy, whole rows of the same projects."""
    ours = embedded._binaries() / "psql"
    began = time.perf_counter()
    subprocess.run([ours if ours.exists() else "psql", "-qX", web.url, "-c", COPY.format(target)], check=True)
    return target.stat().st_size / 1e6 / (time.perf_counter() - began)


def rows_of_csv(path: Path) -> int:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return sum(1 for _ in csv.reader(lines)) - 1


def rows_of_sheet(path: Path) -> int:
    with zipfile.ZipFile(path) as book, book.open("xl/worksheets/sheet1.xml") as sheet:
        return sum(block.count(b"<row>") for block in iter(lambda: sheet.readline(), b"")) - 1


def rows_of_features(path: Path) -> int:
    """Every feature stands on a line; the whole is read once, as any reader would."""
    with path.open("rb") as told:
        return len(orjson.loads(told.read())["features"])


ROWS = {"csv": rows_of_csv, "geojson": rows_of_features, "xlsx": rows_of_sheet}


@pytest.mark.parametrize("form", ROWS)
def test_a_million_rows_leave_at_once_fast_and_in_little_memory(web, said, tmp_path, form):
    download(web, f"{form}&region=53", tmp_path / "warm")
    rate = copy_rate(web, tmp_path / "copied")
    (tmp_path / "copied").unlink()
    found = download(web, form, tmp_path / form)
    share = found.size / found.took / rate
    said.append(found.line(form, share))
    rows = ROWS[form](tmp_path / form)
    (tmp_path / form).unlink()
    assert 900_000 <= rows <= xlsx.ROWS_MAX
    assert found.first <= FIRST_BYTE
    assert found.growth <= GROWTH_MB
    if form == "csv":
        assert share >= SHARE


def reader(web: Served) -> socket.socket:
    """Asks for all, takes the beginning, and then nothing."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.settimeout(60)
    line.connect(("127.0.0.1", web.port))
    line.sendall(f"GET {PATH}csv HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert line.recv(12) == b"HTTP/1.1 200"
    return line


def until_nobody_asks(web: Served, seconds: float) -> float:
    """Seconds until the database works for nobody any more."""
    began = time.perf_counter()
    while web.queries():
        assert time.perf_counter() - began < seconds, "the statement goes on"
        time.sleep(0.1)
    return time.perf_counter() - began


def test_a_reader_who_leaves_frees_the_database_in_seconds(web, said):
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(closing(reader(web)))
        time.sleep(1)
        assert web.queries() == 2
    freed = until_nobody_asks(web, 10)
    said.append(f"Readers gone: the database is free after {freed:.1f} s")


def test_a_reader_who_takes_nothing_is_cut_and_sees_that_it_is_not_whole(web, said):
    received = b""
    with closing(reader(web)) as line:
        time.sleep(1)
        assert web.queries() == 1
        freed = until_nobody_asks(web, PATIENCE_SECONDS + 3 * EVERY_SECONDS + 10)
        said.append(f"A reader who takes nothing: cut, and the database free, after {freed:.0f} s")
        assert freed > PATIENCE_SECONDS / 2, "it was given time"
        with suppress(ConnectionError):
            while block := line.recv(1 << 16):
                received = received[-16:] + block
    assert not received.endswith(b"0\r\n\r\n")
