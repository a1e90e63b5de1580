"""Agreements in spreadsheets, through the verbs of their pages: what is at the signature or signed never changes."""

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.portal.sheets import cells
from alliance.portal.sheets.columns import SEPARATOR, Column, plain
from alliance.portal.sheets.lists import Lists
from alliance.portal.sheets.noun import ABOVE, Noun
from alliance.portal.sheets.organisations import in_order
from alliance.portal.sheets.plain import change_alike, set_links
from partners.actions.agreement_drafts import draft_from_template, drop_version, write_version
from partners.actions.agreements_together import draft_many, write_many
from partners.models import Agreement, AgreementVersion, Organisation, User
from partners.models.agreement import Standing
from partners.models.agreement_version import OPEN, WRITTEN

SAID = {"starts_on", "ends_on", "amount_cents"}
MANY = ("axes", "regions", "departments", "entities")
FROZEN = "Ce texte est à la signature ou signé : il ne change plus. Ouvrez un avenant sur la page de l’accord."
CLOSED = "L’accord n’est plus en préparation : cela ne change plus. Ouvrez un avenant, ou un autre accord."
NOT_MEMBER = "Cette personne n’est pas rattachée à l’organisation de l’accord."
NOT_AGENT = "Cette adresse n’est pas celle d’un agent de La Poste."
OTHER = "Un accord ne change pas d’organisation : commencez-en un autre."
COLUMNS = (
    Column("organisation", "Organisation (SIREN, SIRET ou adresse)", lambda a: a.organisation.slug,
           lambda text, lists: lists.organisation(text), ("organisation", "partenaire", "structure", "siren", "siret"),
           width=30, is_required=True, fixed=OTHER),
    Column("organisation_name", "Organisation (nom)", lambda a: a.organisation.name, width=30),
    Column("title", "Objet", lambda a: a.title,
           cells.text_of(Agreement, "title", required="L’objet est obligatoire."), ("titre", "accord", "intitulé"),
           width=40, is_required=True),
    Column("kind", "Nature", lambda a: a.get_kind_display(), cells.choice_of(Agreement.Kind), ("type",),
           accepted=lambda lists: tuple(Agreement.Kind.labels), width=24, is_required=True),
    Column("standing", "Où il en est", lambda a: Standing(a.standing).label),
    Column("text", "Texte dont il s’agit", lambda a: told.label if (told := spoken(a)) else ""),
    Column("starts_on", "Prend effet le", lambda a: cells.say_day(said(a, "starts_on")), cells.day,
           ("début", "date de début", "du")),
    Column("ends_on", "Jusqu’au (inclus)", lambda a: cells.say_day(said(a, "ends_on")), cells.day,
           ("fin", "date de fin", "au", "terme", "échéance")),
    Column("amount_cents", "Montant (euros)", lambda a: cells.say_euros(said(a, "amount_cents")), cells.euros,
           ("montant",)),
    Column("axes", "Axes (numéros)", lambda a: SEPARATOR.join(str(axis.number) for axis in in_order(a)), cells.axes,
           ("axes", "axe"), suggested=lambda lists: lists.axis_words),
    Column("regions", "Régions", lambda a: SEPARATOR.join(sorted(each.name for each in a.regions.all())),
           cells.several(lambda lists: lists.regions, "Cette région"), ("région",)),
    Column("departments", "Départements", lambda a: SEPARATOR.join(sorted(each.pk for each in a.departments.all())),
           cells.several(lambda lists: lists.departments, "Ce département"), ("département",)),
    Column("entities", "Entités du Groupe", lambda a: SEPARATOR.join(sorted(each.label for each in a.entities.all())),
           cells.several(lambda lists: lists.entities, "Cette entité"), ("entité",), width=30),
    Column("referent", "Référent La Poste (adresse électronique)", lambda a: a.referent.email if a.referent else "",
           cells.email, ("référent",), width=30),
    Column("partner_referent", "Référent du partenaire (adresse électronique)",
           lambda a: a.partner_referent.email if a.partner_referent else "", cells.email, width=30),
    Column("is_public", "Public", lambda a: cells.say_yes(a.is_public), cells.yes_or_no,
           accepted=lambda lists: ("oui", "non")),
)  # fmt: skip


def spoken(agreement: Agreement) -> AgreementVersion | None:
    """The version that the dates and the amount are of: the one in preparation, else the last one that runs."""
    versions = agreement.versions.all()  # by number
    prepared = next((each for each in versions if each.stage in OPEN), None)
    return prepared or next((each for each in reversed(versions) if each.stage == "active"), None)


def said(agreement: Agreement, name: str):
    version = spoken(agreement)
    return getattr(version, name) if version else None


def of_columns(values: dict) -> dict:
    """By the columns of the table: who is a referent by their key."""
    people = {"referent", "partner_referent"}
    return {f"{name}_id" if name in people else name: value.pk if isinstance(value, User) else value
            for name, value in values.items()}  # fmt: skip


class Agreements(Noun):
    key, title, one, label = "agreements", "Accords", "accord", "title"
    change_list = "admin:partners_agreement_changelist"
    columns = COLUMNS
    model = Agreement
    parts = (AgreementVersion,)
    keys = ("title", "organisation")
    rules = {"agreement_text_frozen": FROZEN}

    def rows(self, user: User) -> QuerySet[Agreement]:
        versions = Prefetch("versions", AgreementVersion.objects.defer("text").order_by("number"))
        rows = Agreement.objects.writable_by(user).with_standing(timezone.localdate())
        rows = rows.select_related("organisation", "referent", "partner_referent")
        rows = rows.prefetch_related("axes", "regions", "departments", "entities", versions)
        return rows.defer("organisation__search", "organisation__description").order_by("title", "pk")

    def held(self, lines: list[dict[str, str]], lists: Lists) -> list[int | None]:
        """The agreement of this organisation that has this title, unless it has ended."""
        titles = {line["title"] for line in lines if line.get("title")}
        rows = Agreement.objects.filter(title__in=titles, state__in=["draft", "active"]) if titles else ()
        here = {(plain(one.title), one.organisation_id): one.pk for one in rows}
        return [here.get((plain(line.get("title", "")), named(line, lists))) for line in lines]

    def check(self, values: dict, current, lists: Lists, edited: set[str]) -> Iterator[tuple[str, str]]:
        starts, ends = values.get("starts_on"), values.get("ends_on")
        if starts and ends and ends < starts:
            yield "ends_on", "La date de fin précède la date de début."
        yield from people(values, lists, edited)
        if current is None:
            yield from self.begin(values, lists)
            return
        version = spoken(current)
        if version is None or version.stage not in WRITTEN:
            yield from ((key, FROZEN) for key in sorted(edited & SAID))
        if "kind" in edited and current.state != Agreement.State.DRAFT:
            yield "kind", CLOSED

    def begin(self, values: dict, lists: Lists) -> Iterator[tuple[str, str]]:
        if not Organisation.objects.writable_by(lists.user).filter(pk=values["organisation"]).exists():
            yield "organisation", "Cette organisation n’est pas dans votre périmètre."
        one = (plain(values.get("title") or ""), values.get("organisation"))
        if one in lists.made:
            yield "title", ABOVE
        lists.made.add(one)

    def write(self, agreement: Agreement | None, values: dict, lists: Lists) -> int:
        """A new one is a draft without text: its partner sees nothing of it."""
        words = {name: values.pop(name) for name in sorted(SAID & values.keys())}
        if agreement is None:
            organisation = Organisation.objects.get(pk=values.pop("organisation"))
            given = {name: values.pop(name) for name in ("title", "kind")}
            agreement = draft_from_template(organisation=organisation, by=lists.user, **given, **words).agreement
        elif words:
            version = AgreementVersion.objects.open().filter(agreement=agreement).first()
            if version is None:
                raise Conflict(FROZEN, code="not_writable")
            write_version(version=version, by=lists.user, **words)
        self.fields(agreement, values, lists)
        return agreement.pk

    def write_together(self, lines: list[tuple], lists: Lists) -> list[int]:
        said = [{name: values.pop(name) for name in SAID & values.keys()} for _, values in lines]
        drafts = [
            {name: values.pop(name) for name in ("organisation", "title", "kind")} | {"said": words}
            for (current, values), words in zip(lines, said, strict=True)
            if current is None
        ]
        texts = {current.pk: words for (current, _), words in zip(lines, said, strict=True) if current and words}
        write_many(said=texts, by=lists.user)
        made = iter(draft_many(drafts=drafts, by=lists.user))
        rows = [(current or next(made), values) for current, values in lines]
        for name in MANY:
            set_links(Agreement, name, {row.pk: values.pop(name) for row, values in rows if name in values})
        for row, values in rows:
            self.name_referents(row, values, lists)
        change_alike(Agreement, [(row.pk, of_columns(values)) for row, values in rows])
        return [row.pk for row, _ in rows]

    def name_referents(self, agreement: Agreement, values: dict, lists: Lists) -> None:
        if "referent" in values:
            values["referent"] = lists.agent(values["referent"]) if values["referent"] else None
        if "partner_referent" in values:
            typed = values["partner_referent"]
            values["partner_referent"] = lists.member(agreement.organisation_id, typed) if typed else None

    def fields(self, agreement: Agreement, values: dict, lists: Lists) -> None:
        """What the page of the back office writes, by the same rules."""
        many = {name: values.pop(name) for name in MANY if name in values}
        self.name_referents(agreement, values, lists)
        for name, value in values.items():
            setattr(agreement, name, value)
        if values:
            agreement.save(update_fields=[*values, "updated_at"])
        for name, chosen in many.items():
            ended = [axis.pk for axis in agreement.axes.all() if axis.valid_to is not None] if name == "axes" else []
            getattr(agreement, name).set([*chosen, *ended])

    def leave(self, row_id: int, user: User) -> str:
        """Its life is written in events that never go."""
        version = AgreementVersion.objects.open().filter(agreement=row_id, agreement__state="draft").first()
        if version is None or version.stage not in WRITTEN:
            return ""
        drop_version(version=version, by=user, motive="annulation du tableur")
        return "L’accord est classé sans suite : sa vie ne s’efface pas."


def people(values: dict, lists: Lists, edited: set[str]) -> Iterator[tuple[str, str]]:
    if "referent" in edited and values.get("referent") and lists.agent(values["referent"]) is None:
        yield "referent", NOT_AGENT
    typed = values.get("partner_referent")
    if "partner_referent" in edited and typed and lists.member(values["organisation"], typed) is None:
        yield "partner_referent", NOT_MEMBER


def named(line: dict[str, str], lists: Lists) -> int | None:
    try:
        return lists.organisation(line.get("organisation", ""))
    except ValidationError:
        return None
