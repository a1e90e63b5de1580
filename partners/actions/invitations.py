"""Inviting somebody to act for an organisation: a letter with a link, good for two weeks, that can be taken back."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from alliance import outbox
from alliance.lib.errors import Conflict, conflict_on
from partners.actions.people import find_or_create_person, may_manage_team
from partners.models import Invitation, Membership, Organisation, User
from partners.models.arrival import INVITATION_LIFE

SETTLED = {
    "accepted": "Cette invitation a déjà été acceptée.",
    "revoked": "Cette invitation a été reprise.",
    "expired": "Cette invitation a expiré.",
}


def invite_member(
    *, organisation: Organisation, email: str, full_name: str, role: str, by: User, job_title: str = ""
) -> Invitation:
    """Write to somebody that ``organisation`` opens its space to them. Nothing is opened before they accept.

    Raises Conflict "already_member", "already_invited".
    """
    if not may_manage_team(by, organisation):
        raise PermissionDenied
    email, now = email.strip().lower(), timezone.now()
    invitation = Invitation(organisation=organisation, email=email, full_name=full_name.strip(), role=role)
    invitation.job_title, invitation.invited_by = job_title.strip(), by
    invitation.sent_at, invitation.expires_at = now, now + INVITATION_LIFE
    invitation.full_clean(validate_unique=False, validate_constraints=False)
    if Membership.objects.live().filter(user__email__iexact=email, organisation=organisation, role=role).exists():
        raise Conflict("Cette personne a déjà ce rôle dans cette organisation.", code="already_member")
    sentence = "Cette personne est déjà invitée à ce rôle : renvoyez-lui plutôt son invitation."
    with conflict_on("invitation_waiting_once", sentence, code="already_invited"):
        invitation.save()
        outbox.owe("partners.send_space_invitation", invitation.pk)
    return invitation


@transaction.atomic
def resend_invitation(*, invitation: Invitation, by: User, at: datetime) -> Invitation:
    """The same link, for two weeks more. Raises Conflict "accepted", "revoked"."""
    invitation = _held(invitation, by)
    if state := settled(invitation, invitation.sent_at):
        raise Conflict(SETTLED[state], code=state)
    invitation.sent_at, invitation.expires_at = at, at + INVITATION_LIFE
    invitation.save(update_fields=["sent_at", "expires_at"])
    outbox.owe("partners.send_space_invitation", invitation.pk)
    return invitation


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, by: User, at: datetime) -> Invitation:
    """Its link opens nothing any more. Raises Conflict "accepted", "revoked"."""
    invitation = _held(invitation, by)
    if state := settled(invitation, invitation.sent_at):
        raise Conflict(SETTLED[state], code=state)
    invitation.revoked_at = at
    invitation.save(update_fields=["revoked_at"])
    return invitation


def accept_invitation(*, invitation: Invitation, at: datetime, by: User | None = None) -> Membership:
    """Attach whoever reads the invited address, with an account when there was none.

    The name of somebody who has an account stays as it is. Raises Conflict "accepted", "revoked", "expired",
    "other_person" (somebody else is signed in), "inactive".
    """
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        if state := settled(invitation, at):
            raise Conflict(SETTLED[state], code=state)
        if by is not None and by.email.lower() != invitation.email:
            raise Conflict("Cette invitation est adressée à quelqu’un d’autre.", code="other_person")
        person = find_or_create_person(email=invitation.email, full_name=invitation.full_name)
        invitation.accepted_at = at
        invitation.save(update_fields=["accepted_at"])
        key = {"user": person, "organisation": invitation.organisation, "role": invitation.role}
        return Membership.objects.get_or_create(**key, ends_on=None, defaults={"job_title": invitation.job_title})[0]


def settled(invitation: Invitation, at: datetime) -> str:
    """Why it does not open any more, as a code; empty while it does."""
    if invitation.accepted_at:
        return "accepted"
    if invitation.revoked_at:
        return "revoked"
    return "expired" if invitation.expires_at <= at else ""


def _held(invitation: Invitation, by: User) -> Invitation:
    found = Invitation.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=invitation.pk)
    if not may_manage_team(by, found.organisation):
        raise PermissionDenied
    return found
