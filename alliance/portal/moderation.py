"""What waits for moderation, the oldest first, and each field of it as an agent reads it: what stands, what would."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import CharField, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from alliance.lib import french
from charter.models.difference import Run, difference, runs
from partners.models import Axis, Commune, Organisation, Project, ProjectPhoto, ProposedChange

LABELS = {
    "title": "Titre",
    "summary": "En une phrase",
    "description": "Récit",
    "website": "Site",
    "lead": "Porteur",
    "commune": "Commune",
    "starts_on": "Début",
    "ends_on": "Fin",
    "axes": "Axes d’action",
    "figures": "Chiffres",
    "photos": "Photos",
}
PROFILE_LABELS = {"description": "Présentation"}
LATE, TOO_LATE = timedelta(days=7), timedelta(days=14)
COMPARED_MAX = 12_000
NOUNS = {"projets": "Nouveaux projets", "modifications": "Modifications de projets", "profils": "Profils"}
ORDER = ("since", "noun", "pk")


@dataclass(frozen=True)
class Awaiting:
    noun: str
    title: str
    organisation: Organisation | None
    place: str
    by: str
    since: datetime
    url: str

    @property
    def age(self) -> str:
        return french.age(timezone.now() - self.since)

    @property
    def late(self) -> str:
        """« plus de 14 jours », « plus de 7 jours » or nothing."""
        waited = timezone.now() - self.since
        return "plus de 14 jours" if waited >= TOO_LATE else "plus de 7 jours" if waited >= LATE else ""


def queue(user, noun: str = ""):
    """``(noun, pk, since)`` of all that ``user`` may decide; paged in the database."""
    changes = ProposedChange.objects.writable_by(user).waiting().annotate(since=Coalesce("proposed_at", "changed_at"))
    of = {
        "projets": Project.objects.writable_by(user)
        .filter(moderation="submitted")
        .annotate(since=Coalesce("submitted_at", "updated_at")),
        "modifications": changes.filter(project__isnull=False),
        "profils": changes.filter(organisation__isnull=False),
    }
    rows = [
        found.order_by().annotate(noun=Value(name, CharField())).values_list("noun", "pk", "since")
        for name, found in of.items()
        if noun in ("", name)
    ]
    return rows[0].union(*rows[1:], all=True).order_by(*ORDER) if len(rows) > 1 else rows[0].order_by(*ORDER)


def lines(rows) -> list[Awaiting]:
    """The page of the queue, in three queries whatever its length."""
    rows = list(rows)
    project_ids = [pk for noun, pk, _ in rows if noun == "projets"]
    change_ids = [pk for noun, pk, _ in rows if noun != "projets"]
    wanted = ("lead", "commune__department", "region", "submitted_by")
    projects = Project.objects.select_related(*wanted).defer("search", "keywords", "description")
    projects = projects.in_bulk(project_ids)
    related = (
        "project__lead",
        "project__commune__department",
        "project__region",
        "organisation__region",
        "proposed_by",
    )
    changes = ProposedChange.objects.select_related(*related).in_bulk(change_ids)
    return [
        of_project(projects[pk], since) if noun == "projets" else of_change(changes[pk], since)
        for noun, pk, since in rows
        if pk in (projects if noun == "projets" else changes)
    ]


def of_project(project: Project, since: datetime) -> Awaiting:
    url = reverse("staff_moderation_project", args=[project.slug])
    by = str(project.submitted_by or "")
    return Awaiting("Nouveau projet", project.title, project.lead, place_of(project), by, since, url)


def of_change(change: ProposedChange, since: datetime) -> Awaiting:
    url = reverse("staff_moderation_change", args=[change.public_id])
    noun = "Modification" if change.project else "Profil"
    organisation = change.project.lead if change.project else change.organisation
    return Awaiting(noun, str(change), organisation, place_of(change.subject), str(change.proposed_by), since, url)


def place_of(subject: Project | Organisation) -> str:
    commune = getattr(subject, "commune", None) if isinstance(subject, Project) else None
    where = commune and f"{commune.name} ({commune.department_id})"
    return where or (subject.region.name if subject.region else "national")


@dataclass
class Field:
    """``paragraphs``: runs of words, kept, added or removed. ``meanwhile``: what stood when it was proposed, when
    something else stands now."""

    name: str
    label: str
    paragraphs: list[list[Run]]
    meanwhile: str = ""
    photos: list[ProjectPhoto] | None = None


def fields_of(now: dict, proposed: dict, *, before: dict | None = None, profile: bool = False) -> list[Field]:
    """What each field says now and would say; without ``now``, what it says. At most four queries."""
    read = Words.of([now, proposed, before or {}])
    labels = LABELS | (PROFILE_LABELS if profile else {})
    found = []
    for name, label in labels.items():
        if name not in proposed:
            continue
        texts = read.texts(name, now.get(name)), read.texts(name, proposed[name])
        field = Field(name, label, compared(name, *texts) if name in now else [[Run("same", t)] for t in texts[1]])
        if before and before.get(name) != now.get(name):
            field.meanwhile = " ; ".join(read.texts(name, before.get(name))) or "rien"
        if name == "photos":
            field.photos = list(ProjectPhoto.objects.filter(public_id__in=proposed[name]))
        found.append(field)
    return found


def compared(name: str, before: list[str], after: list[str]) -> list[list[Run]]:
    if name in ("axes", "figures", "photos"):
        gone = [[Run("removed", text)] for text in before if text not in after]
        return gone + [[Run("same" if text in before else "added", text)] for text in after]
    old, new = "\n\n".join(before), "\n\n".join(after)
    if name == "description" and len(old) + len(new) <= COMPARED_MAX:
        section = difference((("", old),), (("", new),)).sections[0]
        return [list(paragraph.runs) for paragraph in section.paragraphs]
    if name in ("title", "summary") and old and new:
        return [runs(old, new)]
    return [[Run("removed", text)] for text in before] + [[Run("added", text)] for text in after]


@dataclass(frozen=True)
class Words:
    """The names behind ids and codes."""

    axes: dict[int, Axis]
    communes: dict[str, Commune]
    organisations: dict[int, Organisation]

    @classmethod
    def of(cls, many: list[dict]) -> "Words":
        axes = {pk for values in many for pk in values.get("axes") or []}
        communes = {values["commune"] for values in many if values.get("commune")}
        leads = {values["lead"] for values in many if values.get("lead")}
        return cls(
            Axis.objects.in_bulk(axes) if axes else {},
            Commune.objects.select_related("department").in_bulk(communes) if communes else {},
            Organisation.objects.in_bulk(leads) if leads else {},
        )

    def texts(self, name: str, value) -> list[str]:
        """One text a line of the value; none when it is empty."""
        if value in (None, "", []):
            return []
        if name == "axes":
            return [self.axes[pk].label for pk in value if pk in self.axes]
        if name == "figures":
            return [figure_words(figure) for figure in value]
        if name == "photos":
            return []
        if name in ("starts_on", "ends_on"):
            return [french.full_date(date.fromisoformat(value))]
        names = {"commune": self.communes, "lead": self.organisations}
        return [str(names[name].get(value, value))] if name in names else [value]


def figure_words(figure: dict) -> str:
    """« vélos : 340 atteints sur 400 visés »."""
    reached, target = figure["reached"], figure["target"]
    told = [f"atteint {french.number(reached)}"] if reached is not None else []
    told += [f"visé {french.number(target)}"] if target is not None else []
    return f"{figure['label']} : {', '.join(told)}"
