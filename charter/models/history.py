"""« Signataire depuis 2014, réengagé en 2020 »: what an organisation's signatures tell the public, in one sentence."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from alliance.lib.french import enumeration
from charter.models.campaign import Concerned
from charter.models.signature import Signature


@dataclass(frozen=True)
class Engagement:
    """An unbroken chain of countersigned signatures, ended by a withdrawal or not. Years are those of Paris."""

    years: tuple[int, ...]
    ended: int | None
    standing: bool
    renewing: bool = False

    @property
    def words(self) -> str:
        first, *later = self.years
        if self.ended:
            began = f"signataire de {first} à {self.ended}" if first != self.ended else f"signataire en {first}"
        else:
            began = f"signataire depuis {first}" if self.standing else f"a signé en {first}"
        words = f"{began}, réengagé en {enumeration(later)}" if later else began
        return f"{words}, réengagement en cours" if self.renewing else words


@dataclass(frozen=True)
class History:
    engagements: tuple[Engagement, ...]

    @property
    def words(self) -> str:
        """« Signataire de 2014 à 2018, puis signataire depuis 2021 »."""
        sentence = ", puis ".join(engagement.words for engagement in self.engagements)
        return sentence[:1].upper() + sentence[1:]

    @property
    def is_long(self) -> bool:
        """Whether it tells more than one year."""
        first = self.engagements[0]
        return len(self.engagements) > 1 or len(first.years) > 1 or bool(first.ended) or first.renewing


def histories(organisation_ids: Iterable[int], version) -> dict[int, History]:
    """``{organisation id: History}`` while ``version`` is in force, in one query; who never signed is absent.

    Contested signatures and those that nobody countersigned do not count; a withdrawal of either still ends a chain.
    « Réengagement en cours » is said from the opening of a campaign to the last day of its grace, while none stands.
    """
    facts = Q(countersigned_at__isnull=False) | Q(withdrawn_at__isnull=False)
    rows = Signature.objects.filter(facts, organisation__in=list(organisation_ids)).with_standing(version)
    renewing = Concerned.objects.renewing(timezone.localdate()).filter(organisation=OuterRef("organisation"))
    rows = (
        rows.annotate(renewing=Exists(renewing))
        .order_by("signed_at", "pk")
        .values(
            "organisation_id",
            "signed_at",
            "countersigned_at",
            "contested_at",
            "withdrawn_at",
            "standing_state",
            "renewing",
        )
    )
    by_organisation: dict[int, list[dict]] = {}
    for row in rows:
        by_organisation.setdefault(row["organisation_id"], []).append(row)
    told = {key: _history(rows) for key, rows in by_organisation.items()}
    return {key: history for key, history in told.items() if history.engagements}


def _history(rows: list[dict]) -> History:
    """Rows of one organisation, oldest first: each belongs to the chain that the next withdrawal ends."""
    withdrawals = sorted({row["withdrawn_at"] for row in rows if row["withdrawn_at"]})
    chains: dict[datetime | None, list[dict]] = {}
    for row in rows:
        if row["countersigned_at"] and not row["contested_at"]:
            ended = next((at for at in withdrawals if at >= row["signed_at"]), None)
            chains.setdefault(ended, []).append(row)
    return History(tuple(_engagement(ended, chain) for ended, chain in chains.items()))


def _engagement(ended: datetime | None, chain: list[dict]) -> Engagement:
    years = tuple(dict.fromkeys(_year(row["signed_at"]) for row in chain))
    standing = any(row["standing_state"] == "standing" for row in chain)
    renewing = chain[-1]["renewing"] and not standing and not ended
    return Engagement(years, ended and _year(ended), standing, renewing)


def _year(moment: datetime) -> int:
    return timezone.localtime(moment).year
