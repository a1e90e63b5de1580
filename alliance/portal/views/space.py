"""The partner space: arrival, an organisation's page for its members, its team."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib.errors import Conflict
from alliance.portal.account.adapters import home_of
from alliance.portal.todos import Place, places_of, todos_of
from charter.models import CharterVersion, Signature
from partners.actions.people import end_membership, invite_member
from partners.forms.people import InviteMemberForm
from partners.models import Agreement, Membership, Project

Role = Membership.Role


def place_or_404(user, slug: str, on) -> Place:
    """The organisation as its member sees it; for anybody else it does not exist here."""
    for place in places_of(user, on):
        if place.organisation.slug == slug:
            return place
    raise Http404


@require_safe
def space(request):
    """Arrival: what awaits, then the organisations."""
    at = timezone.now()
    places = places_of(request.user, timezone.localdate(at))
    if not places and request.user.is_staff:
        return redirect(home_of(request.user))
    version = CharterVersion.objects.in_force(timezone.localdate(at))
    states = charter_states([place.organisation.pk for place in places], version)
    cards = [{"place": place, "signature": states.get(place.organisation.pk)} for place in places]
    context = {"cards": cards, "todos": todos_of(request.user, places, at=at), "version": version}
    return render(request, "portal/space.html", context)


def charter_states(organisation_ids: list[int], version: CharterVersion | None) -> dict[int, Signature]:
    """The live signature of each organisation on ``version``; one query."""
    live = Signature.objects.answering(version).filter(organisation__in=organisation_ids)
    return {signature.organisation_id: signature for signature in live}


@require_safe
def space_organisation(request, slug):
    at = timezone.now()
    on = timezone.localdate(at)
    place = place_or_404(request.user, slug, on)
    organisation = place.organisation
    version = CharterVersion.objects.in_force(on)
    agreements = Agreement.objects.filter(organisation=organisation, shared_at__isnull=False)
    projects = Project.objects.filter(lead=organisation).aggregate(
        published=Count("pk", filter=Q(moderation="published")),
        submitted=Count("pk", filter=Q(moderation="submitted")),
    )
    context = {
        "organisation": organisation,
        "space_section": "accueil",
        "role_labels": place.role_labels,
        "todos": todos_of(request.user, [place], at=at),
        "version": version,
        "signature": charter_states([organisation.pk], version).get(organisation.pk),
        "agreements": agreements.with_standing(on).select_related("referent").order_by("-starts_on", "-pk")[:5],
        "projects": projects,
    }
    return render(request, "portal/space_organisation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def space_team(request, slug):
    """Who acts for the organisation, and in which role; its administrators invite."""
    place = place_or_404(request.user, slug, timezone.localdate())
    manages = Role.ADMINISTRATOR in place.roles
    form = InviteMemberForm(request.POST if request.method == "POST" else None) if manages else None
    status = 200
    if request.method == "POST":
        if not manages:
            raise Http404
        if form.is_valid() and invited(request, place, form):
            return redirect("portal:space_team", slug)
        status = 409 if form.has_error("__all__") else 400
    context = {
        "organisation": place.organisation,
        "space_section": "equipe",
        "groups": by_role(place.organisation),
        "manages": manages,
        "form": form,
    }
    return render(request, "portal/space_team.html", context, status=status)


def invited(request, place: Place, form: InviteMemberForm) -> bool:
    try:
        membership = invite_member(organisation=place.organisation, by=request.user, **form.cleaned_data)
    except Conflict as conflict:
        form.add_error(None, conflict)
        return False
    messages.success(request, f"L’invitation part à {membership.user.email}.")
    return True


def by_role(organisation) -> list[tuple[str, list[Membership]]]:
    """Live memberships under the label of each role, the roles in their own order; one query."""
    live = Membership.objects.live().filter(organisation=organisation, user__is_active=True)
    found: dict[str, list[Membership]] = {role: [] for role in Role.values}
    for membership in live.select_related("user").order_by("user__full_name", "user__email", "pk"):
        found[membership.role].append(membership)
    return [(Role(role).label, members) for role, members in found.items() if members]


@require_http_methods(["GET", "HEAD", "POST"])
def space_end_membership(request, slug, pk):
    """Ask, then end the attachment of a colleague, or one's own."""
    place = place_or_404(request.user, slug, timezone.localdate())
    if Role.ADMINISTRATOR not in place.roles:
        raise Http404
    live = Membership.objects.live().filter(organisation=place.organisation).select_related("user")
    membership = get_object_or_404(live, pk=pk)
    context = {"organisation": place.organisation, "space_section": "equipe", "membership": membership}
    if request.method != "POST":
        return render(request, "portal/space_end_membership.html", context)
    try:
        end_membership(membership=membership, by=request.user)
    except Conflict as conflict:
        return render(
            request, "portal/space_end_membership.html", context | {"refusal": conflict.messages[0]}, status=409
        )
    messages.success(request, f"{membership.user} n’a plus ce rôle dans {place.organisation.label}.")
    return redirect("portal:space") if membership.user == request.user else redirect("portal:space_team", slug)
