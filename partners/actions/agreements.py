"""What happens to an agreement: put in force, ended. Nothing flips silently."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from partners.models import Agreement, User


def _locked(agreement: Agreement, by: User) -> Agreement:
    if not Agreement.objects.writable_by(by).filter(pk=agreement.pk).exists():
        raise PermissionDenied
    return Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)


@transaction.atomic
def activate_agreement(*, agreement: Agreement, by: User) -> Agreement:
    """Put a draft in force. Raises Conflict "not_draft", "no_start"."""
    agreement = _locked(agreement, by)
    if agreement.state != Agreement.State.DRAFT:
        raise Conflict("Seul un brouillon peut être mis en vigueur.", code="not_draft")
    if agreement.starts_on is None:
        raise Conflict("Donnez d’abord la date de début de l’accord.", code="no_start")
    agreement.state = Agreement.State.ACTIVE
    agreement.save(update_fields=["state", "updated_at"])
    return agreement


@transaction.atomic
def end_agreement(*, agreement: Agreement, by: User) -> Agreement:
    """End an agreement in force; its last day is today or an earlier one. Raises Conflict "not_active"."""
    agreement = _locked(agreement, by)
    if agreement.state != Agreement.State.ACTIVE:
        raise Conflict("Seul un accord en vigueur peut prendre fin.", code="not_active")
    today = timezone.localdate()
    agreement.state = Agreement.State.ENDED
    if agreement.ends_on is None or agreement.ends_on > today:
        agreement.ends_on = max(today, agreement.starts_on)
    agreement.save(update_fields=["state", "ends_on", "updated_at"])
    return agreement
