"""What a gathering offers and what it gave, for machines: programme, bilan, proposals, roadmap. No person anywhere."""

from django.conf import settings
from django.db.models import Count, Q
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from alliance.lib.api_views import PAGING_PARAMETERS, ListEndpoint, PublicEndpoint, answer, iso, page_of
from events import stats
from events.models import Convention, ProgrammeItem, Proposal, RoadmapItem, RoadmapProject
from events.models.programme_content import axis_number
from events.models.proposal_families import Families
from events.models.survey import QUESTIONS
from partners.models import Project

DECIDED = [(state.value, state.label) for state in Proposal.DECIDED]


class TimedItemRow(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(ProgrammeItem.Kind.choices)
    title = serializers.CharField()
    summary = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    room = serializers.CharField()
    is_online = serializers.BooleanField()
    axis = serializers.IntegerField(allow_null=True, help_text="Numéro de l’axe d’un atelier.")
    capacity = serializers.IntegerField(allow_null=True, help_text="Places d’un atelier.")


class ProgrammePage(serializers.Serializer):
    convention = serializers.SlugField()
    version = serializers.IntegerField(allow_null=True, help_text="Numéro de la version publiée.")
    published_at = serializers.DateTimeField(allow_null=True)
    items = TimedItemRow(many=True)


class CountRow(serializers.Serializer):
    label = serializers.CharField()
    people = serializers.IntegerField(help_text="Cinq au moins : en deçà, réunis sous « autres ».")


class ReportAttendance(serializers.Serializer):
    registered = serializers.IntegerField()
    present = serializers.IntegerField()
    organisations = serializers.IntegerField()
    by_kind = CountRow(many=True)
    by_region = CountRow(many=True)


class ReportProposals(serializers.Serializer):
    said = serializers.IntegerField()
    merged = serializers.IntegerField(help_text="Réunies à une autre qui disait la même chose.")
    to_read = serializers.IntegerField()
    to_study = serializers.IntegerField()
    retained = serializers.IntegerField()
    not_retained = serializers.IntegerField()
    launched = serializers.IntegerField(help_text="Dont l’action est lancée ou réalisée.")
    roadmap_items = serializers.IntegerField()


class ReportSurvey(serializers.Serializer):
    answers = serializers.IntegerField(help_text="Cinq au moins.")
    innovation_tenths = serializers.IntegerField(help_text="Moyenne de 10 à 50.")
    performance_tenths = serializers.IntegerField()
    confiance_tenths = serializers.IntegerField()


class ReportPage(serializers.Serializer):
    convention = serializers.SlugField()
    url = serializers.URLField()
    title = serializers.CharField()
    text = serializers.CharField()
    attendance = ReportAttendance(allow_null=True, help_text="Rien tant que moins de cinq entrées sont enregistrées.")
    proposals = ReportProposals()
    survey = ReportSurvey(allow_null=True, help_text="Après la clôture, à partir de cinq réponses.")
    is_demo = serializers.BooleanField()


class ProposalRow(serializers.Serializer):
    id = serializers.UUIDField()
    url = serializers.URLField()
    workshop = serializers.CharField()
    axis = serializers.IntegerField(allow_null=True)
    text = serializers.CharField()
    status = serializers.ChoiceField(DECIDED)
    motive = serializers.CharField()
    decided_at = serializers.DateTimeField()
    supports = serializers.IntegerField(help_text="Personnes qui la soutiennent, ses auteurs à part.")
    roadmap_item = serializers.UUIDField(allow_null=True)
    is_demo = serializers.BooleanField()


class RoadmapItemRow(serializers.Serializer):
    id = serializers.UUIDField()
    url = serializers.URLField()
    title = serializers.CharField()
    axis = serializers.IntegerField(allow_null=True)
    status = serializers.ChoiceField(RoadmapItem.State.choices)
    actions = serializers.CharField()
    created_at = serializers.DateTimeField()
    proposals = serializers.IntegerField(help_text="Propositions dont elle vient.")
    projects = serializers.ListField(child=serializers.SlugField(), help_text="Projets publiés qui la portent.")
    is_demo = serializers.BooleanField()


ROADMAP_LIST = page_of(RoadmapItemRow)


def one_convention(slug: str) -> Convention:
    convention = Convention.objects.public().filter(slug=slug).first()
    if convention is None:
        raise Http404
    return convention


@extend_schema(tags=["conventions"], summary="Programme en vigueur d’une Convention", responses=ProgrammePage)
class Programme(PublicEndpoint):
    def get(self, request, slug):
        convention = one_convention(slug)
        version = convention.programme_versions.defer("content", "links").last()
        items = convention.programme.select_related("workshop__axis")
        whole = {
            "convention": convention.slug,
            "version": version.number if version else None,
            "published_at": iso(version.published_at) if version else None,
            "items": [item_row(item) for item in items],
        }
        return answer(request, whole)


def item_row(item: ProgrammeItem) -> dict:
    is_workshop = item.kind == ProgrammeItem.Kind.WORKSHOP and hasattr(item, "workshop")
    return {
        "id": str(item.public_id),
        "kind": item.kind,
        "title": item.title,
        "summary": item.summary,
        "starts_at": iso(item.starts_at),
        "ends_at": iso(item.ends_at),
        "room": item.room,
        "is_online": bool(item.online_url),
        "axis": axis_number(item),
        "capacity": item.workshop.capacity if is_workshop else None,
    }


@extend_schema(tags=["conventions"], summary="Bilan public d’une Convention passée", responses=ReportPage)
class Report(PublicEndpoint):
    def get(self, request, slug):
        convention, at = one_convention(slug), timezone.now()
        if convention.state != Convention.State.PUBLISHED or convention.ends_at >= at:
            raise Http404
        found = stats.report(convention, at)
        if found.is_empty:
            raise Http404
        return answer(request, report_body(found))


def report_body(found: stats.Report) -> dict:
    convention, attendance, survey = found.convention, found.attendance, found.survey
    return {
        "convention": convention.slug,
        "url": f"{settings.SITE_URL}/conventions/{convention.slug}/bilan/",
        "title": convention.title,
        "text": convention.report,
        "attendance": {
            "registered": attendance.registered,
            "present": attendance.present,
            "organisations": attendance.organisations,
            "by_kind": _counts(attendance.by_audience),
            "by_region": _counts(attendance.by_region),
        }
        if attendance.is_told
        else None,
        "proposals": found.proposals | {"roadmap_items": found.actions},
        "survey": {"answers": survey.answers} | {f"{name}_tenths": survey.averages[name] for name in QUESTIONS}
        if survey.state == "told"
        else None,
        "is_demo": convention.is_demo,
    }


def _counts(rows: list[tuple[str, int]]) -> list[dict]:
    return [{"label": label, "people": number} for label, number in rows]


@extend_schema(
    tags=["conventions"],
    summary="Propositions d’une Convention, avec ce qui en est décidé",
    parameters=PAGING_PARAMETERS,
    responses=page_of(ProposalRow),
)
class Proposals(ListEndpoint):
    row = ProposalRow
    row_fields = tuple(ProposalRow().fields)
    filename = "propositions"

    def select(self, params):
        self.convention = one_convention(self.kwargs["slug"])
        return Proposal.objects.of(self.convention).public().order_by("workshop__item__starts_at", "workshop", "pk")

    def rows(self, keys):
        chosen = Proposal.objects.filter(pk__in=keys).select_related("workshop__item", "workshop__axis", "roadmap_item")
        found = {each.pk: each for each in Families(self.convention).count(chosen.order_by())}
        return [proposal_row(found[key], self.convention) for key in keys if key in found]


def proposal_row(proposal: Proposal, convention: Convention) -> dict:
    workshop = proposal.workshop
    return {
        "id": str(proposal.public_id),
        "url": f"{settings.SITE_URL}/conventions/{convention.slug}/propositions/{proposal.public_id}/",
        "workshop": workshop.item.title,
        "axis": workshop.axis.number if workshop.axis else None,
        "text": proposal.words,
        "status": proposal.state,
        "motive": proposal.motive,
        "decided_at": iso(proposal.decided_at),
        "supports": proposal.supports_count,
        "roadmap_item": str(proposal.roadmap_item.public_id) if proposal.roadmap_item else None,
        "is_demo": proposal.is_demo,
    }


class RoadmapListing(ListEndpoint):
    row = RoadmapItemRow
    row_fields = tuple(RoadmapItemRow().fields)
    filename = "feuille-de-route"

    def rows(self, keys):
        counted = RoadmapItem.objects.filter(pk__in=keys).select_related("axis").annotate(said=Count("proposals"))
        found = {each.pk: each for each in counted.order_by()}
        carried = projects_of(keys)
        return [roadmap_row(found[key], carried.get(key, [])) for key in keys if key in found]


@extend_schema(tags=["conventions"], summary="Feuille de route", parameters=PAGING_PARAMETERS, responses=ROADMAP_LIST)
class Roadmap(RoadmapListing):
    def select(self, params):
        return RoadmapItem.objects.order_by("-created_at", "-pk")


@extend_schema(
    tags=["conventions"],
    summary="Feuille de route venue d’une Convention",
    parameters=PAGING_PARAMETERS,
    responses=ROADMAP_LIST,
)
class ConventionRoadmap(RoadmapListing):
    def select(self, params):
        convention = one_convention(self.kwargs["slug"])
        return Proposal.objects.of(convention).roadmap().order_by("-created_at", "-pk")


def projects_of(keys: list[int]) -> dict[int, list[str]]:
    published = Q(project__moderation=Project.Moderation.PUBLISHED)
    links = RoadmapProject.objects.filter(published, item__in=keys).order_by("pk").values_list("item", "project__slug")
    found: dict[int, list[str]] = {}
    for item, slug in links:
        found.setdefault(item, []).append(slug)
    return found


def roadmap_row(item: RoadmapItem, projects: list[str]) -> dict:
    return {
        "id": str(item.public_id),
        "url": f"{settings.SITE_URL}/feuille-de-route/{item.public_id}/",
        "title": item.title,
        "axis": item.axis.number if item.axis else None,
        "status": item.state,
        "actions": item.actions,
        "created_at": iso(item.created_at),
        "proposals": item.said,
        "projects": projects,
        "is_demo": item.is_demo,
    }
