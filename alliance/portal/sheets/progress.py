"""How far the work is, seen while its one transaction is still open: told through a connection of its own."""

import threading
import time
from datetime import timedelta

from django.db import connection
from django.db.models import QuerySet

EVERY_SECONDS = 0.7
AFTER_ANOTHER = timedelta(seconds=3)


def alone() -> bool:
    """One spreadsheet at a time, until the transaction ends: letters never wait behind two long ones."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('alliance.portal.sheets'))")
        return cursor.fetchone()[0]


class Cancelled(Exception):
    """Somebody gave the work up: all that it wrote is rolled back."""


class Progress:
    """``tick(n)`` now and then, and once at least; raises Cancelled once somebody has asked for it.

    ``rows``: the one row that carries ``done``, ``total`` and ``is_cancelled``; the work itself never writes it.
    """

    def __init__(self, rows: QuerySet, total: int):
        self.rows, self.total, self.last = rows, total, 0.0

    def tick(self, done: int) -> None:
        if time.monotonic() - self.last < EVERY_SECONDS:
            return
        self.last = time.monotonic()
        asked: list[bool] = []
        thread = threading.Thread(target=self._tell, args=(done, asked))
        thread.start()
        thread.join()
        if any(asked):
            raise Cancelled

    def _tell(self, done: int, asked: list[bool]) -> None:
        try:
            rows = self.rows.all()
            rows.update(done=done, total=self.total)
            asked.extend(rows.values_list("is_cancelled", flat=True))
        finally:
            connection.close()
