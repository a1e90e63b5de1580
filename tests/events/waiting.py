"""Rivals in threads: to test a lock by holding it."""

import threading
import time

from django.db import connection, connections


class Rival(threading.Thread):
    """Runs ``act`` on a connection of its own; ``result()`` is what it returned, or the error that was expected."""

    def __init__(self, act, args, expects):
        super().__init__(daemon=True)
        self.act, self.args, self.expects = act, args, expects
        self.returned = self.error = None

    def run(self):
        try:
            self.returned = self.act(*self.args)
        except self.expects as error:
            self.error = error
        finally:
            connections.close_all()

    def result(self):
        self.join(10)
        assert not self.is_alive(), "the rival still waits"
        return type(self.error) if self.error else self.returned


def rival(act, *args, expects=()) -> Rival:
    thread = Rival(act, args, expects)
    thread.start()
    return thread


def wait_until_one_waits(seconds: float = 5) -> None:
    """Until somebody waits for a lock of this database; fails when nobody ever does."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.005)
    raise AssertionError("nobody waits for a lock")
