"""Whoever comes in is written down, once, whichever door and however late the news of it arrives."""

from datetime import datetime

from django.db import transaction

from alliance.lib import french
from alliance.lib.errors import Conflict
from events.actions.doors import refuse_unless_heard, write_entry
from events.actions.walk_ins import let_in
from events.models import CheckIn, Door, Registration
from partners.models import User

Status = Registration.Status
NO_SEAT = {
    Status.WAITING: "est sur la liste d’attente",
    Status.OFFERED: "n’a pas encore répondu à la place proposée",
    Status.DECLINED: "avait laissé sa place",
    Status.EXPIRED: "n’avait pas répondu à la place proposée",
    Status.CANCELLED: "avait annulé son inscription",
}


def check_in(
    *,
    door: Door,
    key,
    means: str,
    at,
    happened_at: datetime,
    found: Registration | None,
    said: str = "",
    device: str = "",
    is_inside: bool = False,
) -> CheckIn:
    """Write that this person came in. The same ``key`` again gives the same entry.

    ``found``: whose ticket or name it is, if anybody's. ``is_inside``: they have been let through already, without
    network; then the entry is written whoever they are, and the team reads what is wrong with it. Raises Conflict:
    "unknown", "no_seat" (of those, only when they still stand at the door), and those of a door that is closed.
    """
    if written := CheckIn.objects.filter(key=key).first():
        return written
    refuse_unless_heard(door, at=at, happened_at=happened_at)
    if found is None and not is_inside:
        raise Conflict("Personne de cette Convention n’a ce billet.", code="unknown")
    if found is not None and found.status in NO_SEAT:
        if not is_inside:
            raise Conflict(f"{found.attendee.name} {NO_SEAT[found.status]}.", code="no_seat")
        return let_in(
            door=door, key=key, registration=found, at=at, happened_at=happened_at, device=device, is_inside=True
        )
    with transaction.atomic():
        if found is not None:
            # Two doors that let in the same person at once: the second one sees the first.
            Registration.objects.select_for_update(no_key=True).get(pk=found.pk)
        return write_entry(
            door=door, key=key, means=means, at=at, happened_at=happened_at, found=found, said=said, device=device
        )


def undo_check_in(*, check_in: CheckIn, by: User | None, at) -> CheckIn:
    """It was somebody else. Raises Conflict: "undone"."""
    with transaction.atomic():
        entry = CheckIn.objects.select_for_update().get(pk=check_in.pk)
        if entry.undone_at is not None:
            raise Conflict("Cette entrée est déjà annulée.", code="undone")
        entry.undone_at, entry.undone_by = max(at, entry.received_at), by
        entry.save(update_fields=["undone_at", "undone_by"])
    return entry


def recognise(*, check_in: CheckIn, registration: Registration, by: User | None) -> CheckIn:
    """Say who came in, of an entry noted without network. Raises Conflict: "recognised", "undone", "elsewhere"."""
    with transaction.atomic():
        entry = CheckIn.objects.select_for_update().get(pk=check_in.pk)
        if entry.undone_at is not None:
            raise Conflict("Cette entrée est annulée.", code="undone")
        if entry.registration_id is not None:
            raise Conflict("Cette personne est déjà reconnue.", code="recognised")
        if registration.convention_id != entry.door.convention_id:
            raise Conflict("Cette personne est inscrite à une autre Convention.", code="elsewhere")
        entry.registration, entry.recognised_by, entry.said = registration, by, ""
        entry.save(update_fields=["registration", "recognised_by", "said"])
    return entry


def first_entry(entry: CheckIn) -> CheckIn | None:
    """The entry that came before this one, of the same person; nothing when this one is the first."""
    if entry.registration_id is None:
        return None
    before = CheckIn.objects.standing().filter(registration=entry.registration_id, pk__lt=entry.pk)
    return before.select_related("door").order_by("pk").first()


def first_entries(entries: list[CheckIn]) -> dict[int, CheckIn]:
    """By registration, the entry that counts of each of these people."""
    standing = CheckIn.objects.standing().filter(registration__in=[entry.registration_id for entry in entries])
    rows = standing.select_related("door").order_by("registration_id", "pk").distinct("registration_id")
    return {row.registration_id: row for row in rows}


def already_words(first: CheckIn) -> str:
    """« Déjà entrée à 9 h 12, Porte B »."""
    return f"Déjà entrée à {french.hour(first.happened_at)}, {first.door.name}"
