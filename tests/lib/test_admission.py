"""The gates of a web process: so many inside, so many waiting, the others told at once to come back."""

import threading
import time

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from alliance.lib import admission
from alliance.lib.admission import AdmissionMiddleware, Gate
from alliance.lib.board import Board, Figures
from tests.events.waiting import rival


@pytest.fixture
def narrow(monkeypatch):
    """One place, one bench, nobody patient."""
    monkeypatch.setattr(admission, "gate", Gate(1, 1))
    monkeypatch.setattr(admission, "heavy_gate", Gate(1, 0))
    monkeypatch.setattr(admission, "READ_PATIENCE", 0.01)
    monkeypatch.setattr(admission, "ACT_PATIENCE", 5.0)
    return admission


def ask(path: str = "/", method: str = "GET", view=lambda request: HttpResponse("served")):
    return AdmissionMiddleware(view)(RequestFactory().generic(method, path))


def until(truth) -> None:
    deadline = time.monotonic() + 5
    while not truth():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_places_are_given_in_the_order_of_arrival():
    gate, served = Gate(1, 3), []

    def wait(number):
        assert gate.enter(5)
        served.append(number)
        gate.leave()

    assert gate.enter(0)
    waiting = []
    for number in range(3):
        waiting.append(rival(wait, number))
        until(lambda: len(gate.turns) == number + 1)  # noqa: B023
    assert not gate.enter(5), "no bench is left: refused at once"
    gate.leave()
    for each in waiting:
        each.result()
    assert (served, gate.inside, gate.answered, gate.refused) == ([0, 1, 2], 0, 4, 1)


def test_whoever_waited_for_nothing_leaves_no_trace():
    gate = Gate(1, 1)
    assert gate.enter(0)
    assert not gate.enter(0.01)
    gate.leave()
    assert (gate.inside, list(gate.turns), gate.refused) == (0, [], 1)
    assert gate.enter(0)


@pytest.mark.django_db
def test_beyond_the_places_a_page_is_503_and_says_when(narrow):
    assert narrow.gate.enter(0)
    refused = ask()
    assert (refused.status_code, refused["Retry-After"], refused["Cache-Control"]) == (503, "2", "no-store")
    assert "Le portail est très demandé" in refused.content.decode()
    narrow.gate.leave()
    assert ask().content == b"served"


def test_beyond_the_places_the_api_is_503_in_json(narrow):
    assert narrow.gate.enter(0)
    refused = ask("/api/v1/projects/")
    assert (refused.status_code, refused["Retry-After"], refused["Access-Control-Allow-Origin"]) == (503, "2", "*")
    assert refused["Content-Type"] == "application/json"
    assert refused.content.decode() == ('{"detail":"Le portail est très demandé. Recommencez dans quelques secondes."}')


def test_an_act_waits_longer_than_a_reader(narrow):
    assert narrow.gate.enter(0)
    act = rival(ask, "/", "POST")
    until(lambda: len(narrow.gate.turns) == 1)
    time.sleep(3 * narrow.READ_PATIENCE)
    narrow.gate.leave()
    assert act.result().content == b"served"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/static/alliance/css/base.css"])
def test_health_and_static_files_pass_beside_the_gates(narrow, path):
    assert narrow.gate.enter(0)
    assert ask(path).content == b"served"


@pytest.mark.parametrize("path", ["/api/v1/projects/?format=csv", "/espace/attestations/x.pdf", "/projets/?page=50"])
def test_what_is_heavy_never_takes_every_place(narrow, path):
    assert narrow.heavy_gate.enter(0)
    assert ask(path).status_code == 503
    assert ask("/projets/?page=49").content == b"served"
    narrow.heavy_gate.leave()
    assert ask(path).content == b"served"
    assert (narrow.gate.inside, narrow.heavy_gate.inside) == (0, 0)


def test_a_view_that_fails_gives_its_places_back(narrow):
    def fail(request):
        raise ValueError

    for _ in range(2):
        with pytest.raises(ValueError, match=r"^$"):
            ask("/?format=csv", view=fail)
    assert (narrow.gate.inside, narrow.heavy_gate.inside) == (0, 0)


def test_control_without_gates_all_are_inside_at_once(monkeypatch):
    """What the middleware prevents, and that this test would see it."""

    def most_at_once(places: int, expected: int) -> int:
        monkeypatch.setattr(admission, "gate", Gate(places, 100))
        monkeypatch.setattr(admission, "READ_PATIENCE", 10.0)
        inside, most, lock, met = [], [0], threading.Lock(), threading.Event()

        def view(request):
            with lock:
                inside.append(1)
                most[0] = max(most[0], len(inside))
                if len(inside) >= expected:
                    met.set()
            met.wait(5)  # however late the others start on a busy machine
            time.sleep(0.01)
            inside.pop()
            return HttpResponse()

        for each in [rival(ask, "/", "GET", view) for _ in range(12)]:
            assert each.result().status_code == 200
        return most[0]

    assert most_at_once(2, expected=2) == 2
    assert most_at_once(100, expected=3) > 2


def test_the_board_shows_each_living_process_and_forgets_the_dead(tmp_path):
    gate = Gate(2, 2)
    gate.board = Board(tmp_path).claim()
    assert gate.enter(0)
    assert gate.enter(0)
    gate.leave()
    [shown] = Board(tmp_path).read()
    assert (shown.inside, shown.waiting, shown.answered, shown.refused) == (1, 0, 1, 0)
    assert time.monotonic() - shown.answered_at < 5
    assert not Figures(pid=0).lives
    assert not Figures(pid=2**22 + 1).lives, "above every number that the kernel gives"
    second = Board(tmp_path).claim()
    assert second.offset > gate.board.offset
