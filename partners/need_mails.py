"""Letters about needs and resources. Rendered when sent, from ids; what is no longer true is not sent."""

from django.urls import reverse

from alliance.lib import mail
from partners.models import Match, User


def send_proposed(match_id: int, user_id: int, *, message_id: str) -> None:
    """To one of those who answer; nothing leaves once it is answered."""
    rows = Match.objects.waiting().select_related("need__organisation", "resource")
    match = rows.filter(pk=match_id).first()
    person = User.objects.filter(pk=user_id, is_active=True).first()
    if match and person:
        mail.send(
            to=[person.email],
            template="mail/partners/match_proposed.txt",
            context={"match": match, "person": person, "path": page_of(match, person)},
            message_id=message_id,
        )


def send_decided(match_id: int, *, message_id: str) -> None:
    """To whoever proposed."""
    rows = Match.objects.exclude(accepted=None).select_related("need__organisation", "resource", "proposed_by")
    match = rows.filter(pk=match_id).first()
    if match and match.proposed_by.is_active:
        mail.send(
            to=[match.proposed_by.email],
            template="mail/partners/match_decided.txt",
            context={"match": match, "person": match.proposed_by, "path": page_of(match, match.proposed_by)},
            message_id=message_id,
        )


def page_of(match: Match, person: User) -> str:
    if person.is_staff:
        return reverse("staff_need", args=[match.need.public_id])
    return reverse("partners:space_need", args=[match.need.organisation.slug, match.need.public_id])
