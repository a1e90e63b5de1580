"""Letters about adhering under a network. Rendered when sent, from ids; what is no longer true is not sent."""

from django.urls import reverse
from django.utils import timezone

from alliance.lib import mail
from charter.models import Adhesion, MemberInvitation


def send_member_invitation(invitation_id: int, *, message_id: str) -> None:
    """Nothing leaves once it is answered, taken back or over."""
    rows = MemberInvitation.objects.waiting(timezone.now()).select_related("network", "version", "invitation_list")
    invitation = rows.filter(pk=invitation_id).first()
    if invitation is None:
        return
    mail.send(
        to=[invitation.email],
        template="mail/charter/member_invitation.txt",
        context={
            "invitation": invitation,
            "network": invitation.network,
            "version": invitation.version,
            "path": reverse("charter:member_link", args=[invitation.token]),
        },
        message_id=message_id,
    )


def send_adhesion_receipt(adhesion_id: int, *, message_id: str) -> None:
    """To whoever adhered, with the link that withdraws; nothing leaves once it is withdrawn."""
    rows = Adhesion.objects.live().select_related("person", "invitation", "version")
    adhesion = rows.filter(pk=adhesion_id).first()
    if adhesion is None or (adhesion.person and not adhesion.person.is_active):
        return
    address = adhesion.person.email if adhesion.person else adhesion.invitation.email
    if not address:  # erased meanwhile
        return
    mail.send(
        to=[address],
        template="mail/charter/adhesion_receipt.txt",
        context={"adhesion": adhesion, "path": reverse("charter:adhesion_withdrawal", args=[adhesion.token])},
        message_id=message_id,
    )
