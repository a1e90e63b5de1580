"""Somebody asks to join, somebody was invited, an organisation is proposed: nothing of it is decided yet."""

from datetime import datetime, timedelta

from partners.models import Invitation, JoinRequest, Organisation, User
from partners.models.arrival import INVITATION_LIFE

# A SIREN of the demonstration: it begins with 000 and passes Luhn.
UNKNOWN = "000999995"


def make_arrivals(network: Organisation, home: Organisation, by: User, now: datetime) -> None:
    before = now - timedelta(days=6)
    asks = {"state": "waiting", "asked_at": before, "confirmed_at": before}
    JoinRequest.objects.create(
        organisation=network,
        number=network.siret or network.siren,
        email="dominique@demo.invalid",
        full_name="Dominique Démo",
        job_title="Chargée de mission",
        message="Je remplace Alix depuis septembre.",
        escalated_at=now - timedelta(days=1),
        **asks,
    )
    JoinRequest.objects.create(
        number=UNKNOWN,
        name="Les Jardins d’Essai (démonstration)",
        commune=home.commune,
        email="sacha@demo.invalid",
        full_name="Sacha Démo",
        job_title="Présidente",
        escalated_at=before,
        **asks,
    )
    Invitation.objects.create(
        organisation=home,
        email="noa@demo.invalid",
        full_name="Noa Démo",
        role="contributor",
        invited_by=by,
        sent_at=before,
        expires_at=before + INVITATION_LIFE,
    )
