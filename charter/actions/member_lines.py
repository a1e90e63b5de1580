"""What a network pasted, line by line: a name, a SIREN, an e-mail address, in any order. Six queries, however long."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from stdnum.fr import siren as siren_number

from alliance.lib.french import long_date
from charter.actions.adhesions import DECIDERS
from charter.models import Adhesion, CharterVersion, MemberInvitation, Signature
from charter.models.adhesion import equivalents
from charter.models.member_invitation import MOST_LINES
from partners.models import Membership, Organisation

SEPARATORS = ("\t", ";", "|", ",")
HEADINGS = {"nom", "name", "siren", "email", "e-mail", "courriel", "mail", "adresse", "organisation", "structure"}
NAME_MAX, EMAIL_MAX = 160, 254


@dataclass
class Line:
    number: int
    name: str = ""
    siren: str = ""
    email: str = ""
    organisation: Organisation | None = None
    wrong: str = ""


def cells_of(text: str) -> list[tuple[int, list[str]]]:
    """The lines of what was pasted, numbered as its reader counts them."""
    return [(number, cut(line)) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]


def cut(line: str) -> list[str]:
    """By the first separator that it holds: a comma parts nothing where something stronger does."""
    separator = next((each for each in SEPARATORS if each in line), "\t")
    return [cell.strip(" \"'") for cell in line.split(separator)]


def judged(network, version: CharterVersion, rows: Iterable[tuple[int, list[str]]], at: datetime):
    """``(lines to invite, problems)``; a problem is ``{"line", "text", "sentence"}``. Raises ValidationError."""
    lines = [read(number, cells) for number, cells in rows if not is_heading(cells)]
    if not lines:
        raise ValidationError("Donnez au moins une ligne : un nom, un SIREN si vous l’avez, une adresse électronique.")
    if len(lines) > MOST_LINES:
        raise ValidationError(f"{MOST_LINES} lignes au plus à la fois : votre liste en a {len(lines)}.")
    recognise(network, lines)
    for check in (same_twice, lambda some: known_already(network, version, some, at)):
        check([line for line in lines if not line.wrong])
    wrong = [{"line": line.number, "text": said(line), "sentence": line.wrong} for line in lines if line.wrong]
    return [line for line in lines if not line.wrong], wrong


def is_heading(cells: list[str]) -> bool:
    return any(cell.strip().lower() in HEADINGS for cell in cells) and not any("@" in cell for cell in cells)


def said(line: Line) -> str:
    return " · ".join(filter(None, (line.name, line.siren, line.email)))[:300]


def read(number: int, cells: list[str]) -> Line:
    line = Line(number)
    for cell in filter(None, (" ".join(cell.split()) for cell in cells)):
        digits = re.sub(r"[\s.]", "", cell)
        if "@" in cell and not line.email:
            line.email = cell.lower()
        elif digits.isdigit() and len(digits) in (9, 14) and not line.siren:
            line.siren = digits[:9]
        elif not line.name and not digits.isdigit():
            line.name = cell
        elif digits.isdigit():
            line.wrong = f"« {cell} » n’est pas un SIREN : il compte 9 chiffres."
    line.wrong = line.wrong or amiss(line)
    line.name, line.email = line.name[:NAME_MAX], line.email[:EMAIL_MAX]
    return line


def amiss(line: Line) -> str:
    if not line.email:
        return "Il manque l’adresse électronique de la personne à qui écrire."
    try:
        validate_email(line.email)
    except ValidationError:
        return f"« {line.email} » n’est pas une adresse électronique."
    if line.siren and not siren_number.is_valid(line.siren):
        return f"Le SIREN {line.siren} n’existe pas : sa clé de contrôle est fausse."
    if len(line.name) > NAME_MAX or len(line.email) > EMAIL_MAX:
        return f"Trop long : {NAME_MAX} caractères au plus pour un nom."
    return "" if line.name or line.siren else "Il manque le nom de l’organisation."


def recognise(network: Organisation, lines: list[Line]) -> None:
    """The organisation of each line: by its SIREN, else by its exact name among the members."""
    below = Q(parent=network) | Q(parent__parent=network)
    rows = Organisation.objects.filter(absorbed_into=None).defer("search", "description")
    sirens = {line.siren for line in lines if line.siren}
    of_siren = {each.siren: each for each in rows.filter(siren__in=sirens).order_by("-siret")}
    names = {line.name.lower() for line in lines if line.name and not line.siren}
    of_name: dict[str, list[Organisation]] = {}
    for each in rows.filter(below) if names else ():
        if each.name.lower() in names:
            of_name.setdefault(each.name.lower(), []).append(each)
    for line in lines:
        same = of_name.get(line.name.lower(), [])
        line.organisation = of_siren.get(line.siren) or (same[0] if len(same) == 1 and not line.siren else None)
        if not line.organisation and not line.name and not line.wrong:
            line.wrong = f"Aucune organisation du portail n’a le SIREN {line.siren} : donnez aussi son nom."
        if line.organisation and not line.name:
            line.name = line.organisation.name if line.organisation.is_public else f"SIREN {line.siren}"


def same_twice(lines: list[Line]) -> None:
    seen: dict[tuple, int] = {}
    for line in lines:
        organisation = line.organisation.pk if line.organisation else line.siren or line.name.lower()
        first = seen.setdefault((organisation,), line.number)
        if first != line.number:
            line.wrong = f"La même organisation est à la ligne {first}."


def known_already(network: Organisation, version: CharterVersion, lines: list[Line], at: datetime) -> None:
    """Who has answered, signed or been asked already, and who is no member of this network as far as we know."""
    found = {line.organisation.pk for line in lines if line.organisation}
    signed = set(
        Signature.objects.current(version).filter(organisation__in=found).values_list("organisation", flat=True)
    )
    under = Adhesion.objects.live().filter(network=network, organisation__in=found, version__in=equivalents(version))
    adhering = dict(under.values_list("organisation", "adhered_at"))
    waiting = list(MemberInvitation.objects.waiting(at).filter(network=network))
    invited = {each.organisation_id: each for each in waiting} | {each.siren: each for each in waiting if each.siren}
    peopled = Membership.objects.live().filter(organisation__in=found, role__in=DECIDERS, user__is_active=True)
    answered_for = set(peopled.values_list("organisation", flat=True))
    below = Organisation.objects.filter(Q(parent=network) | Q(parent__parent=network), pk__in=found)
    own = set(below.values_list("pk", flat=True))
    for line in lines:
        key = line.organisation.pk if line.organisation else None
        asked = invited.get(key) if key else invited.get(line.siren) if line.siren else None
        if key == network.pk:
            line.wrong = "C’est votre réseau lui-même."
        elif key in signed:
            line.wrong = "Cette organisation a signé la charte elle-même : elle compte déjà."
        elif key in adhering:
            line.wrong = f"Elle adhère déjà, depuis le {long_date(adhering[key])}."
        elif asked:
            line.wrong = f"Elle est déjà invitée, jusqu’au {long_date(asked.expires_at)}."
        elif key and key not in own and key not in answered_for:
            line.wrong = "Elle n’est pas rattachée à votre réseau : demandez son rattachement à La Poste."
