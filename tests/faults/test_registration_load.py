"""Everybody registers at once, through the real server: as many confirmed as there are seats, the others in order.

A sample of 40 on 5 runs in `make test`; 500 and 2,000 on 50, 200 on 1, and a server whose row is held from outside, in
`make faults`.
"""

import threading
import time
from collections import Counter

import pytest
from django.conf import settings
from django.db import connection, transaction

from alliance.outbox.models import Owed
from events.models import Attendee, Convention
from tests import builders
from tests.events.waiting import rival
from tests.faults.server import Client, real_server
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 300  # seconds that a client goes on coming back


class Registering(Client):
    """Comes back after a 503, when the portal says so."""

    def register(self, path: str, start: threading.Barrier) -> None:
        start.wait()
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            answer = self.ask("POST", path, {"name": "Essai"})
            self.answers.append((answer.status, answer.headers["Location"], answer.headers["Retry-After"]))
            if answer.status != 503:
                return
            time.sleep(int(answer.headers["Retry-After"]))


def flood(port: int, convention: Convention, people: int) -> list[Registering]:
    sessions = [signed_in(builders.user()).cookies[settings.SESSION_COOKIE_NAME].value for _ in range(people)]
    clients = [Registering(port, session) for session in sessions]
    start = threading.Barrier(people)
    path = f"/conventions/{convention.slug}/inscription/"
    threads = [threading.Thread(target=client.register, args=(path, start)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return clients


def assert_it_holds(clients: list[Registering], convention: Convention) -> None:
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


CROWDS = [(40, 5), *(pytest.param(*crowd, marks=pytest.mark.faults) for crowd in [(500, 50), (2000, 50), (200, 1)])]


@pytest.mark.parametrize(("people", "seats"), CROWDS)
def test_everybody_at_once_as_many_confirmed_as_seats_the_others_wait_in_order(tmp_path, people, seats):
    convention = builders.convention(capacity=seats)
    with real_server(tmp_path) as port:
        started = time.monotonic()
        clients = flood(port, convention, people)
        refused = sum(answer[0] == 503 for client in clients for answer in client.answers)
        print(f"{people} on {seats}: {time.monotonic() - started:.1f} s, {refused} times 503")
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


@pytest.mark.faults
def test_control_the_server_without_lock_and_check_oversells_to_the_same_crowd(tmp_path):
    """The same crowd, the same server, the protections taken away: what the first test asserts does not hold."""
    convention = builders.convention(capacity=5)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_registration DISABLE TRIGGER registration_not_oversold")
        try:
            with real_server(tmp_path, application="tests.faults.unlocked_wsgi:application") as port:
                clients = flood(port, convention, 40)
            with pytest.raises(AssertionError):
                assert_it_holds(clients, convention)
            print(f"control: {convention.registrations.seated().count()} confirmed on 5 seats")
            assert convention.registrations.seated().count() > 5
        finally:
            convention.registrations.all().delete()
            cursor.execute("ALTER TABLE events_registration ENABLE TRIGGER registration_not_oversold")
