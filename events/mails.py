"""Letters about registrations. Each is written from the rows as they are when it leaves, or does not leave any more."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from alliance.lib import mail
from events import calendars
from events.models import Convention, Registration, ReminderMark
from events.models.door_links import ticket_path, workshops_path
from events.models.guest_links import guest_path_of
from events.models.needs_links import needs_path
from events.models.noted import Noted
from events.models.offer_links import offer_path

Status = Registration.Status


def send_receipt(registration_id: int, status: str, *, message_id: str) -> None:
    """Confirmed or waiting, as it was accepted. When the state has changed meanwhile, a later letter says so."""
    registration = _read(registration_id)
    if registration.status != status:
        return
    if status == Status.CONFIRMED:
        _send("mail/events/confirmed.txt", registration, message_id, calendar=True)
        _told_of_wishes(registration)
    else:
        _send("mail/events/waiting.txt", registration, message_id)


def send_promotion(registration_id: int, *, message_id: str) -> None:
    registration = _read(registration_id)
    if registration.status == Status.CONFIRMED:
        _send("mail/events/promoted.txt", registration, message_id, calendar=True)
        _told_of_wishes(registration)


def _told_of_wishes(registration: Registration) -> None:
    """The letter that confirms says that workshops are chosen now: the clock does not write it again."""
    at = timezone.now()
    if registration.convention.wishes_state(at) == "open":
        kind = ReminderMark.Kind.WISHES
        ReminderMark.objects.get_or_create(registration=registration, kind=kind, defaults={"made_at": at})


def send_ticket(registration_id: int, *, message_id: str) -> None:
    """To whoever came without having registered: their ticket, for the tables of the day and what follows it."""
    registration = _read(registration_id)
    if registration.status in (Status.CONFIRMED, Status.OVER):
        _send("mail/events/ticket.txt", registration, message_id)


def send_offer(registration_id: int, offered_at: str, *, message_id: str, again: bool = False) -> None:
    """A seat to take or leave until its term, by one link; ``again`` is the reminder. Only while it is that offer."""
    registration = _read(registration_id)
    if registration.convention.state != Convention.State.PUBLISHED:  # whoever was offered a seat read that it is off
        return
    if registration.is_offered(timezone.now()) and registration.offered_at == datetime.fromisoformat(offered_at):
        _send("mail/events/offer_again.txt" if again else "mail/events/offer.txt", registration, message_id)


def send_offer_expired(registration_id: int, *, message_id: str) -> None:
    registration = _read(registration_id)
    if registration.status == Status.EXPIRED:
        _send("mail/events/offer_expired.txt", registration, message_id)


def send_offer_withdrawn(registration_id: int, *, message_id: str) -> None:
    registration = _read(registration_id)
    if registration.status == Status.WAITING and registration.convention.state == Convention.State.PUBLISHED:
        _send("mail/events/offer_withdrawn.txt", registration, message_id)


def send_declined(registration_id: int, *, message_id: str) -> None:
    registration = _read(registration_id)
    if registration.status == Status.DECLINED:
        _send("mail/events/declined.txt", registration, message_id)


def send_cancellation(registration_id: int, *, message_id: str) -> None:
    """Takes the entry out of the calendar of those who had a seat."""
    registration = _read(registration_id)
    _send("mail/events/cancelled.txt", registration, message_id, calendar=registration.confirmed_at is not None)


def send_convention_cancelled(registration_id: int, *, message_id: str) -> None:
    registration = _read(registration_id)
    if registration.is_live:
        had_a_seat = registration.status == Status.CONFIRMED
        _send("mail/events/convention_cancelled.txt", registration, message_id, calendar=had_a_seat)


def send_convention_moved(registration_id: int, when: str, where: str, *, message_id: str) -> None:
    """``when`` and ``where``: as they were. Not when all is as before again."""
    registration = _read(registration_id)
    convention = registration.convention
    told = Noted(when, where).changes(Noted.of(convention))
    if registration.is_live and convention.state == Convention.State.PUBLISHED and told:
        has_seat = registration.status == Status.CONFIRMED
        _send("mail/events/convention_moved.txt", registration, message_id, calendar=has_seat, told=told)


def _read(registration_id: int) -> Registration:
    rows = Registration.objects.with_rank()
    return rows.select_related("convention", "attendee__organisation", "attendee__user", "registered_by").get(
        pk=registration_id
    )


def _send(template: str, registration: Registration, message_id: str, *, calendar: bool = False, **more) -> None:
    attendee, convention = registration.attendee, registration.convention
    colleague = registration.registered_by if registration.registered_by_id != attendee.user_id else None
    attachment = ("inscription.ics", calendars.of_registration(registration) if calendar else b"", "text/calendar")
    mail.send(
        to=[attendee.email],
        template=template,
        context={
            **more,
            "registration": registration,
            "attendee": attendee,
            "convention": convention,
            "colleague": colleague,
            "convention_path": convention.get_absolute_url(),
            "registration_path": reverse("events:register", args=[convention.slug]),
            "ticket_path": ticket_path(registration) if registration.status in (Status.CONFIRMED, Status.OVER) else "",
            "needs_path": needs_path(registration),
            "wishes": convention.wishes_state(timezone.now()),
            "wishes_path": workshops_path(registration),
            "guest_path": guest_path_of(registration),
            "offer_path": offer_path(registration) if registration.status == Status.OFFERED else "",
        },
        message_id=message_id,
        attachments=[attachment] if calendar else [],
    )
