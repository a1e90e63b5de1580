"""Letters of the clock to those who come: wishes that open, reminders before, thanks afterwards."""

from django.urls import reverse
from django.utils import timezone

from alliance.lib import mail
from events.models import AllocationRun, Convention, Registration, ReminderMark, Workshop
from events.models.after_links import after_path
from events.models.door_links import ticket_path, workshops_path
from events.models.guest_links import guest_path_of
from events.models.needs_links import needs_path
from events.models.online import online_items_of

Kind = ReminderMark.Kind
TEMPLATES = {
    Kind.WEEK: "mail/events/reminder_week.txt",
    Kind.EVE: "mail/events/reminder_eve.txt",
    Kind.THANKS: "mail/events/thanks.txt",
    Kind.WISHES: "mail/events/wishes_open.txt",
}


def send_reminder(registration_id: int, kind: str, *, message_id: str) -> None:
    """Only to somebody who still comes to something that still takes place; a reminder not once it has begun."""
    rows = Registration.objects.select_related("convention", "attendee__organisation", "attendee__user")
    registration = rows.select_related("registered_by").get(pk=registration_id)
    attendee, convention = registration.attendee, registration.convention
    came = kind == Kind.THANKS and Registration.objects.present().filter(pk=registration.pk).exists()
    comes = registration.status == Registration.Status.CONFIRMED
    comes = comes or (came and registration.status == Registration.Status.OVER)
    if not comes or convention.state != Convention.State.PUBLISHED:
        return
    if kind != Kind.THANKS and convention.starts_at <= timezone.now():
        return
    if kind == Kind.WISHES and not _may_rank(registration):
        return
    places = registration.places.live().select_related("workshop__item").order_by("workshop__item__starts_at")
    workshops = Workshop.objects.filter(item__convention=convention).select_related("item")
    mail.send(
        to=[attendee.email],
        template=TEMPLATES[kind],
        context={
            "registration": registration,
            "attendee": attendee,
            "convention": convention,
            "places": list(places),
            "online": online_items_of(registration),
            "workshops": workshops.order_by("item__starts_at", "item__title"),
            "wishes_path": workshops_path(registration),
            "colleague": registration.registered_by if registration.registered_by_id != attendee.user_id else None,
            "convention_path": convention.get_absolute_url(),
            "registration_path": reverse("events:register", args=[convention.slug]),
            "ticket_path": ticket_path(registration),
            "needs_path": needs_path(registration),
            "guest_path": guest_path_of(registration),
            "after_path": after_path(registration) if came else "",
        },
        message_id=message_id,
    )


def _may_rank(registration: Registration) -> bool:
    """Wishes are open still, not allotted, and they have ranked nothing yet."""
    convention = registration.convention
    if convention.wishes_state(timezone.now()) != "open" or registration.wishes.exists():
        return False
    return not AllocationRun.objects.published().filter(convention=convention).exists()
