"""What staff decide about what partners wrote: accepted, corrected and accepted, or returned with the reason."""

import hashlib

import orjson
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from alliance import outbox
from alliance.lib.errors import Conflict
from partners.actions.editorial import save_lists, set_fields, snapshot
from partners.models import Organisation, Project, ProposedChange, User

State = ProposedChange.State
CHANGED = "Ce qui est en ligne a changé depuis : relisez, puis décidez à nouveau. Rien n’est perdu."


def seen_of(values: dict) -> str:
    """A mark of the values that an agent had before their eyes."""
    return hashlib.sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def standing_values(change: ProposedChange) -> dict:
    """What stands today in the fields that the change speaks of."""
    now = snapshot(change.subject) | {"photos": []}
    return {name: now[name] for name in change.values}


@transaction.atomic
def accept_change(
    *, change: ProposedChange, by: User, final: dict | None = None, seen: str = "", motive: str = ""
) -> ProposedChange:
    """Write a proposed change, or what the agent made of it, on what stands.

    ``final``: ``{field: value}``; a field left out stays as it stands; None takes the proposal as it is. ``seen``: the
    ``seen_of`` what stood on the agent's page, and of the proposal; without it nothing may have changed since the
    proposal. Raises Conflict "not_waiting", "changed_meanwhile"; ValidationError when the values are refused.
    """
    subject, change = _locked(change, by)
    proposed = {name: each["after"] for name, each in change.values.items()}
    now = standing_values(change)
    expected = seen or seen_of({"now": {n: each["before"] for n, each in change.values.items()}, "then": proposed})
    if expected != seen_of({"now": now, "then": proposed}):
        raise Conflict(CHANGED, code="changed_meanwhile")
    chosen = proposed if final is None else final
    write_values(subject, chosen)
    change.state = State.ACCEPTED if chosen == proposed else State.CORRECTED
    change.decided, change.motive = chosen, motive
    return _decided(change, by)


def write_values(subject: Project | Organisation, values: dict) -> None:
    """The row, then its lists; its photos become public."""
    set_fields(subject, values)
    subject.full_clean()
    subject.save()
    save_lists(subject, values)
    if values.get("photos"):
        subject.photos.filter(public_id__in=values["photos"]).update(accepted_at=timezone.now())


@transaction.atomic
def return_change(*, change: ProposedChange, by: User, motive: str) -> ProposedChange:
    """Send a change back with the reason; what stands does not move. Raises Conflict "not_waiting"."""
    _, change = _locked(change, by)
    if not motive.strip():
        raise ValidationError("Donnez le motif en quelques mots : il sera lu par la personne concernée.")
    change.state, change.motive = State.RETURNED, motive.strip()
    return _decided(change, by)


def _locked(change: ProposedChange, by: User) -> tuple[Model, ProposedChange]:
    """The subject first, as whoever proposes does."""
    if not ProposedChange.objects.writable_by(by).filter(pk=change.pk).exists():
        raise PermissionDenied
    noun, pk = (Project, change.project_id) if change.project_id else (Organisation, change.organisation_id)
    subject = noun.objects.select_for_update(of=("self",)).get(pk=pk)
    change = ProposedChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if not change.is_open:
        raise Conflict("Cette modification n’attend plus de décision.", code="not_waiting")
    setattr(change, "project" if noun is Project else "organisation", subject)
    return subject, change


def _decided(change: ProposedChange, by: User) -> ProposedChange:
    change.decided_by, change.decided_at = by, timezone.now()
    change.changed_at = change.decided_at
    change.save()
    outbox.owe("partners.send_change_decided", change.pk)
    return change
