"""Acts upon the places of workshops by several threads, and what the rows say of them, counted by the database."""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from django.db import OperationalError, connection, connections
from django.utils import timezone

from alliance.lib.errors import Conflict
from events.actions import cancel
from events.actions.workshop_places import ask_place, change_places, give_back, leave_list
from events.models import Convention, Workshop
from tests import builders
from tests.events.wishing import gathering, published, someone, workshop

# In SQL and from the rows alone: nothing of the portal's own queries is believed.
HELD = """
WITH run AS (SELECT (parameters ->> 'kept')::int AS kept, (parameters ->> 'organisation_cap')::int AS cap
             FROM events_allocationrun WHERE convention_id = %(convention)s AND state = 'published'),
room AS (SELECT w.id, w.capacity - run.kept AS places, coalesce(run.cap, w.organisation_cap) AS cap,
                item.title, item.starts_at, item.ends_at
         FROM events_workshop w JOIN events_programmeitem item ON item.id = w.item_id, run
         WHERE item.convention_id = %(convention)s),
held AS (SELECT p.workshop_id, p.registration_id, r.status, a.organisation_id, room.starts_at, room.ends_at
         FROM events_workshopplace p JOIN room ON room.id = p.workshop_id
         JOIN events_registration r ON r.id = p.registration_id JOIN events_attendee a ON a.id = r.attendee_id
         WHERE p.ended_at IS NULL)
"""
WRONG = {
    "oversold": "SELECT title FROM room WHERE places < (SELECT count(*) FROM held WHERE workshop_id = room.id)",
    "not confirmed": "SELECT registration_id::text FROM held WHERE status <> 'confirmed'",
    "two at once": """SELECT one.registration_id::text FROM held one JOIN held other
        ON other.registration_id = one.registration_id AND other.workshop_id > one.workshop_id
        AND other.starts_at < one.ends_at AND one.starts_at < other.ends_at""",
    "over the cap": """SELECT title FROM room JOIN held ON held.workshop_id = room.id
        WHERE organisation_id IS NOT NULL AND cap IS NOT NULL
        GROUP BY room.id, title, cap, organisation_id HAVING count(*) > cap""",
    "a place for nobody": """SELECT title || ' for ' || wait.registration_id FROM room
        JOIN events_workshopwait wait ON wait.workshop_id = room.id
        JOIN events_registration r ON r.id = wait.registration_id AND r.status = 'confirmed'
        JOIN events_attendee a ON a.id = r.attendee_id
        WHERE room.starts_at > %(at)s AND places > (SELECT count(*) FROM held WHERE workshop_id = room.id)
        AND NOT EXISTS (SELECT FROM held LEFT JOIN events_wish wish
            ON wish.registration_id = held.registration_id AND wish.workshop_id = held.workshop_id
            WHERE held.registration_id = r.id AND held.starts_at < room.ends_at AND room.starts_at < held.ends_at
            AND NOT coalesce(held.starts_at > %(at)s AND wait.rank < wish.rank, false))
        AND (cap IS NULL OR a.organisation_id IS NULL OR cap > (
            SELECT count(*) FROM held WHERE workshop_id = room.id AND organisation_id = a.organisation_id))""",
}
ACTS = {"ask": 40, "give_back": 24, "leave": 8, "cancel": 6, "resize": 10}


def wrongs(convention: Convention, at) -> list[str]:
    """Rules that do not hold at this instant, and where."""
    told = []
    with connection.cursor() as cursor:
        for what, sql in WRONG.items():
            cursor.execute(HELD + sql, {"convention": convention.pk, "at": at})
            told += [f"{what}: {where}" for (where,) in cursor.fetchall()]
    return told


class WorkshopStorm:
    """Five workshops, some at the same hours; organisations capped in one; nobody seated but all may ask."""

    def __init__(self, seed: int, *, people: int = 24):
        self.random, self.turn = random.Random(seed), threading.Lock()
        self.convention = gathering(capacity=people)
        workshop(self.convention, title="D", hour=0, capacity=3, organisation_cap=1)
        workshop(self.convention, title="E", hour=2, capacity=2)
        organisations = [builders.organisation() for _ in range(3)]
        for number in range(people):
            wished = "".join(self.random.sample("ABCDE", self.random.randint(0, 5)))
            someone(self.convention, wished, organisation=organisations[number % 3] if number % 4 else None)
        published(self.convention)
        self.workshops = list(Workshop.objects.filter(item__convention=self.convention).select_related("item"))
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
        outcome = "done"
        try:
            self._do(act, chance, timezone.now())
        except Conflict as conflict:
            outcome = conflict.code
        except OperationalError as error:
            if "lock timeout" not in str(error):
                raise
            outcome = "busy"  # 503 and Retry-After: nothing was done
        with self.turn:
            self.outcomes[act, outcome] += 1

    def _do(self, act: str, chance: random.Random, at) -> None:
        workshop = chance.choice(self.workshops)
        if act == "resize":
            change_places(workshop=workshop, capacity=chance.randint(0, 6), at=at)
            return
        seated = list(self.convention.registrations.filter(status="confirmed"))
        if not seated:
            return
        registration = chance.choice(seated)
        if act == "cancel":
            if len(seated) > 6:
                cancel(registration=registration, by=None, at=at)
        elif act == "ask":
            ask_place(registration=registration, workshop=workshop, at=at)
        elif act == "leave":
            leave_list(registration=registration, workshop=workshop)
        elif place := registration.places.live().first():
            give_back(place=place, at=at)
