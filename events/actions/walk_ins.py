"""Those who come without a seat: a free one, or « hors capacité » by the rule of the Convention."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from alliance import outbox
from alliance.lib import french
from alliance.lib.errors import Conflict
from events.actions.doors import refuse_unless_heard, write_entry
from events.actions.registration import account_of, attendee_of
from events.actions.seats import confirm, room_of, settle
from events.models import Attendee, CheckIn, Convention, Door, Registration
from partners.models import Organisation

Status = Registration.Status
FULL = "La salle est complète : toutes les places sont prises, et les entrées hors capacité aussi."


def let_in(
    *, door: Door, key, registration: Registration, at, happened_at, device: str = "", is_inside: bool = False
) -> CheckIn:
    """Seat somebody whose registration holds no seat (waiting, cancelled…), and write that they came in.

    ``is_inside``: see ``check_in``; the rule is then not asked, the team reads « hors capacité ». Raises Conflict:
    "full", and those of a door that is closed. The same ``key`` again gives the same entry.
    """
    if written := CheckIn.objects.filter(key=key).first():
        return written
    refuse_unless_heard(door, at=at, happened_at=happened_at)
    with transaction.atomic():
        convention = Convention.objects.locked(door.convention_id)
        if written := CheckIn.objects.filter(key=key).first():  # by the same request, sent again meanwhile
            return written
        settle(convention, at=at)
        registration = Registration.objects.select_related("attendee__organisation").get(pk=registration.pk)
        seated = _seated(convention, registration, at=at, is_inside=is_inside)
        return write_entry(
            door=door, key=key, means="walk_in", at=at, happened_at=happened_at, found=seated, device=device
        )


def walk_in(
    *,
    door: Door,
    key,
    name: str,
    email: str,
    affiliation: str,
    at,
    happened_at,
    device: str = "",
    is_inside: bool = False,
) -> CheckIn:
    """Write down and let in somebody who never registered; known by their address, they are who they were.

    Owes them their ticket when they gave an address. Raises ValidationError by field, Conflict as ``let_in``.
    """
    if written := CheckIn.objects.filter(key=key).first():
        return written
    refuse_unless_heard(door, at=at, happened_at=happened_at)
    name, email, affiliation = " ".join(name.split())[:120], email.strip().lower(), affiliation.strip()[:160]
    _refuse_unreadable(name, email)
    with transaction.atomic():
        convention = Convention.objects.locked(door.convention_id)
        if written := CheckIn.objects.filter(key=key).first():  # by the same request, sent again meanwhile
            return written
        settle(convention, at=at)
        known = convention.registrations.of_address(email).order_by("-pk").first() if email else None
        seated = known or _new(convention, _attendee(name, email, affiliation), at=at, is_inside=is_inside)
        if known:
            seated = _seated(convention, known, at=at, is_inside=is_inside)
        elif email:
            outbox.owe("events.send_ticket", seated.pk)
        return write_entry(
            door=door, key=key, means="walk_in", at=at, happened_at=happened_at, found=seated, device=device
        )


def _refuse_unreadable(name: str, email: str) -> None:
    if not name:
        raise ValidationError({"name": "Indiquez le nom de la personne."})
    if email:
        try:
            validate_email(email)
        except ValidationError:
            unreadable = "Cette adresse n’est pas lisible : corrigez-la, ou laissez-la vide."
            raise ValidationError({"email": unreadable}) from None


def _attendee(name: str, email: str, affiliation: str) -> Attendee:
    organisation = Organisation.objects.public().filter(name__iexact=affiliation).first() if affiliation else None
    words = "" if organisation else affiliation
    if not email:
        return Attendee.objects.create(name=name, email="", organisation=organisation, affiliation=words)
    attendee = attendee_of(name=name, email=email, organisation=organisation, account=account_of(email))
    if words and not attendee.affiliation:
        attendee.affiliation = words
        attendee.save(update_fields=["affiliation"])
    return attendee


def _seated(convention: Convention, registration: Registration, *, at, is_inside: bool) -> Registration:
    """This registration with a seat or without capacity; another one of the same person where this one has ended."""
    if registration.status in {Status.CONFIRMED, Status.OVER}:
        return registration
    if not registration.is_live:
        return _new(convention, registration.attendee, at=at, is_inside=is_inside)
    if registration.is_offered(at) or room_of(convention, at=at).has_seat_for(registration.audience):
        confirm(registration, at)
        return registration
    _refuse_when_full(convention, at=at, is_inside=is_inside)
    registration.status = Status.OVER
    registration.save(update_fields=["status"])
    return registration


def _new(convention: Convention, attendee: Attendee, *, at, is_inside: bool) -> Registration:
    has_seat = room_of(convention, at=at).has_seat_for(attendee.audience)
    if not has_seat:
        _refuse_when_full(convention, at=at, is_inside=is_inside)
    return Registration.objects.create(
        convention=convention,
        attendee=attendee,
        audience=attendee.audience,
        status=Status.CONFIRMED if has_seat else Status.OVER,
        registered_at=at,
        confirmed_at=at if has_seat else None,
    )


def _refuse_when_full(convention: Convention, *, at, is_inside: bool) -> None:
    """« Hors capacité »: as many as the Convention admits; once it has begun, also in place of those who are absent."""
    if is_inside:
        return
    over = convention.registrations.filter(status=Status.OVER).present().count()
    if over < convention.door_margin:
        return
    absent = convention.capacity - convention.registrations.present().count()
    if at >= convention.starts_at and absent > 0:
        return
    late = "" if at >= convention.starts_at else f" Des places peuvent rester à {french.hour(convention.starts_at)}."
    raise Conflict(FULL + late, code="full")
