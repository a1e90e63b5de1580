"""Who changes what, and why: each writing statement says it, triggers keep it. See ``alliance.lib.models.Change``."""

import json
import re
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from django.apps import apps
from django.db import connection, models, transaction
from django.utils.functional import LazyObject, empty

from alliance.lib.models import Change

WHY_MAX = 500
VIA_MAX = 160
WRITES = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|WITH|MERGE)\b", re.IGNORECASE)
TOLD: ContextVar[dict] = ContextVar("told", default={})  # noqa: B039  never changed in place


@contextmanager
def because(user=None, motive: str = "", *, batch=None, via: str = "") -> Iterator[None]:
    """Changes written in this block are kept as made by ``user`` (a person or an id), for ``motive``, in ``batch``.

    What is not given stays what the block around says; by default the person who is signed in, and the page.
    """
    given = {"by": getattr(user, "pk", user), "why": motive.strip()[:WHY_MAX], "batch": batch, "via": via[:VIA_MAX]}
    token = TOLD.set(TOLD.get() | {key: value for key, value in given.items() if value})
    try:
        yield
    finally:
        TOLD.reset(token)


def told_now() -> dict:
    """What a statement that writes now says of itself."""
    told = dict(TOLD.get())
    request = told.pop("request", None)
    if request is None:
        return {"via": process_name()} | told
    person = signed_in(request)
    return {"via": door(request)} | ({"by": person} if person else {}) | told


def comment(told: dict) -> str:
    """In ASCII, with neither star nor percent sign: it cannot end early, and takes no parameter."""
    said = json.dumps({key: str(value).replace("\x00", "") for key, value in told.items()}, ensure_ascii=True)
    return "/* change " + said.replace("*", "\\u002a").replace("%", "\\u0025") + " */"


def tell(execute, sql, params, many, context):
    """Of every connection: writing statements end with who and why. The last comment counts, and it is ours."""
    if isinstance(sql, str) and WRITES.match(sql):
        sql = f"{sql}\n{comment(told_now())}"
    return execute(sql, params, many, context)


def listen(connection, **kwargs) -> None:
    """At each connection to the database."""
    if tell not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, tell)


@cache
def process_name() -> str:
    """« commande demo_data », « celery »: what writes outside of any request."""
    program = Path(sys.argv[0]).name
    if program == "manage.py" and len(sys.argv) > 1:
        return f"commande {sys.argv[1]}"[:VIA_MAX]
    return program[:VIA_MAX]


def door(request) -> str:
    """« gestion admin:partners_project_change »: the place and the page’s name, never a path that holds a token."""
    match = getattr(request, "resolver_match", None)
    place = {"gestion": "gestion", "espace": "espace", "api": "api"}.get(request.path.split("/")[1], "site")
    return f"{place} {match.view_name if match else ''}".strip()[:VIA_MAX]


def signed_in(request):
    """The id of the person of the request, if anybody has asked who it is; never a query."""
    user = getattr(request, "user", None)
    if isinstance(user, LazyObject) and user._wrapped is empty:
        return None
    return getattr(user, "pk", None)


class ChangesMiddleware:
    """What a request writes is its person's doing."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        token = TOLD.set({"request": request})
        try:
            return self.get_response(request)
        finally:
            TOLD.reset(token)


def changes_of(*things: models.Model) -> models.QuerySet[Change]:
    """All that happened to these things and to the rows that belong to them, newest first.

    Nothing is kept of what is known by an official code or a slug (a commune, a stake).
    """
    by_table: dict[str, list[int]] = {}
    for thing in things:
        if isinstance(thing.pk, int):
            by_table.setdefault(thing._meta.db_table, []).append(thing.pk)
    wanted = models.Q(pk__in=[])
    for table, ids in by_table.items():
        wanted |= models.Q(subject=table, subject_id__in=ids)
    return Change.objects.filter(wanted).order_by("-id")


def last_change(thing: models.Model) -> int:
    """The number of the thing's last change: a version of it and of the rows that belong to it; 0 before history."""
    return changes_of(thing).values_list("id", flat=True).first() or 0


@cache
def model_of(table: str) -> type[models.Model] | None:
    """The model of a table, of a plain many-to-many too; None when it has gone."""
    return next((model for model in apps.get_models(include_auto_created=True) if model._meta.db_table == table), None)


def forget(model: type[models.Model], ids: Collection[int], columns: Collection[str], *, of_person=None) -> int:
    """Take personal values, and the motives, out of the history of these rows; returns how many changes held any.

    ``of_person`` also takes rows that are gone and were this person's (column, id). Who did what stays, by id.
    """
    table, (column, person) = model._meta.db_table, of_person or ("", None)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL alliance.forgetting = 'on'")
        cursor.execute(
            "UPDATE lib_change SET why = '', before = before - %(columns)s::text[], after = after - %(columns)s::text[]"
            " WHERE subject = %(table)s"
            " AND (subject_id = ANY(%(ids)s) OR coalesce(before, after) ->> %(column)s = %(person)s)"
            " AND (why <> '' OR before ?| %(columns)s::text[] OR after ?| %(columns)s::text[])",
            {"table": table, "ids": list(ids), "columns": list(columns), "column": column, "person": str(person)},
        )
        found = cursor.rowcount
        cursor.execute("SET LOCAL alliance.forgetting = 'off'")
    return found
