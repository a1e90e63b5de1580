"""Organisations in spreadsheets: columns, what is checked beyond one cell, how a line is written."""

from collections.abc import Iterator
from functools import cached_property

from django.db.models import QuerySet
from django.utils.text import slugify

from alliance.portal.sheets import columns
from alliance.portal.sheets.columns import Column
from partners.models import Axis, Commune, Organisation, User

NAME = "Le nom est obligatoire."
COLUMNS = (
    Column("kind", "Nature", lambda o: o.get_kind_display(), columns.choice_of(Organisation.Kind),
           ("type", "catégorie"), accepted=lambda lists: tuple(Organisation.Kind.labels), width=20, is_required=True),
    Column("name", "Nom", lambda o: o.name, columns.text_of(Organisation, "name", required=NAME),
           ("raison sociale", "dénomination", "organisation", "structure"), width=40, is_required=True),
    Column("short_name", "Nom court", lambda o: o.short_name, columns.text_of(Organisation, "short_name"),
           ("sigle",)),
    Column("siren", "SIREN", lambda o: o.siren, columns.compact(columns.text_of(Organisation, "siren")),
           ("n° siren", "numéro siren")),
    Column("siret", "SIRET", lambda o: o.siret, columns.compact(columns.text_of(Organisation, "siret")),
           ("n° siret", "numéro siret")),
    Column("rna", "RNA", lambda o: o.rna, columns.compact(columns.text_of(Organisation, "rna")), ("n° rna",)),
    Column("parent", "Réseau de rattachement (SIREN, ou adresse)", lambda o: o.parent.slug if o.parent else "",
           lambda text, lists: lists.parent(text), ("réseau", "réseau de rattachement"), width=30),
    Column("commune", "Commune (code INSEE)", lambda o: o.commune_id or "", columns.commune,
           ("code insee", "code commune", "insee")),
    Column("place", "Commune (nom)", lambda o: o.commune.name if o.commune else "", width=24),
    Column("website", "Site", lambda o: o.website, columns.text_of(Organisation, "website"), ("site web", "url"),
           width=30),
    Column("summary", "En une phrase", lambda o: o.summary, columns.text_of(Organisation, "summary"), ("résumé",),
           width=50),
    Column("description", "Présentation", lambda o: o.description, columns.text_of(Organisation, "description"),
           width=50),
    Column("axes", "Axes (numéros)", lambda o: columns.SEPARATOR.join(str(axis.number) for axis in in_order(o)),
           columns.axes, ("axes",), suggested=lambda lists: lists.axis_words),
    Column("is_public", "Visible dans l’annuaire", lambda o: columns.say_yes(o.is_public), columns.yes_or_no,
           ("visible", "public"), accepted=lambda lists: ("oui", "non")),
    Column("source", "Source", lambda o: o.source, columns.text_of(Organisation, "source"), width=24),
)  # fmt: skip
NUMBERS = ("siret", "rna", "siren")
TAKEN = {"siret": "SIRET", "rna": "RNA", "siren": "SIREN"}


def in_order(organisation: Organisation) -> list[Axis]:
    """Those of today's list; an axis that has ended cannot be typed, it stays."""
    return sorted((axis for axis in organisation.axes.all() if axis.valid_to is None), key=lambda axis: axis.number)


class Lists:
    """What cells are read against, looked up once for a whole file."""

    def __init__(self, user: User):
        self.user = user
        current = list(Axis.objects.current())
        self.axes = {str(axis.number): axis.pk for axis in current}
        self.axis_words = tuple(f"{axis.number} {axis.label}" for axis in current)

    @cached_property
    def communes(self) -> dict[str, str | None]:
        return dict(Commune.objects.values_list("code", "region_id"))

    @cached_property
    def parents(self) -> dict[str, int]:
        found = {}
        networks = Organisation.objects.filter(kind__in=["network", "regional"], children__isnull=True) | (
            Organisation.objects.filter(children__isnull=False)
        )
        for pk, slug, siren, siret in networks.distinct().values_list("pk", "slug", "siren", "siret"):
            found |= {slug: pk} | ({siren: pk} if siren and not siret else {})
        return found

    def parent(self, text: str) -> int | None:
        if text and text.strip().lower() not in self.parents:
            raise columns.wrong(f"Aucun réseau n’a l’adresse ou le SIREN « {text[:60]} ».")
        return self.parents[text.strip().lower()] if text else None

    @cached_property
    def numbers(self) -> dict[str, dict[str, int]]:
        """Who holds each number: ``{"siret": {number: pk}}``."""
        held: dict[str, dict[str, int]] = {name: {} for name in NUMBERS}
        for pk, siren, siret, rna in Organisation.objects.values_list("pk", "siren", "siret", "rna"):
            held["siret"][siret], held["rna"][rna] = pk, pk
            held["siren"][siren if not siret else ""] = pk
        return {name: {number: pk for number, pk in found.items() if number} for name, found in held.items()}


class Organisations:
    key, title, one = "organisations", "Organisations", "organisation"
    columns = COLUMNS
    model = Organisation
    lists = Lists

    def rows(self, user: User) -> QuerySet[Organisation]:
        """Those that the agent may change, whole."""
        rows = Organisation.objects.writable_by(user).select_related("parent", "commune").prefetch_related("axes")
        return rows.defer("search").order_by("search_name", "pk")

    def found_by_numbers(self, values: dict, lists: Lists) -> int | None:
        """The organisation that holds the most precise of these numbers: files from elsewhere have no identity."""
        for name in NUMBERS:
            number = values.get(name)
            if number and number in lists.numbers[name]:
                return lists.numbers[name][number]
        return None

    def check(self, values: dict, pk: int | None, lists: Lists) -> Iterator[tuple[str, str]]:
        """(key, sentence) for what is wrong with the line as a whole; ``values``: those of every column."""
        siren, siret = values.get("siren") or "", values.get("siret") or ""
        if siren and siret and not siret.startswith(siren):
            yield "siret", "Le numéro SIRET commence par le numéro SIREN."
        rna = values.get("rna") or ""
        if rna and not (len(rna) == 10 and rna[0] == "W" and rna[1:].isalnum()):
            yield "rna", "Un numéro RNA est un W suivi de 9 chiffres."
        if values.get("kind") == "network" and values.get("parent"):
            yield "parent", "Un réseau national n’a pas de réseau de rattachement."
        if values.get("parent") and values["parent"] == pk:
            yield "parent", "Une organisation ne se rattache pas à elle-même."
        yield from self.taken({"siren": "" if siret else siren, "siret": siret, "rna": rna}, pk, lists)
        if pk is None and not lists.user.is_national:
            yield "name", "L’équipe nationale crée les organisations : demandez-lui."
        elif not lists.user.is_national:
            region = lists.communes.get(values.get("commune") or "")
            if values.get("kind") == "network" or region not in lists.user.region_codes:
                yield "commune", "Cette organisation sortirait de votre périmètre : l’équipe nationale peut l’écrire."

    def taken(self, numbers: dict[str, str], pk: int | None, lists: Lists) -> Iterator[tuple[str, str]]:
        for name, number in numbers.items():
            holder = lists.numbers[name].get(number) if number else None
            if holder is not None and holder != pk:
                yield name, f"Une organisation porte déjà ce numéro {TAKEN[name]}, ici ou plus haut dans le fichier."
            elif number:
                lists.numbers[name][number] = pk or -1

    def write(self, organisation: Organisation | None, values: dict) -> Organisation:
        """Write the values that changed; a new one gets an address of its own."""
        axes = values.pop("axes", None)
        fields = {
            {"parent": "parent_id", "commune": "commune_id"}.get(key, key): value for key, value in values.items()
        }
        if organisation is None:
            organisation = Organisation(slug=free_slug(values["name"]), **fields)
            organisation.save(force_insert=True)
        elif fields:
            for name, value in fields.items():
                setattr(organisation, name, value)
            organisation.save(update_fields=[*fields, "updated_at"])
        if axes is not None:
            ended = [axis.pk for axis in organisation.axes.all() if axis.valid_to is not None]
            organisation.axes.set([*axes, *ended])
        return organisation


def free_slug(name: str) -> str:
    base = slugify(name)[:110].strip("-") or "organisation"
    taken = set(Organisation.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    taken |= {"confirmer", "integrer", "reutiliser", "securite", "signer"}
    return base if base not in taken else next(f"{base}-{n}" for n in range(2, 100_000) if f"{base}-{n}" not in taken)
