"""One line of a batch at a time: looked at, done, taken back.

The preview is the act itself, rolled back: it refuses what the act would refuse, and history tells what would change.
"""

import hashlib
import json
from dataclasses import dataclass

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest

from alliance.lib.back_office import Verb
from alliance.lib.change_words import tell_changes
from alliance.lib.changes import because
from alliance.lib.models import Change
from alliance.lib.undo import undo_things
from alliance.portal.lists.saved import site_of
from partners.models import BulkAct, BulkLine, User

State, Outcome = BulkAct.State, BulkLine.Outcome
WORDS, LABEL = 500, 200
AWAY = "hors de votre périmètre, ou disparue : rien n’a changé."
RULE = "une règle s’y oppose : rien n’a changé."
SINCE = "modifiée depuis l’aperçu : rien n’a été écrit. Refaites l’aperçu pour elle."
VIA = "gestion lots"


class Untold(list):
    """Messages that an act tells a page: a batch has its lines for that."""

    def add(self, *_) -> None:
        pass


@dataclass
class Doing:
    """What all lines of a batch share: whose rows, which act, the answers."""

    act: BulkAct
    site: admin.ModelAdmin
    verb: Verb
    request: HttpRequest
    answers: dict

    @classmethod
    def of(cls, act: BulkAct) -> "Doing | None":
        site, verb = sites_verb(act)
        request = asking(act.by)
        if verb is None or not site.has_view_permission(request) or not site.has_write_permission(request):
            return None
        answers = {"motive": act.motive} if verb.tells_motive else {}
        if verb.form:
            form = verb.form(act.by, act.values)
            if not form.is_valid():
                return None
            answers |= form.cleaned_data
        return cls(act, site, verb, request, answers)

    def rows(self, lines: list[BulkLine]) -> dict[int, object]:
        """Those that the agent may still change, read within the perimeter of this very moment."""
        rows = self.site.writable(self.request).filter(pk__in=[line.row_id for line in lines])
        return rows.select_related(*(self.site.list_select_related or [None])).in_bulk()


def asking(user: User) -> HttpRequest:
    """A request of nobody's browser, for admin classes that ask who it is."""
    request = HttpRequest()
    request.user, request._messages = user, Untold()
    return request


def sites_verb(act: BulkAct) -> tuple[admin.ModelAdmin | None, Verb | None]:
    site = site_of(act.noun)
    action = getattr(site, act.action, None) if site and act.action in (site.actions or ()) else None
    return site, getattr(action, "verb", None)


def look(act: BulkAct, lines: list[BulkLine]) -> None:
    """What each line would become; nothing of it stays."""
    _each(act, lines, keep=False)


def do(act: BulkAct, lines: list[BulkLine]) -> None:
    _each(act, lines, keep=True)


def _each(act: BulkAct, lines: list[BulkLine], *, keep: bool) -> None:
    doing = Doing.of(act)
    rows = doing.rows(lines) if doing else {}
    for line in lines:
        row = rows.get(line.row_id)
        if row is None:
            line.outcome, line.words = Outcome.REFUSED, AWAY
            continue
        line.label = doing.site.row_label(row)[:LABEL]
        _one(doing, line, row, keep=keep)


def _one(doing: Doing, line: BulkLine, row, *, keep: bool) -> None:
    try:
        with transaction.atomic():
            changes = _changes(doing, row)
            mark = mark_of(changes)
            if keep and mark != line.mark:
                raise ValidationError(SINCE)
            line.words = words_of(changes, doing.verb)
            line.mark, line.outcome = mark, Outcome.DONE if keep else Outcome.READY
            transaction.set_rollback(not keep)
    except ValidationError as refusal:
        line.outcome, line.words = Outcome.REFUSED, " ".join(refusal.messages)[:WORDS]
    except PermissionDenied:
        line.outcome, line.words = Outcome.REFUSED, AWAY
    except IntegrityError as error:
        line.outcome, line.words = Outcome.REFUSED, rule(doing.site.model, error)[:WORDS]


def _changes(doing: Doing, row) -> list[Change]:
    """Do it, and read what history kept of it."""
    batch = Change.objects.filter(batch=doing.act.public_id)
    before = batch.order_by("-id").values_list("id", flat=True).first() or 0
    with because(doing.act.by, doing.act.motive, batch=doing.act.public_id, via=VIA):
        doing.verb.act(doing.site, doing.request, row, **doing.answers)
        connection.check_constraints()
    return list(batch.filter(id__gt=before).order_by("id"))


def words_of(changes: list[Change], verb: Verb) -> str:
    said = [field.words for told in tell_changes(changes) for field in told.fields]
    said += [verb.effect] if verb.effect else []
    return " ; ".join(said)[:WORDS] or verb.label


def mark_of(changes: list[Change]) -> str:
    """What stood before, whatever would be written: dates of today may differ from one moment to the next."""
    stood = [
        [change.noun, change.row_id if change.verb == "U" else 0, change.verb, change.before] for change in changes
    ]
    return hashlib.sha256(json.dumps(stood, sort_keys=True).encode()).hexdigest()


def rule(model, error: IntegrityError) -> str:
    """The French sentence of the constraint."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
    found = next((each for each in model._meta.constraints if each.name == name), None)
    return str(found.violation_error_message) if found else RULE


def take_back(act: BulkAct, lines: list[BulkLine]) -> None:
    """Each as it was, but those that somebody has edited since, or that the agent may no longer change."""
    site, by_row = site_of(act.noun), {line.row_id: line for line in lines}
    mine = set(site.writable(asking(act.by)).filter(pk__in=by_row).values_list("pk", flat=True))
    for line in lines:
        if line.row_id not in mine:
            line.outcome, line.words = Outcome.KEPT, AWAY
    things = [(site.model._meta.db_table, row_id) for row_id in by_row if row_id in mine]
    for undone in undo_things(batch=act.public_id, things=things, by=act.by, motive=act.undo_motive):
        line = by_row[undone.subject_id]
        line.outcome = Outcome.KEPT if undone.refusal else Outcome.UNDONE
        line.words = undone.refusal or line.words


STEPS = {
    State.CHECKING: (Outcome.WAITING, look, State.PREVIEWED),
    State.RUNNING: (Outcome.READY, do, State.DONE),
    State.UNDOING: (Outcome.DONE, take_back, State.UNDONE),
}
"""State → the outcome of the lines that wait, what is done with them, the state that follows."""
