"""How far the work is, seen while its one transaction is still open: told through a connection of its own."""

import threading
import time

from django.db import connection

from partners.models import SheetImport, SheetProgress

EVERY_SECONDS = 0.7


class Cancelled(Exception):
    """Somebody gave the work up: all that it wrote is rolled back."""


class Progress:
    """``tick(n)`` now and then; raises Cancelled once somebody has asked for it."""

    def __init__(self, sheet: SheetImport, total: int):
        self.sheet_id, self.total, self.last = sheet.pk, total, time.monotonic()

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
            rows = SheetProgress.objects.filter(sheet=self.sheet_id)
            rows.update(done=done, total=self.total)
            asked.extend(rows.values_list("is_cancelled", flat=True))
        finally:
            connection.close()
