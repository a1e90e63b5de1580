"""Web server, worker, relay, broker and PostgreSQL killed -9 while people register and while 500 letters leave.

No acknowledged registration is lost, nobody has two, and each letter arrives once, or once more under the same name.
"""

import http.client
import json
import os
import threading
import time
from collections import Counter

import pytest

from tests.broker import Programs
from tests.faults.bulk_mail import wrongs
from tests.faults.many_registrations import PATH
from tests.faults.own_postgres import SAFE, OwnPostgres
from tests.faults.server import Client, WebServer
from tests.outbox.test_faults import wait_for

pytestmark = pytest.mark.faults
PEOPLE, SEATS, BROWSERS = 500, 50, 12
LEFT = "SELECT count(*) FROM outbox_owed WHERE state = 'pending'"
HURRY = "UPDATE outbox_owed SET due_at = now() WHERE state = 'pending' AND lease IS NULL AND lease_until IS NULL"


@pytest.fixture
def postgres(tmp_path, pytestconfig):
    server = OwnPostgres(tmp_path, pytestconfig.cache.mkdir("migrated"))
    yield server
    server.end()


@pytest.fixture
def programs(postgres, broker, smtp_server):
    """Relays and workers on the PostgreSQL that is killed."""
    told = {"DATABASE_URL": postgres.url, "BROKER_URL": broker.url, "EMAIL_URL": smtp_server.url}
    programs = Programs(os.environ | told | {"PORTAL_MODE": "run", "CELERY_SKIP_CHECKS": "1", "LOG_LEVEL": "CRITICAL"})
    broker.start()
    yield programs
    for process in list(programs.running):
        programs.kill(process)


class Crowd:
    """Browsers that register people, each until it is acknowledged: a 302, or « déjà inscrite » after a lost answer."""

    def __init__(self, port: int, people: list[dict]):
        self.port, self.left, self.lock = port, list(reversed(people)), threading.Lock()
        self.acknowledged: list[str] = []
        self.answers: Counter = Counter()
        self.threads = [threading.Thread(target=self._register_all, daemon=True) for _ in range(BROWSERS)]
        for thread in self.threads:
            thread.start()

    def _register_all(self) -> None:
        while (person := self._next()) is not None:
            told = self._ask(person)
            unsure = False  # whether an earlier attempt may have been done without our hearing so
            while told != "302" and not (told == "409" and unsure):
                unsure |= told in {"cut", "503"}
                time.sleep(2 if told == "503" else 0.2)
                told = self._ask(person)
            with self.lock:
                self.acknowledged.append(person["email"])

    def _next(self) -> dict | None:
        with self.lock:
            return self.left.pop() if self.left else None

    def _ask(self, person: dict) -> str:
        try:
            answer = Client(self.port, person["session"]).ask("POST", PATH, {"name": "Essai"})
        except (OSError, http.client.HTTPException):
            told = "cut"
        else:
            told = str(answer.status)
            right = {"302": answer.headers["Location"] == PATH, "503": answer.headers["Retry-After"] == "2"}
            told = told if right.get(told, True) else f"{told} which is not ours"
        with self.lock:
            self.answers[told] += 1
        return told

    def until(self, count: int, seconds: float = 300) -> None:
        until = time.monotonic() + seconds
        while len(self.acknowledged) < count:
            assert time.monotonic() < until, (len(self.acknowledged), count, self.answers)
            time.sleep(0.01)


def register_through(server: WebServer, people: list[dict], *faults) -> Crowd:
    """All of them; each fault strikes once a share of them is acknowledged."""
    crowd = Crowd(server.port, people)
    for number, fault in enumerate(faults, 1):
        crowd.until(len(people) * number // (len(faults) + 1))
        fault()
    crowd.until(len(people))
    return crowd


def all_is_paid(postgres, seconds: float = 300) -> None:
    """A lease of the dead ends by itself after a minute; pauses after a failure are shortened."""

    def paid() -> bool:
        postgres.run_sql(HURRY)
        time.sleep(0.3)
        return postgres.value(LEFT) == 0

    wait_for(paid, seconds=seconds)
    assert postgres.value("SELECT count(*) FROM outbox_owed WHERE state <> 'sent'") == 0


def checked(postgres, crowd: Crowd) -> dict:
    return json.loads(
        postgres.run("-m", "tests.faults.many_registrations", "check", given=json.dumps(crowd.acknowledged))
    )


class Sender:
    """A relay and a worker that are killed and started again."""

    def __init__(self, programs: Programs, **worker: str):
        self.programs, self.told, self.kills = programs, worker, 0
        self.start()

    def start(self) -> None:
        self.relay, self.worker = self.programs.relay(), self.programs.worker(**self.told)

    def kill(self) -> None:
        self.programs.kill(self.worker)
        self.kills += 1
        self.worker = self.programs.worker(**self.told)

    def kill_relay(self) -> None:
        self.programs.kill(self.relay)
        self.relay = self.programs.relay()


def test_everything_killed_while_500_register_on_50_seats_loses_nobody(postgres, programs, smtp_server, tmp_path):
    assert {name: postgres.setting(name) for name in SAFE} == dict.fromkeys(SAFE, "on")
    people = json.loads(postgres.run("-m", "tests.faults.many_registrations", "prepare", str(PEOPLE), str(SEATS)))
    sender = Sender(programs)
    server = WebServer(tmp_path, DATABASE_URL=postgres.url)
    began = time.monotonic()
    try:
        server.start()
        faults = (server.kill_a_worker, postgres.kill, sender.kill, server.kill, sender.kill_relay) * 3
        crowd = register_through(server, people, *faults)
        took = time.monotonic() - began
        all_is_paid(postgres)
    finally:
        server.end()
    found = checked(postgres, crowd)
    letters = Counter(letter["Message-ID"] for letter in smtp_server.messages)
    print(
        f"\n{len(crowd.acknowledged)} acknowledged in {took:.0f} s through {server.kills} kills of the web, "
        f"{postgres.kills} of PostgreSQL, {sender.kills} of the worker: {dict(crowd.answers)}; "
        f"{len(letters)} letters, {sum(times > 1 for times in letters.values())} of them twice"
    )
    assert found == {
        "lost": [],
        "doubled": [],
        "states": ["confirmed"] * SEATS + ["waiting"] * (PEOPLE - SEATS),
        "receipts_in_order": True,
    }
    assert set(crowd.answers) <= {"302", "409", "503", "cut"}
    expected = {person["email"] for person in people}
    killed = sender.kills + postgres.kills
    assert wrongs(smtp_server.messages, expected=expected, unheard=Counter(), killed=killed) == []


def test_500_letters_leave_once_each_through_kills_of_worker_relay_broker_and_postgres(
    postgres, programs, broker, smtp_server
):
    expected = set(json.loads(postgres.run("-m", "tests.faults.many_registrations", "call_off", str(PEOPLE))))
    sender = Sender(programs)

    def broker_killed() -> None:
        broker.kill()
        broker.start()

    smtp_server.delay = 0.02
    faults = (sender.kill, postgres.kill, sender.kill_relay, broker_killed) * 3
    for number, fault in enumerate(faults, 1):
        wait_for(lambda: len(smtp_server.messages) >= PEOPLE * number // 16, seconds=120)  # noqa: B023
        fault()
    all_is_paid(postgres)
    twice = len(smtp_server.messages) - len({letter["Message-ID"] for letter in smtp_server.messages})
    print(f"\n{PEOPLE} letters through {len(faults)} kills: {twice} once more")
    killed = sender.kills + postgres.kills
    assert wrongs(smtp_server.messages, expected=expected, unheard=Counter(), killed=killed) == []


def test_control_a_registration_acknowledged_before_its_commit_is_lost(postgres, tmp_path):
    people = json.loads(postgres.run("-m", "tests.faults.many_registrations", "prepare", "120", "10"))
    server = WebServer(tmp_path, "tests.faults.hasty_wsgi:application", DATABASE_URL=postgres.url)
    try:
        server.start()
        crowd = register_through(server, people, *[server.kill] * 4)
        time.sleep(2)  # what is still under way ends
    finally:
        server.end()
    lost = checked(postgres, crowd)["lost"]
    print(f"\ncontrol: {len(lost)} of 120 registrations acknowledged too early are lost")
    assert lost != []


def told_apart(postgres, letters, count: int) -> bool:
    """Whether this many people have their letter, and the database says another number."""
    arrived = len({letter["To"] for letter in letters})
    return arrived >= count and arrived != postgres.value("SELECT count(*) FROM outbox_owed WHERE state = 'sent'")


@pytest.mark.parametrize(("fault", "told"), [("LETTERS_NAMED_ANEW", "two names"), ("MARKED_BEFORE_SENT", "never")])
def test_control_a_careless_sender_is_caught(postgres, programs, smtp_server, fault, told):
    expected = set(json.loads(postgres.run("-m", "tests.faults.many_registrations", "call_off", "40")))
    sender = Sender(programs, **{fault: "1"})
    for number in range(1, 6):
        wait_for(lambda: told_apart(postgres, smtp_server.messages, 5 * number), seconds=120)  # noqa: B023
        time.sleep(0.05)
        sender.kill()
    all_is_paid(postgres)
    found = wrongs(smtp_server.messages, expected=expected, unheard=Counter(), killed=sender.kills)
    print(f"\ncontrol {fault}: {found}")
    assert any(wrong.endswith(told) for wrong in found)
