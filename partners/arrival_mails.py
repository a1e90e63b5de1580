"""Letters of those who arrive: invitations, requests to join and their answers."""

from django.urls import reverse
from django.utils import timezone

from alliance.lib import mail
from partners.models import Invitation, JoinRequest, Membership, User
from partners.models.message import delegates_of, national_team
from partners.models.personal import LetterKind
from partners.wishes import wants


def send_welcome(membership_id: int, inviter_id: int, *, message_id: str) -> None:
    """Nothing leaves when the attachment has ended meanwhile."""
    memberships = Membership.objects.live().select_related("user", "organisation")
    membership = memberships.filter(pk=membership_id, user__is_active=True).first()
    if membership is None:
        return
    mail.send(
        to=[membership.user.email],
        template="mail/partners/welcome.txt",
        context={
            "person": membership.user,
            "organisation": membership.organisation,
            "role": membership.get_role_display(),
            "inviter": User.objects.filter(pk=inviter_id).first(),
            "sign_in_path": reverse("account_login"),
        },
        message_id=message_id,
    )


def send_invitation(invitation_id: int, *, message_id: str) -> None:
    """Nothing leaves once it was accepted, taken back or erased."""
    invitation = Invitation.objects.open(timezone.now()).filter(pk=invitation_id).first()
    if invitation is None:
        return
    context = {"invitation": invitation, "path": reverse("portal:invitation", args=[invitation.token])}
    mail.send(to=[invitation.email], template="mail/partners/invitation.txt", context=context, message_id=message_id)


def send_join_confirmation(request_id: int, *, message_id: str) -> None:
    """To the address that was typed, which may be somebody else's: it repeats no word of the message."""
    asked = JoinRequest.objects.filter(pk=request_id, state="unconfirmed").select_related("organisation").first()
    if asked is None:
        return
    context = {"label": asked.label, "path": reverse("portal:join_confirm", args=[asked.public_id])}
    mail.send(to=[asked.email], template="mail/partners/join_confirmation.txt", context=context, message_id=message_id)


def send_join_request(request_id: int, user_id: int, *, message_id: str) -> None:
    """To an administrator of the organisation; nothing leaves once it is decided."""
    asked = JoinRequest.objects.waiting().filter(pk=request_id).select_related("organisation").first()
    person = User.objects.filter(pk=user_id, is_active=True).first()
    if asked is None or person is None or not wants(person, LetterKind.TEAM):
        return
    context = {"asked": asked, "path": reverse("portal:space_join_request", args=_under(asked))}
    mail.send(to=[person.email], template="mail/partners/join_request.txt", context=context, message_id=message_id)


def _under(asked: JoinRequest) -> list:
    return [asked.organisation.slug, asked.public_id]


def send_join_request_to_agents(request_id: int, *, message_id: str) -> None:
    """To the région's agents, or the national team. It names nobody: who asks is read behind the second factor."""
    rows = JoinRequest.objects.waiting().select_related("organisation__region", "commune__region")
    asked = rows.filter(pk=request_id).first()
    if asked is None:
        return
    place = asked.organisation or asked.commune
    region = getattr(place, "region", None)
    found = (delegates_of(region) if region and asked.organisation else None) or national_team()
    readers = [reader.email for reader in found if wants(reader, LetterKind.WORK)]
    if readers:
        context = {"asked": asked, "label": asked.label, "path": reverse("staff_join_request", args=[asked.public_id])}
        template = "mail/partners/join_request_to_agents.txt"
        mail.send(to=readers, template=template, context=context, message_id=message_id)


def send_join_decision(request_id: int, *, message_id: str) -> None:
    asked = JoinRequest.objects.filter(pk=request_id, decided_at__isnull=False).select_related("organisation").first()
    if asked is None:
        return
    context = {"asked": asked, "label": asked.label, "sign_in_path": reverse("account_login")}
    mail.send(to=[asked.email], template="mail/partners/join_decision.txt", context=context, message_id=message_id)
