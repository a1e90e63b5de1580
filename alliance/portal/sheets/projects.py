"""Territorial projects in spreadsheets. A new one waits for moderation, whoever brought it."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils import timezone

from alliance.portal.sheets import cells
from alliance.portal.sheets.columns import SEPARATOR, Column, plain
from alliance.portal.sheets.lists import Lists
from alliance.portal.sheets.noun import ABOVE, OUTSIDE
from alliance.portal.sheets.organisations import in_order, place
from alliance.portal.sheets.plain import Plain
from partners.actions.projects import RESERVED_SLUGS, slug_of
from partners.models import Organisation, Project, User

TITLE = "Le titre est obligatoire."
WHOLE = "Donnez la latitude et la longitude, ou aucune des deux."
COLUMNS = (
    Column("title", "Titre", lambda p: p.title, cells.text_of(Project, "title", required=TITLE),
           ("nom", "projet", "nom du projet", "intitulé", "action", "intitulé du projet"), width=40, is_required=True),
    Column("summary", "En une phrase", lambda p: p.summary, cells.text_of(Project, "summary"),
           ("résumé", "objet"), width=50),
    Column("description", "Récit", lambda p: p.description, cells.text_of(Project, "description"),
           ("description", "présentation"), width=50),
    Column("lead", "Porteur (SIREN, SIRET ou adresse)", lambda p: p.lead.slug if p.lead else "",
           lambda text, lists: lists.organisation(text),
           ("porteur", "structure porteuse", "organisation", "structure", "siret porteur", "porteur du projet"),
           width=30),
    Column("lead_name", "Porteur (nom)", lambda p: p.lead.name if p.lead else "", width=30),
    Column("commune", "Commune (code INSEE)", lambda p: p.commune_id or "", cells.commune,
           ("code insee", "code commune", "insee", "commune", "ville", "lieu")),
    Column("place", "Commune (nom)", lambda p: p.commune.name if p.commune else "", width=24),
    Column("lat", "Latitude (degrés)", lambda p: degrees(p.lat), cells.degrees(90), ("latitude", "lat")),
    Column("lon", "Longitude (degrés)", lambda p: degrees(p.lon), cells.degrees(180), ("longitude", "lon", "lng")),
    Column("axes", "Axes (numéros)", lambda p: SEPARATOR.join(str(axis.number) for axis in in_order(p)), cells.axes,
           ("axes", "axe"), suggested=lambda lists: lists.axis_words),
    Column("state", "État", lambda p: p.get_state_display(), cells.choice_of(Project.State),
           ("statut", "avancement"), accepted=lambda lists: tuple(Project.State.labels)),
    Column("starts_on", "Début", lambda p: cells.say_day(p.starts_on), cells.day, ("date de début", "du", "début le")),
    Column("ends_on", "Fin (incluse)", lambda p: cells.say_day(p.ends_on), cells.day,
           ("fin", "date de fin", "au", "fin le")),
    Column("origin", "Origine", lambda p: p.origin, cells.text_of(Project, "origin"), width=24),
    Column("source", "Source", lambda p: p.source, cells.text_of(Project, "source"), width=24),
    Column("moderation", "Modération", lambda p: p.get_moderation_display()),
    Column("confirmed_on", "Dernière confirmation", lambda p: cells.say_day(p.confirmed_on)),
)  # fmt: skip


def degrees(value: float | None) -> str:
    return "" if value is None else str(value).replace(".", ",")


class Projects(Plain):
    key, title, one, label = "projects", "Projets", "projet", "title"
    change_list = "admin:partners_project_changelist"
    columns = COLUMNS
    model = Project
    keys = ("title", "commune")
    links = {"lead": "lead_id", "commune": "commune_id"}
    reserved = RESERVED_SLUGS

    def rows(self, user: User) -> QuerySet[Project]:
        rows = Project.objects.writable_by(user).select_related("lead", "commune").prefetch_related("axes")
        return rows.defer("search", "keywords", "lead__search", "lead__description").order_by("title", "pk")

    def identity(self, row: Project) -> str:
        return row.slug

    def identified(self, rows: QuerySet, texts) -> dict[str, Project]:
        return {one.slug: one for one in rows.filter(slug__in=[text.lower()[:140] for text in texts])}

    def held(self, lines: list[dict[str, str]], lists: Lists) -> list[int | None]:
        """The project of this title in this commune."""
        titles = {line["title"] for line in lines if line.get("title") and line.get("commune")}
        rows = Project.objects.filter(title__in=titles, commune__isnull=False) if titles else ()
        here = {(plain(one.title), one.commune_id): one.pk for one in rows}
        return [here.get((plain(line.get("title", "")), place(line, lists))) for line in lines]

    def check(self, values: dict, current, lists: Lists, edited: set[str]) -> Iterator[tuple[str, str]]:
        starts, ends = values.get("starts_on"), values.get("ends_on")
        if starts and ends and ends < starts:
            yield "ends_on", "La date de fin précède la date de début."
        if (values.get("lat") is None) != (values.get("lon") is None):
            yield "lat", WHOLE
        if not lists.is_within(values.get("commune")):
            yield "commune", OUTSIDE
        if current is None:
            one = (plain(values.get("title") or ""), values.get("commune"), values.get("lead"))
            if one in lists.made:
                yield "title", ABOVE
            lists.made.add(one)

    def fields(self, values: dict) -> dict:
        """A point that nobody typed goes when the commune changes."""
        fields = super().fields(values)
        return fields | {"lat": None, "lon": None} if "commune_id" in fields and "lat" not in fields else fields

    def base(self, values: dict) -> str:
        return slug_of(values["title"])

    def new(self, values: dict, lists: Lists) -> Project:
        """It waits for moderation."""
        project = super().new(values, lists)
        project.moderation = Project.Moderation.SUBMITTED
        project.submitted_by, project.submitted_at = lists.user, timezone.now()
        return project

    def complete(self, projects: list[Project]) -> None:
        leads = {project.lead_id for project in projects if project.lead_id}
        shown = (
            set(Organisation.objects.filter(pk__in=leads, is_demo=True).values_list("pk", flat=True)) if leads else ()
        )
        for project in projects:
            project.is_demo = project.lead_id in shown
