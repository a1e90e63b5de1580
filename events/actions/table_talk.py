"""What those who sit at a table do: propose, once whatever the network does, and support."""

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from alliance import outbox
from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from events.models import (
    Proposal,
    ProposalAuthor,
    ProposalStep,
    ProposalSupport,
    Registration,
    WorkshopTable,
)
from events.models.proposal import LONGEST

LATE = timedelta(hours=24)
"""How long after the table is closed a device may still send what was typed before."""


def propose(
    *,
    table: WorkshopTable,
    authors: list[Registration],
    text: str,
    key: UUID,
    at: datetime,
    typed_at: datetime | None = None,
) -> Proposal:
    """Keep a proposal, and owe its authors a receipt. The same ``key`` again answers what it made the first time.

    ``typed_at``: when a device kept it for want of a network. Raises ValidationError "text"; Conflict: "closed",
    "not_seated", "key_taken".
    """
    text = " ".join(text.split())
    if not text or len(text) > LONGEST:
        raise ValidationError({"text": f"Écrivez votre proposition, en {LONGEST} signes au plus."})
    with transaction.atomic():
        table = _locked(table)
        if known := Proposal.objects.filter(client_key=key).first():
            return _the_same(known, table, authors[0])
        said_at = _when(table, typed_at, at)
        _refuse_strangers(table, authors)
        made, is_new = Proposal.objects.get_or_create(
            client_key=key,
            defaults={
                "workshop": table.workshop,
                "text": text,
                "said_at": said_at,
                "is_demo": table.workshop.item.convention.is_demo,
            },
        )
        if not is_new:
            return _the_same(made, table, authors[0])
        ProposalAuthor.objects.bulk_create(
            ProposalAuthor(proposal=made, registration=author) for author in dict.fromkeys(authors)
        )
        ProposalStep.objects.create(proposal=made, kind=ProposalStep.Kind.RECEIVED, happened_at=said_at)
        for author in dict.fromkeys(authors):
            _owe_receipt(table, author, at)
    return made


def support(*, table: WorkshopTable, proposal: Proposal, by: Registration, at: datetime) -> ProposalSupport:
    """Once; again changes nothing. Raises Conflict: "closed", "not_seated", "own"."""
    with transaction.atomic():
        table = _locked(table)
        _when(table, None, at)
        _refuse_strangers(table, [by])
        if proposal.authors.filter(registration=by).exists():
            raise Conflict("C’est votre proposition : elle compte déjà votre voix.", code="own")
        kept, _ = ProposalSupport.objects.get_or_create(
            proposal=proposal, registration=by, defaults={"supported_at": at}
        )
    return kept


def withdraw_support(*, table: WorkshopTable, proposal: Proposal, by: Registration, at: datetime) -> None:
    """Nothing when there is none. Raises Conflict: "closed"."""
    with transaction.atomic():
        _when(_locked(table), None, at)
        proposal.supports.filter(registration=by).delete()


def _the_same(known: Proposal, table: WorkshopTable, author: Registration) -> Proposal:
    if known.workshop_id != table.workshop_id or not known.authors.filter(registration=author).exists():
        raise Conflict("Cette proposition a déjà été envoyée par quelqu’un d’autre.", code="key_taken")
    return known


def _when(table: WorkshopTable, typed_at: datetime | None, at: datetime) -> datetime:
    """When it was said: as the device tells, while the table was open; else now, while it is."""
    ends_at = table.closed_at or at
    if table.opened_at and typed_at and table.opened_at <= typed_at <= min(ends_at, at) and at <= ends_at + LATE:
        return typed_at
    if not table.is_open:
        words = "La table est fermée" if table.opened_at else "La table n’est pas encore ouverte"
        raise Conflict(f"{words} : elle ne prend pas de proposition.", code="closed")
    return at


def _refuse_strangers(table: WorkshopTable, people: list[Registration]) -> None:
    convention = table.workshop.item.convention_id
    for person in people:
        if person.convention_id != convention or not person.comes:
            raise Conflict("Il faut une inscription confirmée à cette Convention.", code="not_seated")


def _owe_receipt(table: WorkshopTable, author: Registration, at: datetime) -> None:
    """One letter a person and table, when the workshop ends; it lists all that they have proposed by then."""
    args = [table.pk, author.pk]
    if not Owed.objects.pending().filter(work="events.send_proposals_received", args=args, lease_until=None).exists():
        outbox.owe("events.send_proposals_received", *args, due_at=max(at, table.workshop.item.ends_at))


def _locked(table: WorkshopTable) -> WorkshopTable:
    """Those of one table queue here, closing too: what was accepted was accepted while it was open."""
    rows = WorkshopTable.objects.select_related("workshop__item__convention")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=table.pk)
