"""Doors of the day: opened as links, closed at once, heard for a while after."""

from datetime import datetime, timedelta

from django.db import transaction

from alliance.lib.errors import Conflict, conflict_on
from events.models import CheckIn, Convention, Door
from partners.models import User

# A phone that found the network again after the door had closed is still heard.
LATE_NEWS = timedelta(hours=48)
CLOSED = {
    "revoked": "Le lien de cette porte a été fermé : gardez ce téléphone, et montrez-le à l’équipe de l’accueil.",
    "not_yet": "Cette porte n’est pas encore ouverte.",
    "closed": "Cette porte est fermée.",
}


def open_door(*, convention: Convention, name: str, opens_at, closes_at, by: User | None, at) -> Door:
    """A link for one entrance. Raises ValidationError by field, Conflict: "name_taken", "past"."""
    taken = "Une porte ouverte porte déjà ce nom."
    with conflict_on("door_name_once", taken, code="name_taken"):
        door = Door(convention=convention, name=name, opens_at=opens_at, closes_at=closes_at, made_at=at, made_by=by)
        door.full_clean(validate_constraints=False)
        if closes_at <= at or closes_at <= opens_at:
            raise Conflict("La fermeture est déjà passée, ou précède l’ouverture.", code="past")
        door.save()
    return door


def revoke_door(*, door: Door, at) -> Door:
    """Its link opens nothing any more, at once. What its phone still keeps stays on it. Raises Conflict: "revoked"."""
    with transaction.atomic():
        door = Door.objects.select_for_update().get(pk=door.pk)
        if door.revoked_at is not None:
            raise Conflict("Cette porte est déjà fermée.", code="revoked")
        door.revoked_at = at
        door.save(update_fields=["revoked_at"])
    return door


def refuse_unless_heard(door: Door, *, at, happened_at: datetime | None = None) -> None:
    """Raises Conflict: "revoked", "not_yet", "closed". What happened while the door was open is heard for two days."""
    state = door.state(at)
    if state == "closed" and happened_at is not None:
        state = "open" if happened_at < door.closes_at and at < door.closes_at + LATE_NEWS else "closed"
    if state != "open":
        raise Conflict(CLOSED[state], code=state)


def write_entry(*, door, key, means, at, happened_at, found, said="", device="") -> CheckIn:
    """One row for a key, whoever sends it again meanwhile."""
    written, _ = CheckIn.objects.get_or_create(
        key=key,
        defaults={
            "door": door,
            "registration": found,
            "device": device[:36],
            "means": means,
            "said": "" if found else said[:160],
            "happened_at": min(happened_at, at),
            "received_at": at,
        },
    )
    return written
