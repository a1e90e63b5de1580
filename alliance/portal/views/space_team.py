"""Who acts for an organisation: its people, those it invites, those who ask, those who leave."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from alliance.lib import french, throttle
from alliance.lib.errors import Conflict
from alliance.portal.todos import Place
from alliance.portal.views.space import place_or_404
from partners.actions.departures import colleagues_of, leave_organisation, luggage_of
from partners.actions.invitations import invite_member, resend_invitation, revoke_invitation
from partners.actions.join_requests import accept_join_request, refuse_join_request
from partners.actions.people import end_membership
from partners.forms.arrival import DecideForm, DepartureForm
from partners.forms.people import EndMembershipForm, InviteMemberForm
from partners.models import Invitation, JoinRequest, Membership

Role = Membership.Role
METHODS = ["GET", "HEAD", "POST"]
INVITATIONS_A_DAY = 100


def managed_or_404(request, slug: str) -> Place:
    """The organisation for one of its administrators; for anybody else these pages do not exist."""
    place = place_or_404(request.user, slug, timezone.localdate())
    if Role.ADMINISTRATOR not in place.roles:
        raise Http404
    return place


@require_http_methods(METHODS)
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
        "now": timezone.now(),
    }
    if manages:
        context["invitations"] = Invitation.objects.waiting().filter(organisation=place.organisation)
        context["asking"] = JoinRequest.objects.waiting().filter(organisation=place.organisation)
    return render(request, "portal/space_team.html", context, status=status)


def invited(request, place: Place, form: InviteMemberForm) -> bool:
    throttle.take("invitation", request.user.pk, amount=INVITATIONS_A_DAY, seconds=86_400)
    try:
        invitation = invite_member(organisation=place.organisation, by=request.user, **form.cleaned_data)
    except Conflict as conflict:
        form.add_error(None, conflict)
        return False
    messages.success(request, f"L’invitation part à {invitation.email}. Elle vaut deux semaines.")
    return True


def by_role(organisation) -> list[tuple[str, list[Membership]]]:
    """Live memberships under the label of each role, the roles in their own order; one query."""
    live = Membership.objects.live().filter(organisation=organisation, user__is_active=True)
    found: dict[str, list[Membership]] = {role: [] for role in Role.values}
    for membership in live.select_related("user").order_by("user__full_name", "user__email", "pk"):
        found[membership.role].append(membership)
    return [(Role(role).label, members) for role, members in found.items() if members]


@require_POST
def space_invitation(request, slug, public_id, act):
    """Send again, or take back."""
    place = managed_or_404(request, slug)
    invitation = get_object_or_404(Invitation, organisation=place.organisation, public_id=public_id)
    given = {"invitation": invitation, "by": request.user, "at": timezone.now()}
    if act == "renvoyer":
        throttle.take("invitation", request.user.pk, amount=INVITATIONS_A_DAY, seconds=86_400)
        resend_invitation(**given)
        messages.success(request, f"L’invitation repart à {invitation.email}, pour deux semaines.")
    else:
        revoke_invitation(**given)
        messages.success(
            request, f"L’invitation {french.of(invitation.email)} est reprise : son lien n’ouvre plus rien."
        )
    return redirect("portal:space_team", slug)


@require_http_methods(METHODS)
def space_join_request(request, slug, public_id):
    """Decide of somebody who asks to act for the organisation."""
    place = managed_or_404(request, slug)
    rows = JoinRequest.objects.filter(organisation=place.organisation).exclude(state="unconfirmed")
    asked = get_object_or_404(rows.select_related("decided_by"), public_id=public_id)
    context = {"organisation": place.organisation, "space_section": "equipe", "asked": asked}
    form, status = DecideForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        if status_of := decided(request, asked, form):
            status = status_of
        else:
            return redirect("portal:space_team", slug)
    return render(request, "portal/space_join_request.html", context | {"form": form}, status=status)


def decided(request, asked: JoinRequest, form: DecideForm) -> int:
    """0 when the act is done; else the status of the refused form."""
    act = "accepter" if request.POST.get("act") == "accepter" else "refuser"
    if not form.check_for(act):
        return 400
    given = {"join_request": asked, "by": request.user, "at": timezone.now()}
    try:
        if act == "accepter":
            kind = {"kind": form.cleaned_data["kind"]} if "kind" in form.fields else {}
            accept_join_request(role=form.cleaned_data["role"], **kind, **given)
            messages.success(request, f"{asked.full_name} entre dans l’espace. Un courriel le lui dit.")
        else:
            refuse_join_request(motive=form.cleaned_data["motive"], **given)
            messages.success(
                request, f"La demande {french.of(asked.full_name)} est refusée. Un courriel lui dit pourquoi."
            )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return 409
    return 0


@require_http_methods(METHODS)
def space_end_membership(request, slug, pk):
    """Ask, then end one role of a colleague, or one's own."""
    place = managed_or_404(request, slug)
    membership = live_or_404(place, pk)
    form = EndMembershipForm(request.POST if request.method == "POST" else None)
    context = {"organisation": place.organisation, "space_section": "equipe", "membership": membership, "form": form}
    if not form.is_valid():
        return render(request, "portal/space_end_membership.html", context, status=400 if form.is_bound else 200)
    try:
        end_membership(membership=membership, by=request.user, motive=form.cleaned_data["motive"])
    except Conflict as conflict:
        context["refusal"] = conflict.messages[0]
        return render(request, "portal/space_end_membership.html", context, status=409)
    messages.success(request, f"{membership.user} n’a plus ce rôle dans {place.organisation.label}.")
    return onward(request, membership, slug)


def live_or_404(place: Place, pk: int) -> Membership:
    live = Membership.objects.live().filter(organisation=place.organisation).select_related("user")
    return get_object_or_404(live, pk=pk)


def onward(request, membership: Membership, slug: str):
    return redirect("portal:space") if membership.user == request.user else redirect("portal:space_team", slug)


@require_http_methods(METHODS)
def space_departure(request, slug, pk):
    """Somebody leaves: every role ends, and a colleague takes over what they looked after."""
    place = place_or_404(request.user, slug, timezone.localdate())
    membership = live_or_404(place, pk)
    person, organisation = membership.user, place.organisation
    if person != request.user and Role.ADMINISTRATOR not in place.roles:
        raise Http404
    colleagues = colleagues_of(person, organisation)
    form = DepartureForm(request.POST if request.method == "POST" else None, colleagues=colleagues)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            given = {"person": person, "organisation": organisation, "by": request.user, "at": timezone.now()}
            try:
                leave_organisation(successor=form.cleaned_data["successor"], **given)
            except ValidationError as refusal:
                form.add_error(None if isinstance(refusal, Conflict) else "successor", refusal)
                status = 409 if isinstance(refusal, Conflict) else 400
            else:
                messages.success(request, f"{person} n’agit plus pour {organisation.label}.")
                return onward(request, membership, slug)
    context = {
        "organisation": organisation,
        "space_section": "equipe",
        "person": person,
        "luggage": luggage_of(person, organisation),
        "form": form,
        "has_colleagues": colleagues.exists(),
    }
    return render(request, "portal/space_departure.html", context, status=status)
