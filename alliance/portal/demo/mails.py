"""Mails of the demonstration: letters that left, a failing address, a bulk mail in preparation, a monthly report."""

from datetime import datetime, timedelta

from django.utils import timezone

from alliance.outbox.models import Owed, Posting, State
from partners.actions.mailings import draft_mailing, list_recipients
from partners.actions.steering import create_report
from partners.models import Bounce, Membership, Organisation, ReturnedMail, User

BODY = """Bonjour {{ nom }},

La prochaine Convention se prépare : les ateliers se choisissent dès maintenant.
{{ organisation }} a deux minutes pour dire lesquels l’intéressent :
{{ lien_espace }}

L’équipe de l’Alliance"""
UNKNOWN = "5.1.1 [adresse] : utilisateur inconnu"


def tell(agents: dict[str, User], now: datetime) -> None:
    members = Membership.objects.live().filter(organisation__region="53").select_related("user").order_by("pk")
    people = list({membership.user_id: membership.user for membership in members}.values())[:6]
    for hours, person in enumerate(people[1:], 2):
        _left(person.email, now - timedelta(hours=hours), 250, "2.0.0 Ok")
    gone = people[0]
    _left(gone.email, now - timedelta(days=3), 550, UNKNOWN)
    Bounce.objects.create(
        address=gone.email.lower(), person=gone, kind=Bounce.Kind.REFUSED, status="5.1.1", words=UNKNOWN,
        bounced_at=now - timedelta(days=3),
    )  # fmt: skip
    _claimed(people[1], now)
    mailing = draft_mailing(
        by=agents["nationale"], subject="La Convention se prépare avec {{ organisation }}", body=BODY,
        kind="invitation", query="region=53", roles=["administrator", "contributor", "signatory"],
    )  # fmt: skip
    chosen = Organisation.objects.public().filter(region="53")
    list_recipients(mailing=mailing, organisations=chosen, by=agents["nationale"], at=timezone.now())
    create_report(
        name="Pilotage du mois", rhythm="monthly", form="xlsx", by=agents["nationale"],
        readers=[agents["nationale"], agents["bretagne"]],
    )  # fmt: skip


def _claimed(person: User, now: datetime) -> None:
    """A mail came back the day after its letter left, without the letter's number: noted as one to be verified."""
    posting = _left(person.email, now - timedelta(days=2), 250, "2.0.0 Ok")
    words = "550 5.1.1 [adresse] : boîte fermée"
    ReturnedMail.objects.create(
        posting=posting, key="demonstration", fate=ReturnedMail.Fate.FAILED, status="5.1.1", words=words,
        is_proven=False,
    )  # fmt: skip
    Bounce.objects.create(
        address=posting.address, person=person, kind=Bounce.Kind.CLAIMED, status="5.1.1", words=words,
        message_id=posting.message_id, bounced_at=now - timedelta(days=1),
    )  # fmt: skip


def _left(address: str, at: datetime, code: int, words: str) -> Posting:
    """A letter that left, as the worker would have noted it."""
    owed = Owed.objects.create(
        work="partners.send_follow_up", args=[0], state=State.SENT, attempts=1, created_at=at, due_at=at, done_at=at
    )
    template = "mail/partners/follow_up.txt"
    facts = {"template": template, "message_id": owed.message_id, "attempt": 1, "code": code, "words": words}
    return Posting.objects.create(owed=owed, address=address.lower(), at=at, **facts)
