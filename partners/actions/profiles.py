"""The public profile of an organisation, written by its people, read by staff before it changes."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from alliance.lib.errors import Conflict
from partners.actions.editorial import changed, snapshot
from partners.actions.projects import may_write_for
from partners.actions.proposals import keep_proposal, stamp_of
from partners.models import Organisation, ProposedChange, User


@transaction.atomic
def propose_profile(*, organisation: Organisation, axes, by: User, read_at: datetime) -> ProposedChange | None:
    """Keep what is typed on ``organisation`` (not saved) as its waiting change; None when it says what stands.

    ``read_at``: the ``stamp_of`` what the writer read. Raises Conflict "changed_meanwhile"; PermissionDenied.
    """
    if not may_write_for(by, organisation):
        raise PermissionDenied
    standing = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    if stamp_of(standing) != read_at:
        raise Conflict("Cette page a changé depuis que vous l’avez ouverte : relisez-la.", code="changed_meanwhile")
    organisation.full_clean(validate_unique=False, validate_constraints=False)
    return keep_proposal(subject=standing, values=changed(snapshot(standing), snapshot(organisation, axes=axes)), by=by)
