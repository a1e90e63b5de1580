"""A commune as people type it: a name, a postal code, « Brest (29) ». When several answer, the page asks which."""

from django.core.exceptions import ValidationError
from django.db.models import Q

from partners.filters.places import MAX_LENGTH, POSTAL_CODE, WITH_DEPARTMENT, named, plain, search_communes
from partners.models import Commune, FormerCommune

MOST, PROPOSED = 60, 8


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
    communes = Commune.objects.select_related("department")
    if POSTAL_CODE.fullmatch(text):
        code = text.upper()
        found = list(communes.filter(postal_codes__contains=[code]).order_by("name", "code")[:MOST])
        return found or list(communes.filter(pk__in=_coded(code)))
    match = WITH_DEPARTMENT.fullmatch(text)
    found = named(match[1]).filter(department=match[2].upper()) if match else named(text)
    return list(found.select_related("department").order_by("-population", "code")[:MOST])


def _coded(code: str):
    return Commune.objects.filter(Q(code=code) | Q(former__code=code)).values("pk")


def _near(text: str) -> list[Commune]:
    """Where a former commune or a municipal district of this name stands now, else names that look alike."""
    name = plain(text)[:MAX_LENGTH]
    if len(name) < 2 or name.isdigit():
        return []
    former = FormerCommune.objects.filter(name__unaccent__istartswith=name).values("commune")
    communes = Commune.objects.select_related("department").filter(pk__in=former)
    return list(communes.order_by("-population", "code")[:PROPOSED]) or search_communes(text, PROPOSED)
