"""What a machine asks about our health, and the figures it collects."""

from collections.abc import Callable
from functools import cache

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min, Q
from django.db.models.functions import Now
from django.utils import timezone
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily

from alliance.outbox.models import Owed
from alliance.portal.health_papers import PaperCollector
from alliance.proof import checkpoints, tree

LATE_SECONDS = 900


def failures() -> dict[str, str]:
    """What keeps us from serving: a French sentence by check. Empty when all is well. The broker is not asked."""
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        found = {name: check() for name, check in CHECKS.items()}
    except Error:
        return {"database": "La base de données ne répond pas."}
    return {name: sentence for name, sentence in found.items() if sentence}


def _migrations() -> str:
    waiting = _waiting_migrations()
    return f"{waiting} migrations ne sont pas appliquées." if waiting else ""


def _waiting_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _outbox() -> str:
    late = outbox_figures()["late_seconds"]
    return f"Le plus ancien travail dû attend depuis {late // 60} minutes." if late > LATE_SECONDS else ""


CHECKS: dict[str, Callable[[], str]] = {"migrations": _migrations, "outbox": _outbox}


def outbox_figures() -> dict[str, int]:
    """``pending``, ``retrying`` and ``dead`` rows, and for how long the oldest due row has waited."""
    due = Q(due_at__lte=Now())
    figures = Owed.objects.pending().aggregate(
        pending=Count("pk"), retrying=Count("pk", filter=Q(attempts__gt=0)), oldest=Min("due_at", filter=due)
    )
    oldest = figures.pop("oldest")
    late = int((timezone.now() - oldest).total_seconds()) if oldest else 0
    return figures | {"late_seconds": max(0, late), "dead": Owed.objects.dead().count()}


def journal_figures() -> dict[str, int | str | None]:
    """Entries, those that the latest checkpoint covers, and an alarm. It closes nothing: acts go on being recorded."""
    last = checkpoints.latest()
    return {"size": tree.size(), "covered": last.size if last else None, "alarm": checkpoints.alarm()}


class OutboxCollector:
    """Asks the database when the figures are read, never before."""

    HELP = {
        "pending": "Pieces of work that are owed",
        "retrying": "Pieces of work that failed at least once and will be tried again",
        "dead": "Pieces of work given up after every attempt",
        "late_seconds": "For how long the oldest due piece of work has waited",
    }

    def describe(self):
        return []

    def collect(self):
        for name, value in outbox_figures().items():
            yield GaugeMetricFamily(f"outbox_{name}", self.HELP[name], value=value)


class JournalCollector:
    """The same for the journal; the alarm is 0 or 1, /readyz has its sentence."""

    def describe(self):
        return []

    def collect(self):
        figures = journal_figures()
        yield GaugeMetricFamily("journal_size", "Entries of the journal", value=figures["size"])
        covered = "Entries that the latest signed checkpoint covers"
        yield GaugeMetricFamily("journal_covered", covered, value=figures["covered"] or 0)
        wrong = "1 when the journal is inconsistent or its checkpoints wait"
        yield GaugeMetricFamily("journal_alarm", wrong, value=bool(figures["alarm"]))


@cache
def registry() -> CollectorRegistry:
    """A registry of our own: the default one counts what each web process sees, which adds up to nothing."""
    own = CollectorRegistry()
    own.register(OutboxCollector())
    own.register(JournalCollector())
    own.register(PaperCollector())
    return own
