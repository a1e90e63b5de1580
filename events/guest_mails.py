"""The letter of an invitation: a link that is one person's, written when it leaves, or that does not leave any more."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from alliance.lib import mail
from events.models import Convention, Guest, Registration
from partners import mailing_letters
from partners.models import MailRefusal
from partners.models.mailing import MailKind


def guest_path(guest: Guest) -> str:
    return reverse("events:guest", args=[guest.token])


def send_invitation(guest_id: int, *, message_id: str, asked: bool = False) -> None:
    """``asked``: they asked for their link, again perhaps. The guest keeps under which Message-ID it left last."""
    guest = Guest.objects.select_related("round", "convention", "organisation", "person").get(pk=guest_id)
    if not _may_leave(guest, asked):
        return
    stop = settings.SITE_URL + mailing_letters.stop_path(guest.person, MailKind.INVITATION) if guest.person else ""
    headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if stop else {}
    mail.send(
        to=[guest.email],
        template="mail/events/invitation.txt",
        context={
            "guest": guest,
            "attendee": guest,
            "convention": guest.convention,
            "convention_path": guest.convention.get_absolute_url(),
            "guest_path": guest_path(guest),
            "stop_url": stop,
            "asked": asked,
        },
        message_id=message_id,
        headers=headers,
    )
    Guest.objects.filter(pk=guest.pk).update(sent_at=timezone.now(), message_id=message_id)


def _may_leave(guest: Guest, asked: bool) -> bool:
    """Still an invitation, to somebody who is there, wants such letters and has not registered meanwhile."""
    if not guest.is_standing(timezone.now()) or guest.convention.state != Convention.State.PUBLISHED:
        return False
    if Registration.objects.live().filter(convention=guest.convention).of_address(guest.email).exists():
        return False
    if asked:
        return True
    person = guest.person
    refused = MailRefusal.objects.filter(person=person, kind=MailKind.INVITATION).exists()
    return person is not None and person.is_active and not refused
