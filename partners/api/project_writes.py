"""Projects written through the API: what a partner writes is *soumis*."""

from django.db import transaction
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from alliance.lib.api_views import answer, etag_of, page_of
from alliance.lib.api_writes import OpenReads, require_match
from alliance.lib.idempotency import once
from partners.actions.projects import WRITERS, may_write_for, save_project
from partners.api.filtered import filter_parameters
from partners.api.projects import ProjectDetail, ProjectPage, ProjectRow, Projects, project_rows
from partners.filters import projects
from partners.models import Axis, Commune, Membership, Organisation, Project

KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="Rejouable 24 h sans double effet.")
MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="ETag de la lecture.")
COPIED = ("title", "summary", "description", "starts_on", "ends_on", "lat", "lon")
FIGURES_MAX = 6


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


class OwnProject(ProjectPage):
    """Also tells the author where the project stands."""

    moderation = serializers.ChoiceField(Project.Moderation.choices)
    return_motive = serializers.CharField()


def own_row(project: Project) -> dict:
    long = project_rows([project.pk], long=True)[0]
    return long | {"moderation": project.moderation, "return_motive": project.return_motive}


def typed_project(request, *, partial: bool = False) -> dict:
    form = ProjectForm(data=request.data, partial=partial, context={"user": request.user, "token": request.auth})
    form.is_valid(raise_exception=True)
    return form.validated_data


def write(project: Project, typed: dict, user) -> Project:
    for name in COPIED:
        if name in typed:
            setattr(project, name, typed[name])
    project.state = typed.get("status", project.state)
    project.lead = typed.get("lead", project.lead)
    project.commune = typed.get("commune", project.commune)
    axes = typed["axes"] if "axes" in typed else list(project.axes.all()) if project.pk else []
    return save_project(project=project, axes=axes, by=user, figures=typed.get("figures"))


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
        return super().get(request, slug)

    @extend_schema(
        tags=["projets"], summary="Modifier un projet", request=ProjectForm, responses=OwnProject, parameters=[MATCH]
    )
    def patch(self, request, slug):
        with transaction.atomic():
            project = Project.objects.visible_to(request.user).filter(slug=slug).first()
            if project is None or not _acts_for(request, project):
                raise Http404
            project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
            require_match(request, etag_of(public_part(own_row(project))))
            body = own_row(write(project, typed_project(request, partial=True), request.user))
        return answer(request, body, etag=etag_of(public_part(body)))


def public_part(body: dict) -> dict:
    """What GET shows of a project: its ETag is of that alone, for author and public alike."""
    return {name: body[name] for name in ProjectPage().fields}


def _acts_for(request, project: Project) -> bool:
    if request.auth is not None and request.auth.organisation_id != project.lead_id:
        return False
    return may_write_for(request.user, project.lead)
