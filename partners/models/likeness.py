"""Which organisations are likely one: by number, by site, by name in the same place; each with its reason in French."""

from dataclasses import dataclass

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Coalesce

from alliance.lib.db import LowerUnaccent
from partners.models.organisation import Organisation
from partners.models.territory import Commune

CLOSE, SHOWN = 0.45, 5
SCORES = {"siret": 100, "siren": 90, "site": 70}


@dataclass(frozen=True)
class Likeness:
    organisation: Organisation
    score: int
    reason: str


@dataclass(frozen=True)
class Typed:
    """What somebody has typed of an organisation so far; empty is unknown."""

    name: str = ""
    siren: str = ""
    siret: str = ""
    website: str = ""
    commune: str = ""
    department: str = ""

    @property
    def says_something(self) -> bool:
        return len(self.name) >= 4 or bool(self.siren or self.siret or self.website)


def typed_of(data) -> Typed:
    """From a form as it stands, right or wrong."""
    said = {name: data.get(name, "").replace("\x00", "").strip()[:200] for name in ("name", "website", "commune")}
    numbers = {name: "".join(filter(str.isdigit, data.get(name, "")))[:14] for name in ("siren", "siret")}
    place = Commune.objects.filter(pk=said["commune"]).values_list("department_id", flat=True).first()
    return Typed(**said, **numbers, department=place or "")


def domain(expression) -> Func:
    """« exemple.fr » of « https://www.exemple.fr/page »: the expression that is indexed."""
    return Func(expression, function="partners_domain", output_field=TextField())


def likely(typed: Typed, rows, *, but: int | None = None) -> list[Likeness]:
    """Those of ``rows`` that are likely the one that is typed, the surest first. One query, along its indexes."""
    if not typed.says_something:
        return []
    siren = typed.siren or typed.siret[:9]
    resembles = Q(pk__in=[])
    if len(siren) == 9:
        resembles |= Q(siren=siren) | Q(siret__startswith=siren)
    if typed.website:
        resembles |= Q(site=F("typed_site")) & ~Q(website="")
    if len(typed.name) >= 4:
        resembles |= Q(search_name__trigram_similar=LowerUnaccent(Value(typed.name))) & near(typed)
    found = rows.filter(absorbed_into__isnull=True).exclude(pk=but)
    found = found.annotate(
        site=domain(F("website")),
        typed_site=domain(Value(typed.website)),
        close=Coalesce(TrigramSimilarity("search_name", LowerUnaccent(Value(typed.name))), 0.0),
    )
    found = found.filter(resembles).select_related("commune__department").defer("search", "description")
    told = [likeness(row, typed, siren) for row in found.order_by("-close", "pk")[: SHOWN * 4]]
    return sorted(filter(None, told), key=lambda each: -each.score)[:SHOWN]


def near(typed: Typed) -> Q:
    if typed.department:
        return Q(department=typed.department) | Q(department__isnull=True)
    return Q()


def likeness(row: Organisation, typed: Typed, siren: str) -> Likeness | None:
    """The surest reason; None when the name alone is too far."""
    if typed.siret and row.siret == typed.siret:
        return Likeness(row, SCORES["siret"], "même SIRET")
    if siren and (row.siren == siren or row.siret.startswith(siren)):
        return Likeness(row, SCORES["siren"], "même SIREN")
    if row.website and typed.website and row.site == row.typed_site and row.close >= 0.3:
        return Likeness(row, SCORES["site"] + round(row.close * 20), f"même site ({row.site}) et nom proche")
    if row.close < CLOSE:
        return None
    place = "nom proche"
    if row.commune_id and row.commune_id == typed.commune:
        place = "nom proche, dans la même commune"
    elif row.department_id and row.department_id == typed.department:
        place = "nom proche, dans le même département"
    return Likeness(row, round(row.close * 80), place)
