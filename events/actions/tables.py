"""The table of each workshop: prepared, opened, closed; its minutes."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from alliance import outbox
from alliance.lib.errors import Conflict
from events.models import Convention, Registration, Workshop, WorkshopTable


def prepare_tables(*, convention: Convention) -> list[WorkshopTable]:
    """A table for each workshop that has none yet; those made."""
    lacking = Workshop.objects.filter(item__convention=convention, table__isnull=True)
    made = [WorkshopTable(workshop=workshop) for workshop in lacking]
    return WorkshopTable.objects.bulk_create(made, ignore_conflicts=True)


def open_table(*, table: WorkshopTable, at: datetime) -> WorkshopTable:
    """Proposals may be typed from now on; a closed table opens again. Raises Conflict: "open", "cancelled"."""
    with transaction.atomic():
        table = _locked(table)
        if table.is_open:
            raise Conflict("Cette table est déjà ouverte.", code="open")
        if table.workshop.item.convention.state == Convention.State.CANCELLED:
            raise Conflict("Cette rencontre est annulée : sa table reste fermée.", code="cancelled")
        table.opened_at, table.closed_at = table.opened_at or at, None
        table.save(update_fields=["opened_at", "closed_at"])
    return table


def close_table(*, table: WorkshopTable, at: datetime) -> WorkshopTable:
    """What was typed before, and kept on a device, still comes in. Raises Conflict: "closed"."""
    with transaction.atomic():
        table = _locked(table)
        if not table.is_open:
            raise Conflict("Cette table n’est pas ouverte.", code="closed")
        table.closed_at = max(at, table.opened_at)
        table.save(update_fields=["closed_at"])
    return table


@transaction.atomic
def renew_links(*, table: WorkshopTable) -> WorkshopTable:
    """The links that were given lead nowhere any more; whoever facilitates gets the new one."""
    table = _locked(table)
    table.links += 1
    table.save(update_fields=["links"])
    _send_link(table)
    return table


@transaction.atomic
def name_facilitator(*, table: WorkshopTable, registration: Registration | None) -> WorkshopTable:
    """They get the link by a letter; named again, once more. Nobody: the link that was given stays, until renewed.

    Raises ValidationError when they do not come to this Convention.
    """
    table = _locked(table)
    if registration and not (
        registration.convention_id == table.workshop.item.convention_id
        and registration.status == Registration.Status.CONFIRMED
    ):
        raise ValidationError("Cette personne n’a pas d’inscription confirmée à cette Convention.")
    table.facilitator = registration
    table.save(update_fields=["facilitator"])
    _send_link(table)
    return table


def _send_link(table: WorkshopTable) -> None:
    if table.facilitator_id:
        outbox.owe("events.send_facilitator_link", table.pk, table.facilitator_id)


def write_minutes(*, table: WorkshopTable, text: str, read_at: str, at: datetime) -> WorkshopTable:
    """``read_at``: the ``minutes_stamp`` of what the writer had read. Raises Conflict: "changed_meanwhile"."""
    with transaction.atomic():
        table = _locked(table)
        if minutes_stamp(table) != read_at:
            message = "Le compte rendu a changé entre-temps : relisez-le, puis ajoutez ce qui manque."
            raise Conflict(message, code="changed_meanwhile")
        table.minutes, table.minutes_at = text.strip(), at
        if not table.minutes:
            table.minutes_published_at = None
        table.save(update_fields=["minutes", "minutes_at", "minutes_published_at"])
    return table


def minutes_stamp(table: WorkshopTable) -> str:
    return table.minutes_at.isoformat() if table.minutes_at else ""


def publish_minutes(*, table: WorkshopTable, is_public: bool, read_at: str, at: datetime) -> WorkshopTable:
    """What was read is what is published. Raises Conflict: "changed_meanwhile", "empty"."""
    with transaction.atomic():
        table = _locked(table)
        if is_public and minutes_stamp(table) != read_at:
            raise Conflict("Le compte rendu a changé entre-temps : relisez-le.", code="changed_meanwhile")
        if is_public and not table.minutes:
            raise Conflict("Ce compte rendu est vide.", code="empty")
        table.minutes_published_at = at if is_public else None
        table.save(update_fields=["minutes_published_at"])
    return table


def _locked(table: WorkshopTable) -> WorkshopTable:
    rows = WorkshopTable.objects.select_for_update(of=("self",)).select_related("workshop__item__convention")
    return rows.get(pk=table.pk)
