"""Seals, times and keys as figures: for /metrics, and their alarms as sentences for /readyz."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from alliance.lib.french import long_date
from alliance.proof import checkpoints
from charter import alarms
from events.models import Certificate

JOURNAL_KEY_STATES = ("ok", "journal_key_missing", "journal_key_unreadable", "journal_key_not_in_force")


def paper_figures() -> dict[str, int | str | list[str]]:
    """They close nothing: signing goes on without seal or time."""
    found, certificates = alarms.papers(), certificates_waiting()
    return {
        "unsealed": found.unsealed.count,
        "unstamped": found.unstamped.count,
        "certificates_unsealed": certificates.count,
        "seal_key": found.key,
        "alarms": [*found.sentences(), *_late(certificates, found.at)],
    }


def certificates_waiting() -> alarms.Waiting:
    """Certificates of attendance without their seal; those of a demonstration tell no wait."""
    real = Q(registration__convention__is_demo=False)
    return alarms.waiting_of((Certificate.objects.unsealed(), "last_fact", real))[0]


def _late(waiting: alarms.Waiting, at: datetime) -> list[str]:
    if not waiting.since or at - waiting.since < alarms.PATIENCE:
        return []
    day = long_date(timezone.localdate(waiting.since))
    return [f"Attestations de présence qui attendent leur scellement : {waiting.count}, la première depuis le {day}."]


class PaperCollector:
    """Asks database and files when the figures are read, never before."""

    def describe(self):
        return []

    def collect(self):
        found = alarms.papers()
        for name, waiting, words in (
            ("papers_unsealed", found.unsealed, "Attestations that wait for their seal"),
            ("papers_unstamped", found.unstamped, "Attestations that wait for an authority's time"),
            ("certificates_unsealed", certificates_waiting(), "Certificates of attendance that wait for their seal"),
        ):
            yield GaugeMetricFamily(name, words, value=waiting.count)
            yield GaugeMetricFamily(f"{name}_oldest_seconds", f"{words}: the oldest", value=waiting.seconds(found.at))
        renewed = "Archive copies whose last time must be renewed within 30 days"
        yield GaugeMetricFamily("papers_archives_ending", renewed, value=found.ending.count)
        yield _state("seal_key_state", "State of the seal's key", alarms.KEY_STATES, found.key)
        yield GaugeMetricFamily("seal_key_days_left", "Days until its certificate ends", value=found.key_days)
        yield _state("journal_key_state", "State of the journal's key", JOURNAL_KEY_STATES, checkpoints.key_state())
        yield GaugeMetricFamily("journal_checkpoint_age_seconds", "Age of the latest checkpoint", value=_age())


def _state(name: str, words: str, states: tuple[str, ...], current: str) -> GaugeMetricFamily:
    """One sample for each state, 1 for the one that holds: what alert rules are written on."""
    family = GaugeMetricFamily(name, words, labels=["state"])
    for state in states:
        family.add_metric([state], state == current)
    return family


def _age() -> float:
    last = checkpoints.latest()
    return (timezone.now() - last.signed_at).total_seconds() if last else 0
