"""What the acts of others leave behind of a person: for the walk of erasure through every table."""

from django.utils import timezone

from alliance.outbox.models import Owed, Posting
from events.actions.feeds import renew_feed
from events.models import AttendeeNeeds, Guest, InvitationRound
from partners.models import BulkAct, BulkLine, Mailing, MailingRecipient, Membership, SheetImport, SheetRow
from tests import builders


def lines_of_others(someone, organisation, email: str, name: str) -> None:
    """What agents' bulk mails, bulk acts and spreadsheets have kept of somebody; what the post answered."""
    agent, now = builders.staff(), timezone.now()
    owed = Owed.objects.create(work="tests.nothing", state="sent", done_at=now)
    Posting.objects.create(owed=owed, address=email, template="mail/x.txt", attempt=1, code=250)
    mailing = Mailing.objects.create(subject="Lettre", body="Bonjour", roles=["reader"], written_by=agent)
    for person in (someone, None):
        address = email if person else email.title()
        MailingRecipient.objects.create(
            mailing=mailing, organisation=organisation, person=person, address=address, reply=name
        )
    here = Membership.objects.get(user=someone)
    for noun, row in (("partners.user", someone), ("partners.membership", here)):
        act = BulkAct.objects.create(noun=noun, by=agent)
        BulkLine.objects.create(act=act, row_id=row.pk, label=f"Camille {name}", words=name)
    sheet = SheetImport.objects.create(noun="people", by=agent, name="gens.csv", digest="0" * 64)
    SheetRow.objects.create(sheet=sheet, line=2, row_id=here.pk, label=name, cells=[name])
    SheetRow.objects.create(sheet=sheet, line=3, cells=[email, name], changes={"full_name": ["", name]})


def invited_and_fed(someone, seat, email: str, name: str) -> None:
    """An invitation, what they need on the day, a personal calendar."""
    now = timezone.now()
    AttendeeNeeds.objects.create(registration=seat, diet_words=f"pas de {name}", consented_at=now)
    asked = InvitationRound.objects.create(
        convention=seat.convention, reach="asked", state="sent", confirmed_at=now, expires_at=seat.convention.starts_at
    )
    guest = Guest(round=asked, convention=seat.convention, invited_at=now, registration=seat, person=someone)
    guest.email, guest.name = email, name
    guest.save()
    renew_feed(user=someone, at=now)
