"""What agents note about a partner, for agents only."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from partners.models import Organisation, PartnerNote, User


def write_note(*, organisation: Organisation, by: User, text: str) -> PartnerNote:
    """Keep an internal note. PermissionDenied for whoever does not write in the organisation."""
    if not Organisation.objects.writable_by(by).filter(pk=organisation.pk).exists():
        raise PermissionDenied
    note = PartnerNote(organisation=organisation, author=by, text=text.strip())
    note.full_clean()
    with transaction.atomic():
        note.save()
    return note
