"""Conventions and their programme, read by everyone; registrations, by those whom they concern."""

from django.conf import settings
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.exceptions import ValidationError as BadRequest

from alliance.lib.api_views import PAGING_PARAMETERS, ListEndpoint, Listing, PublicEndpoint, answer, iso, page_of
from alliance.lib.api_writes import WritingEndpoint
from alliance.lib.idempotency import once
from events.actions.offers import accept_offer, decline_offer
from events.actions.registration import cancel, register
from events.models import Convention, ProgrammeItem, Registration
from partners.actions.projects import may_write_for
from partners.models import Organisation

NOT_THEIRS = "Vous n’agissez pas pour cette organisation."
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="Rejouable 24 h sans double effet.")


class ConventionRow(serializers.Serializer):
    slug = serializers.CharField()
    url = serializers.URLField()
    kind = serializers.ChoiceField(Convention.Kind.choices)
    title = serializers.CharField()
    summary = serializers.CharField()
    status = serializers.ChoiceField(["published", "cancelled"])
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    is_day_only = serializers.BooleanField(help_text="Seul le jour est connu.")
    place = serializers.CharField()
    commune = serializers.CharField(allow_null=True, help_text="Code INSEE.")
    capacity = serializers.IntegerField()
    seats_left = serializers.IntegerField()
    waiting = serializers.IntegerField()
    registration = serializers.ChoiceField(["none", "cancelled", "past", "not_yet", "open", "closed"])
    source = serializers.CharField()
    is_demo = serializers.BooleanField()
    updated_at = serializers.DateTimeField()


class ProgrammeRow(serializers.Serializer):
    kind = serializers.ChoiceField(ProgrammeItem.Kind.choices)
    title = serializers.CharField()
    summary = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    room = serializers.CharField()


class ConventionPage(ConventionRow):
    story = serializers.CharField()
    report = serializers.CharField()
    programme = ProgrammeRow(many=True)


SAME = (
    "slug",
    "kind",
    "title",
    "summary",
    "is_day_only",
    "place",
    "capacity",
    "seats_left",
    "waiting",
    "source",
    "is_demo",
)


def convention_row(convention: Convention, at) -> dict:
    """The public dictionary of a Convention read ``with_seats()``."""
    return {name: getattr(convention, name) for name in SAME} | {
        "url": f"{settings.SITE_URL}/conventions/{convention.slug}/",
        "status": convention.state,
        "starts_at": iso(convention.starts_at),
        "ends_at": iso(convention.ends_at),
        "commune": convention.commune_id,
        "registration": convention.registration_state(at),
        "updated_at": iso(convention.updated_at),
    }


@extend_schema(
    tags=["conventions"], summary="Conventions", parameters=PAGING_PARAMETERS, responses=page_of(ConventionRow)
)
class Conventions(ListEndpoint):
    row = ConventionRow
    row_fields = tuple(ConventionRow().fields)
    filename = "conventions"

    def select(self, params):
        return Convention.objects.public().order_by("-starts_at", "-pk")

    def rows(self, keys):
        now = timezone.now()
        found = {each.pk: each for each in Convention.objects.filter(pk__in=keys).with_seats().order_by()}
        return [convention_row(found[key], now) for key in keys if key in found]


@extend_schema(tags=["conventions"], summary="Une Convention et son programme", responses=ConventionPage)
class ConventionDetail(PublicEndpoint):
    def get(self, request, slug):
        convention = Convention.objects.public().with_seats().filter(slug=slug).first()
        if convention is None:
            raise Http404
        programme = [
            {name: getattr(item, name) for name in ("kind", "title", "summary", "room")}
            | {"starts_at": iso(item.starts_at), "ends_at": iso(item.ends_at)}
            for item in convention.programme.all()
        ]
        whole = convention_row(convention, timezone.now())
        return answer(request, whole | {"story": convention.story, "report": convention.report, "programme": programme})


class RegistrationRow(serializers.Serializer):
    """Read by the person, the colleagues who may register, and the agents of the perimeter; never public."""

    id = serializers.UUIDField(read_only=True)
    convention = serializers.SlugField(max_length=80)
    organisation = serializers.SlugField(max_length=120, allow_null=True, required=False)
    name = serializers.CharField(max_length=120)
    email = serializers.EmailField(max_length=254)
    status = serializers.ChoiceField(Registration.Status.choices, read_only=True)
    registered_at = serializers.DateTimeField(read_only=True)
    offer_ends_at = serializers.DateTimeField(read_only=True, allow_null=True, help_text="Terme de la place proposée.")


class OfferAnswer(serializers.Serializer):
    answer = serializers.ChoiceField(["accept", "decline"])


def registration_row(registration: Registration) -> dict:
    attendee = registration.attendee
    return {
        "id": str(registration.public_id),
        "convention": registration.convention.slug,
        "organisation": attendee.organisation.slug if attendee.organisation else None,
        "name": attendee.name,
        "email": attendee.email,
        "status": registration.status,
        "registered_at": iso(registration.registered_at),
        "offer_ends_at": iso(registration.offer_ends_at) if registration.status == "offered" else None,
    }


def own_registrations(user):
    related = ("convention", "attendee__organisation")
    return Registration.objects.visible_to(user).select_related(*related).order_by("-pk")


class Registrations(Listing, WritingEndpoint):
    """Those that the caller may see, newest first."""

    scope = "registrations:write"
    row = RegistrationRow
    row_fields = tuple(RegistrationRow().fields)
    filename = "inscriptions"

    def select(self, params):
        return own_registrations(self.request.user)

    def rows(self, keys):
        found = {each.pk: each for each in own_registrations(self.request.user).filter(pk__in=keys)}
        return [registration_row(found[key]) for key in keys if key in found]

    @extend_schema(
        tags=["inscriptions"],
        summary="Inscriptions que je peux voir",
        parameters=PAGING_PARAMETERS,
        responses=page_of(RegistrationRow),
    )
    def get(self, request):
        return super().get(request)

    @extend_schema(
        tags=["inscriptions"],
        summary="S’inscrire, ou inscrire un ou une collègue",
        request=RegistrationRow,
        responses={201: RegistrationRow},
        parameters=[KEY],
    )
    def post(self, request):
        def act():
            form = RegistrationRow(data=request.data)
            form.is_valid(raise_exception=True)
            registration = register_from(form.validated_data, request)
            return 201, registration_row(registration)

        status, body = once(request, act)
        return answer(request, body, status=status)


def register_from(typed: dict, request) -> Registration:
    """Seat who is named; one acts for oneself or for an organisation where one may register colleagues."""
    convention = Convention.objects.public().filter(slug=typed["convention"]).first()
    if convention is None:
        raise BadRequest({"convention": ["Aucune Convention publiée ne porte cette adresse."]})
    organisation = _organisation(typed.get("organisation"), request)
    himself = typed["email"].lower() == request.user.email.lower()
    if not himself and not may_write_for(request.user, organisation):
        raise BadRequest({"email": ["Vous ne pouvez inscrire que vous-même, ou des collègues de votre organisation."]})
    registration = register(
        convention=convention,
        name=typed["name"],
        email=typed["email"],
        organisation=organisation,
        by=request.user,
        at=timezone.now(),
        user=request.user if himself else None,
    )
    return own_registrations(request.user).get(pk=registration.pk)


def _organisation(slug: str | None, request) -> Organisation | None:
    if request.auth is not None:
        if slug and slug != request.auth.organisation.slug:
            raise BadRequest({"organisation": ["Ce jeton agit pour une autre organisation."]})
        if request.auth.organisation_id not in request.user.organisation_ids:  # they have left it, their token stays
            raise BadRequest({"organisation": [NOT_THEIRS]})
        return request.auth.organisation
    if not slug:
        return None
    organisation = Organisation.objects.filter(slug=slug, pk__in=request.user.organisation_ids).first()
    if organisation is None:
        raise BadRequest({"organisation": [NOT_THEIRS]})
    return organisation


def to_read(request, public_id) -> Registration:
    registration = own_registrations(request.user).filter(public_id=public_id).first()
    if registration is None:
        raise Http404
    return registration


def to_write(request, public_id) -> Registration:
    found = to_read(request, public_id)
    if request.user.is_staff and not Registration.objects.writable_by(request.user).filter(pk=found.pk).exists():
        raise PermissionDenied("Cette inscription est hors de votre périmètre.")
    return found


class RegistrationOffer(WritingEndpoint):
    scope = "registrations:write"

    @extend_schema(
        tags=["inscriptions"],
        summary="Prendre ou laisser la place proposée",
        request=OfferAnswer,
        responses={200: RegistrationRow},
        parameters=[KEY],
    )
    def post(self, request, public_id):
        found = to_write(request, public_id)  # before what is sent: a stranger's is as none

        def act():
            form = OfferAnswer(data=request.data)
            form.is_valid(raise_exception=True)
            verb = accept_offer if form.validated_data["answer"] == "accept" else decline_offer
            verb(registration=found, by=request.user, at=timezone.now())
            found.refresh_from_db()
            return 200, registration_row(found)

        status, body = once(request, act)
        return answer(request, body, status=status)


class RegistrationDetail(WritingEndpoint):
    scope = "registrations:write"

    @extend_schema(tags=["inscriptions"], summary="Une inscription", responses=RegistrationRow)
    def get(self, request, public_id):
        return answer(request, registration_row(to_read(request, public_id)))

    @extend_schema(tags=["inscriptions"], summary="Annuler une inscription", responses={200: RegistrationRow})
    def delete(self, request, public_id):
        found = to_write(request, public_id)
        cancel(registration=found, by=request.user, at=timezone.now())
        found.refresh_from_db()
        return answer(request, registration_row(found))
