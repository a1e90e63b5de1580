"""A commune as people type it: « Brest », « 29200 », « Brest (29) », « 29200 Brest ». The page asks when in doubt."""

import re

from django.core.exceptions import ValidationError
from django.db.models import Q

from partners.filters.places import MAX_LENGTH, POSTAL_CODE, WITH_DEPARTMENT, named, plain, search_communes
from partners.models import Commune, FormerCommune

MOST, PROPOSED = 60, 8
CODED = re.compile(rf"\b(?:{POSTAL_CODE.pattern})\b", re.IGNORECASE)


class WhichCommune(ValidationError):
    """The text names several communes, or nearly names some: ``choices`` for the page to offer."""

    def __init__(self, message: str, communes: list[Commune]):
        super().__init__(message, code="which_commune")
        self.choices = [(commune.code, _label(commune)) for commune in communes]


def _label(commune: Commune) -> str:
    postal = f", {commune.postal_codes[0]}" if commune.postal_codes else ""
    return f"{commune.name} ({commune.department.name}{postal})"


def commune_typed(text: str, chosen: str = "") -> Commune:
    """The commune that a text names; ``chosen`` is the code picked among those that were offered for it.

    Raises WhichCommune, or ValidationError when nothing answers. At most five queries.
    """
    exact = _exact(text)
    found = exact or _near(text)
    picked = [commune for commune in found if commune.code == chosen]
    if picked or len(exact) == 1:
        return (picked or exact)[0]
    if exact:
        raise WhichCommune(f"Plusieurs communes répondent à « {text} » : choisissez la vôtre dans la liste.", found)
    if found:
        ask = "est-ce celle-ci ?" if len(found) == 1 else "est-ce l’une de celles-ci ?"
        raise WhichCommune(f"Aucune commune ne s’appelle exactement « {text} » : {ask}", found)
    raise ValidationError(f"Aucune commune ne répond à « {text} ». Donnez son nom complet ou son code postal.")


def _exact(text: str) -> list[Commune]:
    if coded := CODED.search(text):
        found = _of_code(coded[0].upper())
        name = _bare(text.replace(coded[0], ""))
        return [commune for commune in found if name in ("", _bare(commune.name))]
    match = WITH_DEPARTMENT.fullmatch(text)
    found = named(match[1]).filter(department=match[2].upper()) if match else named(text.partition(",")[0])
    found = list(found.select_related("department").order_by("-population", "code")[:MOST])
    where = _bare(text.partition(",")[2])
    return [row for row in found if where in (_bare(row.department.name), row.department_id.lower())] or found


def _bare(text: str) -> str:
    return re.sub(r"\W+", " ", plain(text)).strip()


def _of_code(code: str) -> list[Commune]:
    communes = Commune.objects.select_related("department")
    found = list(communes.filter(postal_codes__contains=[code]).order_by("name", "code")[:MOST])
    return found or list(communes.filter(pk__in=_coded(code)))


def _coded(code: str):
    return Commune.objects.filter(Q(code=code) | Q(former__code=code)).values("pk")


def _near(text: str) -> list[Commune]:
    """Those of the postal code; where a former commune or a district of this name stands now; names that look alike."""
    name = plain(text)[:MAX_LENGTH]
    if coded := CODED.search(text):
        return _of_code(coded[0].upper())
    if len(name) < 2 or name.isdigit():
        return []
    former = FormerCommune.objects.filter(name__unaccent__istartswith=name).values("commune")
    communes = Commune.objects.select_related("department").filter(pk__in=former)
    return list(communes.order_by("-population", "code")[:PROPOSED]) or search_communes(text, PROPOSED)
