"""Writing to La Poste's agents of a région: a queue in the back office, a letter to them, a receipt to the writer."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from alliance import outbox
from alliance.lib.errors import Conflict
from partners.models import Department, Region, TerritoryMessage, User


@transaction.atomic
def write_to_delegates(
    *, region: Region, department: Department | None = None, email: str, text: str
) -> TerritoryMessage:
    """Queue the message for the région's agents, and owe both letters."""
    message = TerritoryMessage.objects.create(
        region=region, department=department, email=email.strip().lower(), text=text.strip()
    )
    outbox.owe("partners.send_territory_message", message.pk)
    outbox.owe("partners.send_territory_receipt", message.pk)
    return message


@transaction.atomic
def handle_message(*, message: TerritoryMessage, by: User) -> TerritoryMessage:
    """Say that it was answered. Raises Conflict "already_handled"; PermissionDenied outside the perimeter."""
    message = TerritoryMessage.objects.writable_by(by).select_for_update(of=("self",)).filter(pk=message.pk).first()
    if message is None:
        raise PermissionDenied
    if message.handled_at:
        raise Conflict("Ce message est déjà traité.", code="already_handled")
    message.handled_at, message.handled_by = timezone.now(), by
    message.save(update_fields=["handled_at", "handled_by"])
    return message
