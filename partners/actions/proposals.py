"""Changes that partners propose of what is published: kept beside it, replaced as long as they wait, given up."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from alliance.lib.errors import Conflict
from partners.actions.photo_files import forget_photos
from partners.models import Organisation, Project, ProposedChange, User

State = ProposedChange.State
NOTE_MAX = 500


def told_change(subject: Model) -> ProposedChange | None:
    """The change that waits, else the last one that came back and was not answered."""
    return subject.proposed_changes.told().order_by("decided_at", "pk").last()


def stamp_of(subject: Model, change: ProposedChange | None = None) -> datetime:
    """When what the writer sees was last written: the row, or the change proposed of it."""
    change = change or told_change(subject)
    return max(subject.updated_at, change.changed_at) if change else subject.updated_at


def keep_proposal(*, subject: Project | Organisation, values: dict, by: User, note: str = "") -> ProposedChange | None:
    """The one waiting change of ``subject``, made or replaced; given up when nothing is left of it. The caller holds
    the lock of the subject's row.

    Its place in the queue is that of its first writing. Photos that were not accepted yet are always part of it.
    """
    waiting = subject.proposed_changes.waiting().first()
    values = {name: value for name, value in values.items() if name != "photos"} | pending_photos(subject)
    note = "\n".join(filter(None, [waiting.note if waiting else "", note]))[-NOTE_MAX:]
    now = timezone.now()
    subject.proposed_changes.told().exclude(state=State.WAITING).update(answered_at=now)
    if not values and not note:
        return _give_up(waiting, by, now)
    change = waiting or ProposedChange(**{_name_of(subject): subject}, proposed_at=now)
    if (change.values, change.note) != (values, note) or change.pk is None:
        change.values, change.note, change.proposed_by, change.changed_at = values, note, by, now
        change.save()
    return change


def pending_photos(subject: Model) -> dict:
    if not isinstance(subject, Project):
        return {}
    waiting = [str(each) for each in subject.photos.filter(accepted_at=None).values_list("public_id", flat=True)]
    return {"photos": {"before": [], "after": waiting}} if waiting else {}


def _name_of(subject: Model) -> str:
    return "project" if isinstance(subject, Project) else "organisation"


def _give_up(change: ProposedChange | None, by: User, at: datetime) -> None:
    if change:
        change.state, change.decided_by, change.decided_at, change.changed_at = State.WITHDRAWN, by, at, at
        change.save(update_fields=["state", "decided_by", "decided_at", "changed_at"])


@transaction.atomic
def withdraw_change(*, change: ProposedChange, by: User) -> ProposedChange:
    """The partner gives up a change that waits or came back. Photos that only it carried are erased with it.

    Raises Conflict "not_waiting"; PermissionDenied for whoever does not write for the organisation.
    """
    change = ProposedChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    lead = change.project.lead if change.project else change.organisation
    if lead is None or not {"administrator", "signatory", "contributor"} & by.roles_in(lead):
        raise PermissionDenied
    if not ProposedChange.objects.told().filter(pk=change.pk).exists():
        raise Conflict("Cette modification n’attend plus rien.", code="not_waiting")
    now = timezone.now()
    if change.is_open:
        _give_up(change, by, now)
    change.answered_at = now
    change.save(update_fields=["answered_at"])
    if change.project:
        forget_photos(change.project.photos.filter(accepted_at=None))
    return change
