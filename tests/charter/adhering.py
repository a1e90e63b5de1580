"""Builders of invitations and adhesions under a network."""

from datetime import timedelta

from django.utils import timezone

from charter.models import Adhesion, CharterVersion, InvitationList, MemberInvitation
from tests import builders


def member_invitation(network, organisation=None, **fields) -> MemberInvitation:
    """Sent by a network, for the version in force, and waiting."""
    now = fields.setdefault("sent_at", timezone.now())
    fields.setdefault("expires_at", now + timedelta(days=45))
    fields.setdefault("version", CharterVersion.objects.in_force(timezone.localdate()))
    fields.setdefault("name", organisation.name if organisation else "Organisation inconnue")
    fields.setdefault("email", "membre@test.invalid")
    made = InvitationList.objects.create(
        network=network, version=fields["version"], prepared_by=builders.user(), prepared_at=now, sent_at=now
    )
    return MemberInvitation.objects.create(
        invitation_list=made, network=network, organisation=organisation, line=1, **fields
    )


def adhesion(organisation, network, **fields) -> Adhesion:
    """Standing as long as the network is a signatory: given by the link of an invitation, unless told otherwise."""
    version = fields.setdefault("version", CharterVersion.objects.in_force(timezone.localdate()))
    now = fields.setdefault("adhered_at", timezone.now())
    if "person" not in fields:
        answered = {"answered_at": now, "answer": "adhered", "version": version}
        fields["invitation"] = member_invitation(network, organisation, **answered)
    means = "space" if "person" in fields else "link"
    return Adhesion.objects.create(
        organisation=organisation, network=network, means=means, organisation_name=organisation.name,
        network_name=network.name, person_name="Camille Essai", consent_text="Nous adhérons.",
        document_digest=version.digest, **fields,
    )  # fmt: skip
