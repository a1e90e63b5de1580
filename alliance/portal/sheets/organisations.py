"""Organisations in spreadsheets: columns, what is checked beyond one cell, how a line is written."""

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.text import slugify

from alliance.portal.sheets import cells
from alliance.portal.sheets.columns import SEPARATOR, Column, plain
from alliance.portal.sheets.lists import NUMBERS, Lists
from alliance.portal.sheets.noun import ABOVE
from alliance.portal.sheets.plain import Plain
from partners.models import Axis, Organisation, User

NAME = "Le nom est obligatoire."
COLUMNS = (
    Column("kind", "Nature", lambda o: o.get_kind_display(), cells.choice_of(Organisation.Kind),
           ("type", "catégorie"), accepted=lambda lists: tuple(Organisation.Kind.labels), width=20, is_required=True),
    Column("name", "Nom", lambda o: o.name, cells.text_of(Organisation, "name", required=NAME),
           ("raison sociale", "dénomination", "organisation", "structure", "nom de la structure",
            "association", "nom de l’association", "nom de l’organisation"), width=40, is_required=True),
    Column("short_name", "Nom court", lambda o: o.short_name, cells.text_of(Organisation, "short_name"),
           ("sigle",)),
    Column("siren", "SIREN", lambda o: o.siren, cells.number_of(Organisation, "siren", digits=9),
           ("n° siren", "numéro siren", "numéro de siren")),
    Column("siret", "SIRET", lambda o: o.siret, cells.number_of(Organisation, "siret", digits=14),
           ("n° siret", "numéro siret", "numéro de siret")),
    Column("rna", "RNA", lambda o: o.rna, cells.number_of(Organisation, "rna"), ("n° rna", "numéro rna")),
    Column("parent", "Réseau de rattachement (SIREN, ou adresse)", lambda o: o.parent.slug if o.parent else "",
           lambda text, lists: lists.parent(text), ("réseau", "réseau de rattachement"), width=30),
    Column("commune", "Commune (code INSEE)", lambda o: o.commune_id or "", cells.commune,
           ("code insee", "code commune", "insee", "commune", "ville", "code insee commune")),
    Column("place", "Commune (nom)", lambda o: o.commune.name if o.commune else "", width=24),
    Column("website", "Site", lambda o: o.website, cells.site(cells.text_of(Organisation, "website")),
           ("site web", "url", "site internet"),
           width=30),
    Column("summary", "En une phrase", lambda o: o.summary, cells.text_of(Organisation, "summary"),
           ("résumé", "objet", "activité"), width=50),
    Column("description", "Présentation", lambda o: o.description, cells.text_of(Organisation, "description"),
           width=50),
    Column("axes", "Axes (numéros)", lambda o: SEPARATOR.join(str(axis.number) for axis in in_order(o)),
           cells.axes, ("axes",), suggested=lambda lists: lists.axis_words),
    Column("is_public", "Visible dans l’annuaire", lambda o: cells.say_yes(o.is_public), cells.yes_or_no,
           ("visible", "public"), accepted=lambda lists: ("oui", "non")),
    Column("source", "Source", lambda o: o.source, cells.text_of(Organisation, "source"), width=24),
)  # fmt: skip
DIGITS = {"siren": 9, "siret": 14}
TAKEN = {"siret": "SIRET", "rna": "RNA", "siren": "SIREN"}


def in_order(organisation: Organisation) -> list[Axis]:
    """Those of today's list; an axis that has ended cannot be typed, it stays."""
    return sorted((axis for axis in organisation.axes.all() if axis.valid_to is None), key=lambda axis: axis.number)


class Organisations(Plain):
    key, title, one, label = "organisations", "Organisations", "organisation", "name"
    change_list = "admin:partners_organisation_changelist"
    columns = COLUMNS
    model = Organisation
    keys = (*NUMBERS, "name", "commune")
    links = {"parent": "parent_id", "commune": "commune_id"}
    reserved = frozenset({"compte", "confirmer", "integrer", "reutiliser", "securite", "signer"})
    rules = {"organisation_below_its_network": "Un réseau de rattachement se trouve au-dessus de ses membres."}

    def rows(self, user: User) -> QuerySet[Organisation]:
        rows = Organisation.objects.writable_by(user).select_related("parent", "commune").prefetch_related("axes")
        return rows.defer("search").order_by("search_name", "pk")

    def held(self, lines: list[dict[str, str]], lists: Lists) -> list[int | None]:
        """Who has the most precise of the numbers; else who has this name in this commune."""
        names = {line["name"] for line in lines if line.get("name") and line.get("commune")}
        rows = Organisation.objects.filter(name__in=names, commune__isnull=False) if names else ()
        here = {(plain(one.name), one.commune_id): one.pk for one in rows}
        return [numbered(line, lists) or here.get((plain(line.get("name", "")), place(line, lists))) for line in lines]

    def check(self, values: dict, current, lists: Lists, edited: set[str]) -> Iterator[tuple[str, str]]:
        siren, siret = values.get("siren") or "", values.get("siret") or ""
        if siren and siret and not siret.startswith(siren):
            yield "siret", "Le numéro SIRET commence par le numéro SIREN."
        rna = values.get("rna") or ""
        if rna and not (len(rna) == 10 and rna[0] == "W" and rna[1:].isalnum()):
            yield "rna", "Un numéro RNA est un W suivi de 9 chiffres."
        if values.get("kind") == "network" and values.get("parent"):
            yield "parent", "Un réseau national n’a pas de réseau de rattachement."
        pk = current and current.pk
        if values.get("parent") and values["parent"] == pk:
            yield "parent", "Une organisation ne se rattache pas à elle-même."
        yield from self.taken({"siren": "" if siret else siren, "siret": siret, "rna": rna}, pk, lists)
        yield from self.within(values, pk, lists)

    def within(self, values: dict, pk: int | None, lists: Lists) -> Iterator[tuple[str, str]]:
        if pk is None:
            one = (plain(values.get("name") or ""), values.get("commune"), values.get("siret"), values.get("siren"))
            if one in lists.made:
                yield "name", ABOVE
            lists.made.add(one)
            if not lists.user.is_national:
                yield "name", "L’équipe nationale crée les organisations : demandez-lui."
        elif not lists.is_within(values.get("commune"), values.get("kind") or ""):
            yield "commune", "Cette organisation sortirait de votre périmètre : l’équipe nationale peut l’écrire."

    def taken(self, numbers: dict[str, str], pk: int | None, lists: Lists) -> Iterator[tuple[str, str]]:
        for name, number in numbers.items():
            holder = lists.numbers[name].get(number) if number else None
            if holder is not None and holder != pk:
                yield name, f"Une organisation porte déjà ce numéro {TAKEN[name]}, ici ou plus haut dans le fichier."
            elif number:
                lists.numbers[name][number] = pk or -1

    def base(self, values: dict) -> str:
        return slugify(values["name"])[:110].strip("-") or "organisation"


def numbered(line: dict[str, str], lists: Lists) -> int | None:
    for name in NUMBERS:
        number = cells.bare_number(line.get(name, ""), DIGITS.get(name, 0))
        if number and number in lists.numbers[name]:
            return lists.numbers[name][number]
    return None


def place(line: dict[str, str], lists: Lists) -> str | None:
    """The commune that a line names, when it names one."""
    try:
        return cells.commune(line.get("commune", ""), lists)
    except ValidationError:
        return None
