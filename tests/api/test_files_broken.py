"""Files whose reader is slow, or whose database goes away: bounded, and never whole by mistake."""

import io
import json
import zipfile

import psycopg
import pytest
from django.db import OperationalError
from django.http import FileResponse

from alliance.lib import admission, exports
from alliance.lib.exports import Held, Slots
from tests import builders

pytestmark = pytest.mark.django_db
PATH = "/api/v1/projects/?format="


class Clock:
    def __init__(self):
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(exports, "time", found)
    return found


def blocks(number: int, size: int = 65_536):
    for _ in range(number):
        yield b"x" * size


def read(held: Held, clock: Clock, seconds: float) -> list[bytes]:
    """A reader who takes ``seconds`` for each block."""
    received = []
    for block in held:
        received.append(block)
        clock.now += seconds
    return received


def test_a_reader_slower_than_the_slowest_is_not_waited_for(clock):
    held = Held(blocks(1_000), Slots(1), b"the end")
    received = read(held, clock, 4.0)
    assert (len(received), received[-1]) == (9, b"the end")


def test_a_reader_just_fast_enough_gets_the_whole(clock):
    received = read(Held(blocks(1_000), Slots(1), b"the end"), clock, 1.9)
    assert (len(received), received[-1]) == (1_000, b"x" * 65_536)


def test_nobody_reads_for_more_than_an_hour(clock):
    assert len(read(Held(blocks(10_000), Slots(1)), clock, 1.0)) < 3_700


def test_a_slow_database_is_not_the_reader_s_fault(clock):
    def slow():
        for block in blocks(100):
            clock.now += 10
            yield block

    assert len(read(Held(slow(), Slots(1)), clock, 0.0)) == 100


def test_a_file_lets_the_others_go_first(clock, monkeypatch):
    def made():
        for block in blocks(5):
            clock.now += 0.01
            yield block

    monkeypatch.setattr(admission, "gate", admission.Gate(1, 1))
    read(Held(made(), Slots(1)), clock, 0.0)
    alone = clock.now
    admission.gate.enter(0)
    read(Held(made(), Slots(1)), clock, 0.0)
    assert alone - 1_000 == pytest.approx(0.05)
    assert clock.now - alone == pytest.approx(0.1)


@pytest.mark.parametrize("error", [OperationalError, psycopg.OperationalError])
def test_a_database_that_goes_away_leaves_a_csv_that_says_so(error):
    def broken():
        yield b"title\n"
        raise error("gone")

    assert list(Held(broken(), Slots(1), b"the end")) == [b"title\n", b"the end"]


def test_every_csv_has_its_ending_ready(client, monkeypatch):
    taken = []
    monkeypatch.setattr(Slots, "take", lambda self, content, *, ending: taken.append(ending))
    monkeypatch.setattr(exports, "slots", Slots(1))
    for form in exports.FORMATS:
        assert client.get(f"{PATH}{form}").status_code == 503
    assert taken == [f'"{exports.INCOMPLETE}"\n'.encode(), b"", b"", b""]


@pytest.mark.parametrize(
    ("form", "refuses"), [("json", json.loads), ("geojson", json.loads), ("xlsx", zipfile.ZipFile)]
)
def test_what_is_not_whole_cannot_be_read(client, form, refuses):
    """A control of the three other forms: cut anywhere, they do not open."""
    for number in range(3):
        builders.project(title=f"Projet {number}")
    whole = b"".join(client.get(f"{PATH}{form}"))
    refuses(io.BytesIO(whole) if form == "xlsx" else whole)
    for part in (0.3, 0.9):
        cut = whole[: int(len(whole) * part)]
        with pytest.raises((ValueError, zipfile.BadZipFile)):
            refuses(io.BytesIO(cut) if form == "xlsx" else cut)


def test_another_file_takes_a_slot_too_and_gives_it_back(monkeypatch):
    """The daily files of open data: what keeps its reader waiting is counted with the rest."""
    monkeypatch.setattr(exports, "slots", Slots(1))
    monkeypatch.setattr(exports, "PATIENCE_SECONDS", 0.01)
    first = exports.bounded(FileResponse(io.BytesIO(b"x" * 10_000), filename="a.csv.gz"))
    content = iter(first.streaming_content)
    next(content)
    refused = exports.bounded(FileResponse(io.BytesIO(b"y"), filename="b.csv.gz"))
    assert (refused.status_code, refused["Retry-After"]) == (503, str(exports.RETRY_AFTER_SECONDS))
    assert b"".join(content) == b"x" * (10_000 - 4096)
    first.close()
    assert b"".join(exports.bounded(FileResponse(io.BytesIO(b"z"), filename="c.csv.gz"))) == b"z"
    assert first["Content-Length"] == "10000"
