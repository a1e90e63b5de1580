"""A network asks its members to adhere: a list read line by line, shown whole, then sent; lines may be taken back."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from alliance import outbox
from alliance.lib.errors import Conflict
from charter.actions.adhesions import may_decide, standing_version
from charter.actions.member_lines import judged
from charter.models import Adhesion, InvitationList, MemberInvitation
from charter.models.adhesion import equivalents
from charter.models.member_invitation import LINK_LIFE, PREPARED_LIFE
from partners.models import Organisation, User


def prepare_list(
    *, network: Organisation, rows: Iterable[tuple[int, list[str]]], by: User, at: datetime | None = None
) -> InvitationList:
    """Read ``rows`` (line, cells); nothing leaves. What is wrong is kept beside what is right, at its line.

    Raises Conflict "no_version", "network_not_signatory"; ValidationError when nothing is readable or too long.
    """
    if not may_decide(by, network):
        raise PermissionDenied
    at = at or timezone.now()
    version = standing_version(network, at)
    found, problems = judged(network, version, rows, at)
    with transaction.atomic():
        made = InvitationList.objects.create(
            network=network, version=version, prepared_by=by, prepared_at=at, problems=problems
        )
        MemberInvitation.objects.bulk_create(
            MemberInvitation(
                invitation_list=made, network=network, version=version, line=line.number, name=line.name,
                siren=line.siren, email=line.email, organisation=line.organisation,
            )
            for line in found
        )  # fmt: skip
    return made


def send_list(*, prepared: InvitationList, by: User, at: datetime | None = None) -> int:
    """Owe one letter a line; how many. Who adhered or was invited meanwhile is left out. A second click sends nothing.

    Raises Conflict "sent", "over" (a day later the preview may be false), "empty", and those of ``standing_version``.
    """
    at = at or timezone.now()
    if not may_decide(by, prepared.network):
        raise PermissionDenied
    with transaction.atomic():
        network = Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=prepared.network_id)
        prepared = InvitationList.objects.select_for_update(of=("self",), no_key=True).get(pk=prepared.pk)
        if prepared.sent_at:
            raise Conflict("Ces invitations sont déjà parties.", code="sent")
        if prepared.prepared_at < at - PREPARED_LIFE or standing_version(network, at).pk != prepared.version_id:
            raise Conflict("Cette liste a plus d’un jour : préparez-la de nouveau.", code="over")
        chosen = _still_to_invite(prepared, at)
        if not chosen:
            raise Conflict("Il n’y a personne à inviter dans cette liste.", code="empty")
        MemberInvitation.objects.filter(pk__in=chosen).update(sent_at=at, expires_at=at + LINK_LIFE)
        for pk in chosen:
            outbox.owe("charter.send_member_invitation", pk)
        prepared.sent_at = at
        prepared.save(update_fields=["sent_at"])
    return len(chosen)


def _still_to_invite(prepared: InvitationList, at: datetime) -> list[int]:
    """Invitations that are over give way; those that wait keep their place. The network's row is locked."""
    known = MemberInvitation.objects.sent().filter(network=prepared.network, answered_at=None, revoked_at=None)
    known.filter(expires_at__lte=at).update(revoked_at=at)
    waiting = known.filter(expires_at__gt=at)
    adhering = Adhesion.objects.live().filter(network=prepared.network, version__in=equivalents(prepared.version))
    rows = prepared.invitations.all()
    taken = set(waiting.exclude(organisation=None).values_list("organisation", flat=True))
    taken |= set(adhering.values_list("organisation", flat=True))
    sirens = set(waiting.exclude(siren="").values_list("siren", flat=True))
    return [row.pk for row in rows if row.organisation_id not in taken and (not row.siren or row.siren not in sirens)]


def revoke_invitation(*, invitation: MemberInvitation, by: User, at: datetime | None = None) -> MemberInvitation:
    """The link opens nothing any more. Raises Conflict "answered", "revoked"."""
    if not may_decide(by, invitation.network):
        raise PermissionDenied
    with transaction.atomic():
        invitation = MemberInvitation.objects.select_for_update(of=("self",), no_key=True).get(pk=invitation.pk)
        if invitation.answered_at:
            raise Conflict("Cette invitation a déjà sa réponse.", code="answered")
        if invitation.revoked_at:
            raise Conflict("Cette invitation est déjà reprise.", code="revoked")
        invitation.revoked_at = at or timezone.now()
        invitation.save(update_fields=["revoked_at"])
    return invitation
