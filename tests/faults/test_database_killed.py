"""PostgreSQL killed twenty times while two thousand organisations sign: what was acknowledged is there, and whole."""

import base64
import json
import statistics
import threading
import time

import pytest

from tests.faults.many_signatures import CODE
from tests.faults.own_postgres import SAFE, OwnPostgres
from tests.faults.server import Client, real_server

pytestmark = pytest.mark.faults
BROWSERS = 6
SETTLES = 6  # seconds: what is still under way ends
KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def postgres(tmp_path, pytestconfig):
    server = OwnPostgres(tmp_path, pytestconfig.cache.mkdir("migrated"))
    yield server
    server.end()


class Crowd:
    """Browsers that sign, each act until it is acknowledged: a 302 to the page that says so."""

    def __init__(self, port: int, acts: list[dict]):
        self.port, self.left, self.lock = port, list(reversed(acts)), threading.Lock()
        self.acknowledged: list[str] = []
        self.refused = 0
        self.seconds: list[float] = []
        self.threads = [threading.Thread(target=self._sign_all, daemon=True) for _ in range(BROWSERS)]
        for thread in self.threads:
            thread.start()

    def _sign_all(self) -> None:
        while (act := self._next()) is not None:
            while not self._sign(act):
                time.sleep(0.2)

    def _next(self) -> dict | None:
        with self.lock:
            return self.left.pop() if self.left else None

    def _sign(self, act: dict) -> bool:
        fields = {"action": "sign", "version": act["version"], "code": CODE, "consent": act["consent"]}
        began = time.monotonic()
        try:
            answer = Client(self.port, act["session"]).ask("POST", f"/espace/{act['slug']}/signer/", fields)
        except OSError:
            answer = None
        took = time.monotonic() - began
        with self.lock:
            if answer is None or answer.status != 302:
                self.refused += 1
                return False
            assert "connexion" not in answer.headers["Location"]
            self.acknowledged.append(act["slug"])
            self.seconds.append(took)
            return True

    def until(self, count: int, seconds: float = 300) -> None:
        until = time.monotonic() + seconds
        while len(self.acknowledged) < count:
            assert time.monotonic() < until, f"{len(self.acknowledged)} of {count}"
            time.sleep(0.01)


def run(postgres: OwnPostgres, folder, signatures: int, kills: int, **options) -> tuple[Crowd, dict]:
    acts = json.loads(postgres.run("-m", "tests.faults.many_signatures", "prepare", str(signatures)))
    step = signatures // (kills + 1)
    with real_server(folder, DATABASE_URL=postgres.url, JOURNAL_KEY=KEY, **options) as port:
        crowd = Crowd(port, acts)
        for number in range(1, kills + 1):
            crowd.until(step * number)
            postgres.kill()
        crowd.until(signatures)
        time.sleep(SETTLES)
    given = json.dumps(crowd.acknowledged)
    return crowd, json.loads(postgres.run("-m", "tests.faults.many_signatures", "check", given=given))


def test_two_thousand_signatures_and_twenty_kills_lose_nothing(postgres, tmp_path):
    assert {name: postgres.setting(name) for name in SAFE} == dict.fromkeys(SAFE, "on")
    began = time.monotonic()
    crowd, found = run(postgres, tmp_path, 2_000, 20)
    times = sorted(crowd.seconds)
    print(
        f"\n{len(crowd.acknowledged)} acknowledged through {postgres.kills} kills in {time.monotonic() - began:.0f} s, "
        f"{crowd.refused} refused and tried again; p50 {statistics.median(times):.3f} s, p95 {times[1900]:.3f} s"
    )
    whole = {"signatures": 2_000, "lost": [], "without_leaf": [], "without_evidence": [], "without_receipt": []}
    assert found == whole | {"nothing_signed": [], "journal": []}


def test_control_an_act_that_is_acknowledged_before_its_commit_is_lost(postgres, tmp_path):
    _, found = run(postgres, tmp_path, 150, 4, application="tests.faults.hasty_wsgi:application")
    print(f"\ncontrol: {len(found['lost'])} of 150 signatures acknowledged too early are lost")
    assert found["lost"] != []
