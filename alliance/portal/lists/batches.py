"""An act upon many rows: chosen, looked at beforehand, done, taken back. The states of one batch, under its lock."""

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from alliance import outbox
from alliance.lib.back_office_lists import COUNTED
from alliance.lib.errors import Conflict
from alliance.lib.undo import LASTS
from alliance.portal.lists.doing import STEPS, sites_verb
from partners.models import BulkAct, BulkLine, User

State, Outcome = BulkAct.State, BulkLine.Outcome
HERE, CHUNK = 50, 100
"""As many lines at once in the request itself; in the worker, beyond: each chunk is a transaction of its own."""
TOO_MANY = f"Une action groupée porte sur {COUNTED:,} lignes au plus : affinez les filtres.".replace(",", "\u202f")
NO_LONGER = "Cette action groupée n’en est plus là : relisez la page."


@transaction.atomic
def choose(*, by: User, noun: str, action: str, rows: QuerySet) -> BulkAct:
    """Keep the keys of ``rows``, at most 10,000. Raises ValidationError "none"; Conflict "too_many"."""
    act = BulkAct.objects.create(noun=noun, action=action, by=by)
    keys, params = rows.order_by("pk").values("pk")[: COUNTED + 1].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO partners_bulkline (act_id, row_id, label, outcome, words, mark)"  # noqa: S608  the list's own query
            f" SELECT %s, found.*, '', 'waiting', '', '' FROM ({keys}) found",
            [act.pk, *params],
        )
        count = cursor.rowcount
    if count > COUNTED:
        raise Conflict(TOO_MANY, code="too_many")
    if not count:
        raise ValidationError("Aucune de ces lignes n’est dans votre périmètre.", code="none")
    return act


def _locked(act: BulkAct, *states: str) -> BulkAct:
    act = BulkAct.objects.select_for_update(of=("self",)).select_related("by").get(pk=act.pk)
    if act.state not in states:
        raise Conflict(NO_LONGER, code="state")
    return act


def _begin(act: BulkAct, state: str, *fields: str) -> None:
    """Work at once when there is little of it; else owe it."""
    act.state = state
    act.save(update_fields=["state", *fields])
    if act.lines.count() <= HERE:
        while _step(act):
            pass
    else:
        outbox.owe("portal.work_on_batch", act.pk)


@transaction.atomic
def look(*, act: BulkAct, values: dict, motive: str) -> BulkAct:
    """Find out what each line would become. Raises Conflict "state"; ValidationError "motive"."""
    act = _locked(act, State.CHOSEN, State.PREVIEWED)
    if not motive.strip():
        raise ValidationError("Donnez le motif : il reste dans l’historique de chaque ligne.", code="motive")
    act.values, act.motive = values, motive.strip()
    act.lines.update(outcome=Outcome.WAITING, words="", mark="")
    _begin(act, State.CHECKING, "values", "motive")
    return act


@transaction.atomic
def begin(*, act: BulkAct) -> BulkAct:
    """Do it. Raises Conflict "state", "none"."""
    act = _locked(act, State.PREVIEWED)
    if not act.lines.filter(outcome=Outcome.READY).exists():
        raise Conflict("Aucune ligne ne peut changer ainsi.", code="none")
    act.begun_at = timezone.now()
    _begin(act, State.RUNNING, "begun_at")
    return act


@transaction.atomic
def take_back(*, act: BulkAct, motive: str) -> BulkAct:
    """Raises Conflict "state", "not_promised", "too_late", "none"; ValidationError "motive"."""
    act = _locked(act, State.DONE)
    _, verb = sites_verb(act)
    if verb is None or not verb.is_undone:
        raise Conflict("Cette action ne s’annule pas d’un coup : reprenez ses lignes une à une.", code="not_promised")
    if act.done_at < timezone.now() - LASTS:
        raise Conflict("Une action groupée s’annule dans les 30 jours : ce délai est passé.", code="too_late")
    if not motive.strip():
        raise ValidationError("Donnez le motif de l’annulation.", code="motive")
    if not act.lines.filter(outcome=Outcome.DONE).exists():
        raise Conflict("Rien n’a été fait : il n’y a rien à annuler.", code="none")
    act.undo_motive = motive.strip()
    _begin(act, State.UNDOING, "undo_motive")
    return act


@transaction.atomic
def give_up(*, act: BulkAct) -> None:
    """Forget what was only looked at; stop what runs: what is done stays. Raises Conflict "state"."""
    act = _locked(act, State.CHOSEN, State.CHECKING, State.PREVIEWED, State.RUNNING)
    if act.state != State.RUNNING:
        act.delete()
        return
    stopped = act.lines.filter(outcome=Outcome.READY)
    stopped.update(outcome=Outcome.REFUSED, words="arrêté avant cette ligne : rien n’a changé.")
    _end(act)


def work(act_id: int) -> None:
    """The next lines, inside the worker's transaction; what is left is owed again. Two workers wait for each other."""
    act = BulkAct.objects.select_for_update(of=("self",)).select_related("by").filter(pk=act_id).first()
    if act is not None and act.is_working and _step(act):
        outbox.owe("portal.work_on_batch", act.pk)


def _step(act: BulkAct) -> bool:
    """Whether there is more to do."""
    outcome, step, _ = STEPS[act.state]
    lines = list(act.lines.filter(outcome=outcome).order_by("pk")[:CHUNK])
    if lines:
        step(act, lines)
        BulkLine.objects.bulk_update(lines, ["label", "outcome", "words", "mark"])
    if act.lines.filter(outcome=outcome).exists():
        return True
    _end(act)
    return False


def _end(act: BulkAct) -> None:
    act.state = STEPS[act.state][2]
    moment = {State.DONE: "done_at", State.UNDONE: "undone_at"}.get(act.state)
    if moment:
        setattr(act, moment, timezone.now())
    act.save(update_fields=["state", *([moment] if moment else [])])
