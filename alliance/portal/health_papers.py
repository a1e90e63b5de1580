"""Seals, times and keys as figures: for /metrics, and their alarms as sentences for /readyz."""

from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from alliance.proof import checkpoints
from charter import alarms

JOURNAL_KEY_STATES = ("ok", "journal_key_missing", "journal_key_unreadable", "journal_key_not_in_force")


def paper_figures() -> dict[str, int | str | list[str]]:
    """They close nothing: signing goes on without seal or time."""
    found = alarms.papers()
    return {
        "unsealed": found.unsealed.count,
        "unstamped": found.unstamped.count,
        "seal_key": found.key,
        "alarms": found.sentences(),
    }


class PaperCollector:
    """Asks database and files when the figures are read, never before."""

    def describe(self):
        return []

    def collect(self):
        found = alarms.papers()
        for name, waiting, words in (
            ("unsealed", found.unsealed, "wait for their seal"),
            ("unstamped", found.unstamped, "wait for an authority's time"),
        ):
            yield GaugeMetricFamily(f"papers_{name}", f"Attestations that {words}", value=waiting.count)
            oldest = f"For how long the oldest of those that {words} has waited"
            yield GaugeMetricFamily(f"papers_{name}_oldest_seconds", oldest, value=waiting.seconds(found.at))
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
