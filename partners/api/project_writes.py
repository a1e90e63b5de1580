"""Projects written through the API: what a partner writes is *soumis*."""

from django.db import transaction
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers

from alliance.lib.api_views import answer, etag_of, iso, page_of
from alliance.lib.api_writes import OpenReads, require_match
from alliance.lib.idempotency import once
from partners.actions.editorial import set_fields
from partners.actions.projects import WRITERS, may_write_for, save_project
from partners.actions.proposals import told_change
from partners.api.filtered import filter_parameters
from partners.api.projects import ProjectDetail, ProjectPage, ProjectRow, Projects, project_rows
from partners.filters import projects
from partners.models import Axis, Commune, Membership, Organisation, Project, ProposedChange

KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="Rejouable 24 h sans double effet.")
MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="ETag de la lecture.")
COPIED = ("title", "summary", "description", "starts_on", "ends_on", "lat", "lon")
FIGURES_MAX = 6
PROPOSED = OpenApiExample(
    "Un projet proposé",
    {
        "title": "Jardin partagé du quai",
        "lead": "atelier-du-vallon",
        "summary": "Un jardin tenu par ses voisins.",
        "status": "ongoing",
        "commune": "29019",
        "axes": [3, 4],
        "starts_on": "2026-03-01",
        "figures": [{"label": "parcelles", "target": 40, "reached": 12}],
    },
    request_only=True,
)


class FigureForm(serializers.Serializer):
    label = serializers.CharField(max_length=80)
    target = serializers.IntegerField(min_value=0, max_value=2_000_000_000, allow_null=True, required=False)
    reached = serializers.IntegerField(min_value=0, max_value=2_000_000_000, allow_null=True, required=False)

    def validate(self, figure):
        if figure.get("target") is None and figure.get("reached") is None:
            raise serializers.ValidationError("Donnez le chiffre visé, le chiffre atteint, ou les deux.")
        return figure


class ProjectForm(serializers.Serializer):
    """What a partner may write of a project."""

    title = serializers.CharField(max_length=160)
    lead = serializers.SlugField(max_length=120, help_text="Adresse (slug) de l’organisation pour laquelle on écrit.")
    summary = serializers.CharField(max_length=280, allow_blank=True, required=False)
    description = serializers.CharField(max_length=20_000, allow_blank=True, required=False)
    status = serializers.ChoiceField(Project.State.choices, required=False)
    commune = serializers.CharField(max_length=5, allow_null=True, required=False, help_text="Code INSEE, même ancien.")
    axes = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=62), max_length=12, required=False
    )
    starts_on = serializers.DateField(allow_null=True, required=False)
    ends_on = serializers.DateField(allow_null=True, required=False)
    lat = serializers.FloatField(min_value=-90, max_value=90, allow_null=True, required=False)
    lon = serializers.FloatField(min_value=-180, max_value=180, allow_null=True, required=False)
    figures = FigureForm(many=True, required=False, max_length=FIGURES_MAX)

    def validate_lead(self, slug):
        user, token = self.context["user"], self.context["token"]
        roles = Membership.objects.live().filter(user=user, role__in=WRITERS).values("organisation")
        organisation = Organisation.objects.filter(slug=slug, pk__in=roles).first()
        if organisation is None or (token is not None and token.organisation_id != organisation.pk):
            raise serializers.ValidationError("Vous n’écrivez pas pour cette organisation.")
        return organisation

    def validate_commune(self, code):
        if code is None:
            return None
        commune = None if "\x00" in code else Commune.objects.resolve(code)
        if commune is None:
            raise serializers.ValidationError("Aucune commune ne porte ce code INSEE.")
        return commune

    def validate_axes(self, numbers):
        found = {axis.number: axis for axis in Axis.objects.current().filter(number__in=numbers)}
        unknown = [number for number in numbers if number not in found]
        if unknown:
            raise serializers.ValidationError(f"Aucun axe en vigueur ne porte le numéro {unknown[0]}.")
        return list(found.values())


class ProposedRow(serializers.Serializer):
    """A change of a published project, which stays as it is until it is accepted."""

    state = serializers.ChoiceField([("waiting", "waiting"), ("returned", "returned")])
    fields = serializers.ListField(child=serializers.CharField(), help_text="Ce qui changerait.")
    proposed_at = serializers.DateTimeField()
    motive = serializers.CharField()


class OwnProject(ProjectPage):
    """Also tells the author where the project stands."""

    moderation = serializers.ChoiceField(Project.Moderation.choices)
    return_motive = serializers.CharField()
    proposed_change = ProposedRow(allow_null=True)


def own_row(project: Project) -> dict:
    long = project_rows([project.pk], long=True)[0]
    own = {"moderation": project.moderation, "return_motive": project.return_motive}
    return long | own | {"proposed_change": proposed_row(told_change(project))}


def proposed_row(change: ProposedChange | None) -> dict | None:
    if change is None:
        return None
    told = {"state": change.state, "fields": list(change.values), "motive": change.motive}
    return told | {"proposed_at": iso(change.proposed_at)}


def typed_project(request, *, partial: bool = False) -> dict:
    form = ProjectForm(data=request.data, partial=partial, context={"user": request.user, "token": request.auth})
    form.is_valid(raise_exception=True)
    return form.validated_data


def write(project: Project, typed: dict, user) -> Project:
    """A partial change goes on from the one that waits, if any."""
    change = told_change(project) if project.pk else None
    proposed = {name: each["after"] for name, each in change.values.items()} if change else {}
    set_fields(project, proposed)
    for name in COPIED:
        if name in typed:
            setattr(project, name, typed[name])
    project.state = typed.get("status", project.state)
    project.lead = typed.get("lead", project.lead)
    project.commune = typed.get("commune", project.commune)
    axes = typed["axes"] if "axes" in typed else standing_axes(project, proposed)
    return save_project(project=project, axes=axes, by=user, figures=typed.get("figures", proposed.get("figures")))


def standing_axes(project: Project, proposed: dict) -> list[Axis]:
    if "axes" in proposed:
        return list(Axis.objects.filter(pk__in=proposed["axes"]))
    return list(project.axes.all()) if project.pk else []


class ProjectsEndpoint(OpenReads, Projects):
    """GET is everyone's; POST asks for someone."""

    scope = "projects:write"

    @extend_schema(
        tags=["projets"],
        summary="Projets territoriaux",
        parameters=filter_parameters(projects.ProjectFilterSet),
        responses=page_of(ProjectRow),
    )
    def get(self, request):
        return super().get(request)

    @extend_schema(
        tags=["projets"],
        summary="Proposer un projet",
        request=ProjectForm,
        responses={201: OwnProject},
        parameters=[KEY],
        examples=[PROPOSED],
    )
    def post(self, request):
        def act():
            return 201, own_row(write(Project(), typed_project(request), request.user))

        status, body = once(request, act)
        address = f"{request.path}{body['slug']}/"
        return answer(request, body, status=status, etag=etag_of(public_part(body)), headers={"Location": address})


class ProjectEndpoint(OpenReads, ProjectDetail):
    """GET is everyone's, and the author's before publication; PATCH asks for someone and for what they read."""

    scope = "projects:write"

    @extend_schema(tags=["projets"], summary="Un projet", responses=ProjectPage)
    def get(self, request, slug):
        project = own_project(request, slug)
        if project is None or told_change(project) is None:
            return super().get(request, slug)
        body = project_rows([project.pk], long=True)[0]
        return answer(request, body, etag=etag_for_writers(project, body))

    @extend_schema(
        tags=["projets"], summary="Modifier un projet", request=ProjectForm, responses=OwnProject, parameters=[MATCH]
    )
    def patch(self, request, slug):
        with transaction.atomic():
            project = own_project(request, slug)
            if project is None:
                raise Http404
            project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
            require_match(request, etag_for_writers(project, own_row(project)))
            project = write(project, typed_project(request, partial=True), request.user)
            body = own_row(project)
            etag = etag_for_writers(project, body)
        return answer(request, body, etag=etag)


def own_project(request, slug: str) -> Project | None:
    """The project, for whoever may write it."""
    if not request.user.is_authenticated:
        return None
    project = Project.objects.visible_to(request.user).filter(slug=slug).first()
    return project if project and _acts_for(request, project) else None


def etag_for_writers(project: Project, body: dict) -> str:
    """That of the public page; as long as a change is told of, that of the change too."""
    change = told_change(project)
    return etag_of(public_part(body) | ({"changed_at": change.changed_at} if change else {}))


def public_part(body: dict) -> dict:
    """What GET shows of a project: its ETag is of that alone, for author and public alike."""
    return {name: body[name] for name in ProjectPage().fields}


def _acts_for(request, project: Project) -> bool:
    if request.auth is not None and request.auth.organisation_id != project.lead_id:
        return False
    return may_write_for(request.user, project.lead)
