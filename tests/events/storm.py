"""A storm of acts upon one Convention by several threads, and the book of what each commit left."""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

from django.db import OperationalError, connection, connections
from django.utils import timezone

from alliance.lib.errors import Conflict
from events.actions import accept_offer, cancel, change_capacity, decline_offer, register
from events.actions.offers import serve_those_who_wait
from events.models import Convention
from tests import builders

# Written by the database itself at each commit, whatever the portal says of it: it counts by its own means.
BOOK = """
CREATE TABLE seats_book (capacity integer, confirmed integer, offered integer, waiting integer);
CREATE FUNCTION seats_write() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    convention bigint;
BEGIN
    IF TG_TABLE_NAME = 'events_convention' THEN convention := NEW.id; ELSE convention := NEW.convention_id; END IF;
    INSERT INTO seats_book SELECT c.capacity, count(*) FILTER (WHERE status = 'confirmed'),
            count(*) FILTER (WHERE status = 'offered'), count(*) FILTER (WHERE status = 'waiting')
        FROM events_convention c JOIN events_registration r ON r.convention_id = c.id
        WHERE c.id = convention GROUP BY c.id;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER seats_write AFTER INSERT OR UPDATE ON events_registration
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION seats_write();
CREATE CONSTRAINT TRIGGER seats_write AFTER UPDATE ON events_convention
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION seats_write();
"""
CLOSED = "DROP FUNCTION seats_write() CASCADE; DROP TABLE seats_book"
ACTS = {"register": 30, "cancel": 18, "accept": 16, "decline": 8, "resize": 12, "expire": 10, "clock": 6}


@contextmanager
def book():
    with connection.cursor() as cursor:
        cursor.execute(BOOK)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(CLOSED)


def breaches() -> list[tuple]:
    """Commits that left more people confirmed, or invited, than seats; or a free seat while somebody waits."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT * FROM seats_book WHERE confirmed > capacity OR confirmed + offered > capacity
                OR (confirmed + offered < capacity AND waiting > 0)""")
        return cursor.fetchall()


def pages() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM seats_book")
        return cursor.fetchone()[0]


class Storm:
    def __init__(self, seed: int, *, seats: int = 6):
        self.random = random.Random(seed)
        self.convention = builders.convention(capacity=seats, starts_at=timezone.now() + timedelta(days=4000))
        self.now, self.turn, self.people = timezone.now(), threading.Lock(), 0
        self.outcomes: Counter = Counter()

    def blow(self, acts: int, *, threads: int = 8) -> None:
        """``acts`` at once by ``threads``; back when all is quiet."""
        with ThreadPoolExecutor(threads) as crowd:
            acting = [crowd.submit(self._act_on, acts // threads) for _ in range(threads)]
        for each in acting:
            each.result()

    def _act_on(self, acts: int) -> None:
        try:
            for _ in range(acts):
                self._once()
        finally:
            connections.close_all()

    def _once(self) -> None:
        with self.turn:
            (act,) = self.random.choices(list(ACTS), list(ACTS.values()))
            chance = random.Random(self.random.random())
            self.now += timedelta(hours=chance.randint(20, 60)) if act == "expire" else timedelta(seconds=20)
            self.people += 1
            at, number = self.now, self.people
        outcome = "done"
        try:
            self._do(act, chance, at, number)
        except Conflict as conflict:
            outcome = conflict.code
        except OperationalError as error:
            if "lock timeout" not in str(error):
                raise
            outcome = "busy"  # 503 and Retry-After: nothing was done
        with self.turn:
            self.outcomes[act, outcome] += 1

    def _do(self, act: str, chance: random.Random, at, number: int) -> None:
        convention = Convention.objects.get(pk=self.convention.pk)
        if act == "register":
            told = {"name": "Essai", "email": f"storm{number}@test.invalid", "organisation": None, "by": None}
            register(convention=convention, at=at, **told)
        elif act == "resize":
            change_capacity(convention=convention, capacity=chance.randint(0, 14), by=None, at=at)
        elif act in {"expire", "clock"}:
            serve_those_who_wait(convention=convention, at=at)
        else:
            verb, status = {
                "cancel": (cancel, ["confirmed", "waiting", "offered"]),
                "accept": (accept_offer, ["offered"]),
                "decline": (decline_offer, ["offered"]),
            }[act]
            found = list(convention.registrations.filter(status__in=status))
            if found:
                verb(registration=chance.choice(found), by=None, at=at)

    def at_rest(self) -> list[str]:
        """What is wrong now that nobody acts."""
        convention = Convention.objects.with_seats().get(pk=self.convention.pk)
        confirmed = convention.registrations.filter(status="confirmed").count()
        free = convention.capacity - convention.seated
        wrong = ["oversold"] if confirmed > convention.capacity else []
        return wrong + (["ghost"] if free > 0 and convention.waiting else []) + (["overoffered"] if free < 0 else [])
