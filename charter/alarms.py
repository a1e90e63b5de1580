"""What keeps papers from their seal or their time: figures for machines, sentences for people. Nothing here acts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, IntegerField, Min, Q, QuerySet, Value
from django.utils import timezone

from alliance.lib import mail
from alliance.lib.french import long_date
from alliance.proof import checkpoints, seal, timestamps
from charter.models import Archive, Paper, Signature
from charter.models.paper import unsealed
from partners.models import User

PATIENCE = timedelta(hours=1)
PATIENCE_FOR_TIME = timedelta(days=1)
SOON = timedelta(days=30)
KEY_SENTENCES = {
    "missing": "Aucune clé de cachet n’est donnée (SEAL_P12).",
    "unreadable": "La clé du cachet (SEAL_P12) ne peut pas être lue : le fichier ou le mot de passe n’est pas le bon.",
    "mismatch": "La clé du cachet (SEAL_P12) n’est pas celle de son certificat.",
    "weak": "La clé du cachet (SEAL_P12) est trop faible : ECDSA P-256, ou RSA de 3072 bits, au moins.",
    "expired": "Le certificat du cachet a expiré, ou n’est pas encore en cours.",
}
KEY_STATES = ("ok", *KEY_SENTENCES)


@dataclass(frozen=True)
class Waiting:
    """``count`` papers, the oldest one since ``since``."""

    count: int
    since: datetime | None

    def seconds(self, at: datetime) -> int:
        return max(0, int((at - self.since).total_seconds())) if self.since else 0


@dataclass(frozen=True)
class Papers:
    """All that supervision may want to know, at the instant ``at``."""

    at: datetime
    unsealed: Waiting
    unstamped: Waiting
    ending: Waiting
    key: str
    key_ends: datetime | None

    @property
    def key_days(self) -> int:
        """Until the certificate of the seal ends; negative when it has."""
        return (self.key_ends - self.at).days if self.key_ends else 0

    def sentences(self) -> list[str]:
        return [each for each in (self._key(), self._unsealed(), self._unstamped(), self._ending()) if each]

    def _key(self) -> str:
        if self.key == "missing" and not self.unsealed.count:
            return ""
        if self.key != "ok":
            return KEY_SENTENCES[self.key]
        if self.key_ends - self.at <= SOON:
            return f"Le certificat du cachet se termine le {long_date(timezone.localdate(self.key_ends))}."
        return ""

    def _unsealed(self) -> str:
        return self._late(self.unsealed, PATIENCE, "leur scellement")

    def _unstamped(self) -> str:
        return self._late(self.unstamped, PATIENCE_FOR_TIME, "leur horodatage") if timestamps.is_configured() else ""

    def _ending(self) -> str:
        if not self.ending.count:
            return ""
        day = long_date(timezone.localdate(self.ending.since))
        return f"Copies d’archivage à renouveler : {self.ending.count}, la première avant le {day}."

    def _late(self, waiting: Waiting, patience: timedelta, what: str) -> str:
        if not waiting.since or self.at - waiting.since < patience:
            return ""
        day = long_date(timezone.localdate(waiting.since))
        return f"Attestations qui attendent {what} : {waiting.count}, la plus ancienne depuis le {day}."


def papers(at: datetime | None = None) -> Papers:
    at = at or timezone.now()
    unsealed_unstamped_ending = waiting_of(
        (unsealed(Signature.objects.all()), "last_fact", Q(is_demo=False)),
        (Paper.objects.unstamped(), "sealed_at", None),
        (Archive.objects.ending(at).filter(ends_at__lte=at + SOON), "ends_at", None),
    )
    return Papers(at, *unsealed_unstamped_ending, *_key_state(at))


def sentences() -> list[str]:
    """Those of the papers and that of the journal."""
    return [*papers().sentences(), *filter(None, [checkpoints.alarm()])]


def waiting_of(*parts: tuple[QuerySet, str, Q | None]) -> list[Waiting]:
    """Of each: rows, the column of their wait, and which of them are ``dated``: the acts of a demonstration are entered
    years later, their date says nothing. One query for all.
    """
    rows = [
        rows.order_by()
        .annotate(w_part=Value(n, IntegerField()))
        .values("w_part")
        .annotate(w_count=Count("*"), w_since=Min(since, filter=dated))
        .values_list("w_part", "w_count", "w_since")
        for n, (rows, since, dated) in enumerate(parts)
    ]
    found = {n: Waiting(count, first) for n, count, first in rows[0].union(*rows[1:], all=True).order_by()}
    return [found.get(n, Waiting(0, None)) for n in range(len(parts))]


def _key_state(at: datetime) -> tuple[str, datetime | None]:
    """A code of KEY_STATES, and the end of a certificate that can be used."""
    try:
        return "ok", seal.load(at).certificate.not_valid_after_utc
    except seal.SealUnavailable as error:
        return error.code, None


def send(person_id: int, *, message_id: str) -> None:
    """One letter for all that is wrong now; nothing leaves when all is well again."""
    wrong = sentences()
    if wrong:
        person = User.objects.get(pk=person_id)
        context = {"person": person, "sentences": wrong}
        mail.send(to=[person.email], template="mail/charter/alarms.txt", context=context, message_id=message_id)
