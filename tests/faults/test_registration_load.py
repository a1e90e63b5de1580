"""Everybody registers at once, through the real server: as many confirmed as there are seats, the others in order.

A sample of 40 on 5 runs in `make test`; 200 on 10, and a server whose row is held from outside, in `make faults`.
"""

import http.client
import os
import secrets
import signal
import subprocess
import threading
import time
from collections import Counter
from contextlib import contextmanager
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection, transaction

from alliance.lib.children import die_with_parent
from alliance.outbox.models import Owed
from alliance.running.programs import listening_socket, web
from events.models import Attendee, Convention
from tests import builders
from tests.events.waiting import rival
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 120  # seconds that a client goes on coming back


def free_port() -> int:
    with listening_socket("127.0.0.1", 0) as found:
        return found.getsockname()[1]


@contextmanager
def real_server(folder):
    """granian as `make run` starts it, on the database of this test; neither broker nor worker nor post."""
    port = free_port()
    base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    environment = os.environ | {
        "PORTAL_MODE": "run",
        "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}",
        "SECRET_KEY": settings.SECRET_KEY,
        "SITE_URL": f"http://127.0.0.1:{port}",
        "DATA_DIR": str(folder),
        "DEMO": "0",
        "LOG_LEVEL": "ERROR",
    }
    program = web("127.0.0.1", port, environment)
    with (folder / "web.log").open("wb") as log:
        options = {"env": program.environment, "stdout": log, "stderr": log, **program.spawn_options}
        process = subprocess.Popen(program.command, preexec_fn=die_with_parent(signal.SIGTERM), **options)
    try:
        until_it_answers(process, port)
        yield port
    finally:
        process.terminate()
        process.wait(15)


def until_it_answers(process, port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            if Client(port, session="").ask("GET", "/healthz").status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server does not answer")


class Client:
    """One person at a browser: comes back after a 503, when the portal says so."""

    def __init__(self, port: int, session: str):
        self.port, self.session, self.answers = port, session, []

    def ask(self, method: str, path: str, fields: dict | None = None):
        secret = secrets.token_hex(16)
        cookies = {settings.SESSION_COOKIE_NAME: self.session, settings.CSRF_COOKIE_NAME: secret}
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        server = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            server.request(method, path, urlencode((fields or {}) | {"csrfmiddlewaretoken": secret}), headers)
            answer = server.getresponse()
            answer.read()
            return answer
        finally:
            server.close()

    def register(self, path: str, start: threading.Barrier) -> None:
        start.wait()
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            answer = self.ask("POST", path, {"name": "Essai"})
            self.answers.append((answer.status, answer.headers["Location"], answer.headers["Retry-After"]))
            if answer.status != 503:
                return
            time.sleep(int(answer.headers["Retry-After"]))


def flood(port: int, convention: Convention, people: int) -> list[Client]:
    sessions = [signed_in(builders.user()).cookies[settings.SESSION_COOKIE_NAME].value for _ in range(people)]
    clients = [Client(port, session) for session in sessions]
    start = threading.Barrier(people)
    path = f"/conventions/{convention.slug}/inscription/"
    threads = [threading.Thread(target=client.register, args=(path, start)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return clients


def assert_it_holds(clients: list[Client], convention: Convention) -> None:
    people, seats = len(clients), convention.capacity
    path = f"/conventions/{convention.slug}/inscription/"
    last = Counter(client.answers[-1] for client in clients)
    before = {answer[0] for client in clients for answer in client.answers[:-1]}
    assert last == {(302, path, None): people}
    assert before <= {503}
    rows = list(convention.registrations.order_by("pk").values_list("pk", "status"))
    assert [status for _, status in rows] == ["confirmed"] * seats + ["waiting"] * (people - seats)
    ranked = list(convention.registrations.waiting().with_rank().values_list("rank", flat=True))
    assert ranked == list(range(1, people - seats + 1))
    # Each has one receipt, in the same order: numbers are given under the lock, they are the order of acceptance.
    assert list(Owed.objects.order_by("pk").values_list("args", flat=True)) == [[pk, status] for pk, status in rows]
    assert Attendee.objects.count() == people


@pytest.mark.parametrize(("people", "seats"), [(40, 5), pytest.param(200, 10, marks=pytest.mark.faults)])
def test_everybody_at_once_as_many_confirmed_as_seats_the_others_wait_in_order(tmp_path, people, seats):
    convention = builders.convention(capacity=seats)
    with real_server(tmp_path) as port:
        started = time.monotonic()
        clients = flood(port, convention, people)
        print(f"{people} on {seats}: {time.monotonic() - started:.1f} s")
    assert_it_holds(clients, convention)


@pytest.mark.faults
def test_a_server_that_cannot_take_more_says_503_and_when_and_loses_nobody(tmp_path):
    """The row is held from outside for longer than the portal's patience: whoever waited comes back and is seated."""
    convention = builders.convention(capacity=5)

    def hold():
        with transaction.atomic():
            Convention.objects.locked(convention.pk)
            time.sleep(5)

    with real_server(tmp_path) as port:
        holder = rival(hold)
        clients = flood(port, convention, 40)
        holder.result()
    assert_it_holds(clients, convention)
    refused = Counter(answer for client in clients for answer in client.answers if answer[0] == 503)
    assert set(refused) == {(503, None, "2")}


@pytest.mark.faults
def test_control_without_lock_and_check_the_same_crowd_oversells():
    """What the lock prevents: everybody counts the free seats before anybody takes one."""
    convention = builders.convention(capacity=5)
    attendees = [builders.attendee() for _ in range(10)]
    counted = threading.Barrier(len(attendees))

    def take(attendee):
        free = convention.capacity - convention.registrations.seated().count()
        counted.wait()
        builders.registration(convention, attendee, status="confirmed" if free > 0 else "waiting")

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_registration DISABLE TRIGGER registration_not_oversold")
        try:
            for thread in [rival(take, attendee) for attendee in attendees]:
                thread.result()
            assert convention.registrations.seated().count() == 10
        finally:
            convention.registrations.all().delete()
            cursor.execute("ALTER TABLE events_registration ENABLE TRIGGER registration_not_oversold")
