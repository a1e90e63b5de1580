"""One organisation absorbs another: everything that hangs on it moves, in one transaction, and can be taken back.

The absorbed row stays, hidden, with what cannot move: signatures, mandates, evidence. Its addresses lead to the other.
"""

import json
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from alliance.lib.changes import because, model_of
from alliance.lib.errors import Conflict, conflict_on
from alliance.portal.actions.merge_plan import NUMBERS, Plan, Share, plan
from alliance.portal.actions.merge_rules import Doubled
from partners.models import FormerAddress, IdentityEvent, Membership, Merge, Organisation

MOTIVE_MAX = 500


@dataclass
class Undone:
    """How many rows went back, and what was left where it is, in words."""

    restored: int = 0
    refused: list[str] = field(default_factory=list)


def merge_organisations(*, keep: Organisation, gone: Organisation, by, motive: str, at=None) -> Merge:
    """``keep`` absorbs ``gone``. Concurrent mergers of either wait for each other.

    Raises Conflict: "same", "absorbed", "signed_by_gone", "members_rank", "doubled".
    """
    at, motive = at or timezone.now(), checked(motive)
    with conflict_on("merge_absorbs_once", "Cette fiche a déjà été absorbée.", code="absorbed"):
        keep, gone = held(keep.pk, gone.pk)
        planned = plan(keep, gone, lock=True)
        if planned.refusals:
            raise planned.refusals[0]
        merge = Merge(keep=keep, gone=gone, by=by, motive=motive, at=at)
        with because(by, motive, batch=merge.public_id, via="fusion"):
            quietly()
            for share in planned.shares:
                move(merge, share, at)
            absorb(merge, planned)
            merge.save()
            tell(merge, IdentityEvent.Kind.MERGED, by, motive, at)
    return merge


def checked(motive: str) -> str:
    motive = motive.strip()
    if not motive or len(motive) > MOTIVE_MAX or "\x00" in motive:
        raise ValidationError(f"Donnez le motif, en {MOTIVE_MAX} caractères au plus.", code="motive")
    return motive


def held(keep_id: int, gone_id: int) -> tuple[Organisation, Organisation]:
    """Both rows, locked in the order of their keys: two mergers of one pair never wait for each other in a ring."""
    rows = Organisation.objects.select_for_update(of=("self",)).filter(pk__in=[keep_id, gone_id]).order_by("pk")
    found = {row.pk: row for row in rows.defer("search")}
    return found[keep_id], found[gone_id]


def quietly() -> None:
    """A number that passes from one to the other is no change of number: the merger tells it."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL alliance.merging = 'on'")


def move(merge: Merge, share: Share, at) -> None:
    write(merge, share.model, share.column.attname, share.moved, merge.gone_id, merge.keep_id)
    if share.rule.doubled is Doubled.DROPPED:
        drop(merge, share)
    elif share.rule.doubled is Doubled.ENDED:
        end(merge, share.doubled, at)


def write(merge: Merge, model, column: str, keys: list, before, after) -> None:
    """Set ``column`` of these rows, and remember it."""
    if keys:
        model._base_manager.filter(pk__in=keys).update(**{column: after})
        merge.moved.append({"table": model._meta.db_table, "column": column, "from": before, "to": after, "keys": keys})


def drop(merge: Merge, share: Share) -> None:
    """Delete the doubled rows, and remember them whole."""
    if not share.doubled:
        return
    table = share.model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} t WHERE id = ANY(%s) RETURNING to_jsonb(t)", [share.doubled])  # noqa: S608
        rows = [json.loads(row) if isinstance(row, str) else row for (row,) in cursor.fetchall()]
    merge.moved.append({"table": table, "dropped": rows})


def end(merge: Merge, keys: list[int], at) -> None:
    """The doubled attachments are over: one day at least after they began, as the table wants."""
    today = timezone.localdate(at)
    for membership in Membership.objects.filter(pk__in=keys).order_by("pk"):
        last = max(membership.starts_on, today)
        write(merge, Membership, "ends_on", [membership.pk], None, last.isoformat())
        if last == today:
            write(merge, Membership, "ended_at", [membership.pk], None, at.isoformat())


def absorb(merge: Merge, planned: Plan) -> None:
    """The two rows themselves: the one is hidden and gives its numbers, the other takes what it lacks."""
    keep, gone = planned.keep, planned.gone
    if keep.parent_id == gone.pk:
        set_one(merge, keep, "parent_id", gone.parent_id)
    set_one(merge, gone, "is_public", False)
    set_one(merge, gone, "parent_id", None)
    set_one(merge, gone, "absorbed_into_id", keep.pk)
    for name in NUMBERS:
        if name in planned.fills or (name == "siren" and "siret" in planned.fills):
            set_one(merge, gone, name, "")
    for name in sorted(planned.fills, key=lambda name: name == "siren"):  # never a SIREN alone before its SIRET
        set_one(merge, keep, name, planned.fills[name])
    for former in (gone.slug, str(gone.public_id)):
        address = FormerAddress.objects.create(slug=former, organisation=keep)
        merge.moved.append({"table": FormerAddress._meta.db_table, "made": [address.pk]})


def set_one(merge: Merge, row: Organisation, column: str, value) -> None:
    if getattr(row, column) != value:
        write(merge, Organisation, column, [row.pk], getattr(row, column), value)


def tell(merge: Merge, kind: str, by, motive: str, at) -> None:
    """Of both, each naming the other."""
    facts = {"kind": kind, "on": timezone.localdate(at), "old": merge.gone.name, "new": merge.keep.name}
    for one, other in ((merge.keep, merge.gone), (merge.gone, merge.keep)):
        IdentityEvent.objects.create(organisation=one, other=other, by=by, motive=motive, **facts)


def undo_merge(*, merge: Merge, by, motive: str, at=None) -> Undone:
    """Put everything back where it was; what somebody changed since is left alone, and told.

    Raises Conflict: "undone", "too_late", "merged_since".
    """
    at, motive = at or timezone.now(), checked(motive)
    with transaction.atomic():
        keep, gone = held(merge.keep_id, merge.gone_id)
        merge = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
        if merge.undone_at:
            raise Conflict("Cette fusion a déjà été annulée.", code="undone")
        if not merge.can_be_undone(at):
            raise Conflict("Une fusion s’annule dans les 30 jours : ce délai est passé.", code="too_late")
        if keep.absorbed_into_id or gone.absorbed_into_id != keep.pk:
            raise Conflict("Une fusion plus récente a suivi : annulez-la d’abord.", code="merged_since")
        undone = Undone()
        with because(by, motive, batch=merge.public_id, via="fusion annulée"):
            quietly()
            for step in reversed(merge.moved):
                take_back(step, undone)
            merge.undone_at, merge.undone_by, merge.undo_motive = at, by, motive
            merge.save(update_fields=["undone_at", "undone_by", "undo_motive"])
            tell(merge, IdentityEvent.Kind.UNMERGED, by, motive, at)
    return undone


def take_back(step: dict, undone: Undone) -> None:
    model = model_of(step["table"])
    if "made" in step:
        model._base_manager.filter(pk__in=step["made"]).delete()
    elif "dropped" in step:
        for row in step["dropped"]:
            one_back(undone, model, row["id"], lambda row=row: insert(step["table"], row))
    else:
        write_back(model, step, undone)


def write_back(model, step: dict, undone: Undone) -> None:
    """Rows whose column still says what the merger wrote: all at once, or one by one when some rule stands against."""
    still = {step["column"]: step["to"]}
    rows = model._base_manager.select_for_update(of=("self",)).filter(pk__in=step["keys"], **still)
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for key in set(step["keys"]) - set(keys):
        undone.refused.append(f"{name_of(model, key)} : modifié depuis la fusion, laissé tel quel.")

    def back(some):
        return model._base_manager.filter(pk__in=some).update(**{step["column"]: step["from"]})

    try:
        with transaction.atomic():
            undone.restored += back(keys)
    except IntegrityError:
        for key in keys:
            one_back(undone, model, key, lambda key=key: back([key]))


def one_back(undone: Undone, model, key: int, act) -> None:
    try:
        with transaction.atomic():
            undone.restored += act()
    except IntegrityError:
        undone.refused.append(f"{name_of(model, key)} : ce qui a été écrit depuis s’y oppose, laissé tel quel.")


def insert(table: str, row: dict) -> int:
    with connection.cursor() as cursor:
        statement = f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, %s::jsonb)).*"
        cursor.execute(statement, [json.dumps(row)])
        return cursor.rowcount


def name_of(model, key: int) -> str:
    """« projet « Halle » », or the noun and its number when it is gone."""
    row = model._base_manager.filter(pk=key).first()
    noun = model._meta.verbose_name
    return f"{noun} « {row} »" if row is not None else f"{noun} nº {key}"
