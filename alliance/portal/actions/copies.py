"""A copy of what the portal holds about a person: asked here, made by the worker."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone

from alliance import outbox
from alliance.lib import french, pdf
from alliance.lib.errors import conflict_on
from alliance.portal.actions.copied_names import Names
from alliance.portal.actions.personal_rules import EMPTIED, RULES, TYPED, relations
from events.models import Attendee, AttendeeNeeds, Proposal, ProposalSupport, Registration
from partners.models import DataExport, User
from partners.models.personal import EXPORT_KEPT

WORK = "portal.make_copy"
ROWS, ON_PAPER = 5_000, 200
# What would open a door, or says nothing to its reader.
SECRET = {
    "password", "digest", "data", "session_key", "session_digest", "code_hash", "salt", "challenge", "assertion",
    "commitment", "before", "after", "content", "document", "credential_id", "act_id", "public_id", "token", "search",
    "code", "seen_keys", "seen_marks", "client_key", "get_data", "post_data", "document_digest", "reply",
    "session_hash",
}  # fmt: skip


def ask_copy(*, person: User, at: datetime) -> DataExport:
    """Owe the copy. Raises Conflict "in_the_making" when one is being made already."""
    with conflict_on("data_export_made_once", "Une copie est déjà en préparation.", code="in_the_making"):
        asked = DataExport.objects.create(user=person, asked_at=at, expires_at=at + EXPORT_KEPT)
        outbox.owe("portal.make_copy", asked.pk)
    return asked


def make_copy(export_id: int) -> None:
    """Both files at once; nothing when the copy was erased meanwhile."""
    asked = DataExport.objects.select_related("user").filter(pk=export_id, made_at__isnull=True).first()
    if asked is None:
        return
    at = timezone.now()
    said = gather(asked.user, at)
    document = pdf.render("pdf/portal/my_data.typ", readable(said), at=at.replace(microsecond=0))
    with transaction.atomic():
        DataExport.objects.filter(pk=export_id).update(
            data=json.dumps(said, ensure_ascii=False, indent=1).encode(), document=document, made_at=at
        )


def gather(person: User, at: datetime) -> dict:
    """``{"title", "made_on", "sections": [{"title", "rows": [{label: value}]}]}``, without secrets."""
    account = {"adresse électronique": person.email, "nom": person.full_name, "depuis": plain(person.date_joined)}
    account["dernière connexion"] = plain(person.last_login)
    sections, names = {"Votre compte": [account]}, Names()
    for name, model, field in relations():
        rows = model._base_manager.filter(**{field.name: person})
        if found := all_described(rows, names, field.name):
            sections.setdefault(RULES[name].title, []).extend(found)
    for title, rows in [*typed_rows(person, TYPED | EMPTIED), *_of_attendances(person)]:
        if found := all_described(rows, names):
            sections.setdefault(title, []).extend(found)
    return {
        "title": "Copie de vos données",
        "person": str(person),
        "made_on": french.long_moment(at),
        "sections": [{"title": title, "rows": rows} for title, rows in sections.items()],
    }


def typed_rows(person: User, places: dict[str, str]) -> Iterator[tuple[str, models.QuerySet]]:
    """Rows that hold the person's address without naming the account."""
    for path, title in places.items():
        label, _, column = path.rpartition(".")
        yield title, apps.get_model(label)._base_manager.filter(**{f"{column}__iexact": person.email})


def _of_attendances(person: User) -> Iterator[tuple[str, models.QuerySet]]:
    """What hangs on a participation, which itself names the person."""
    mine = Attendee.objects.filter(models.Q(user=person) | models.Q(email__iexact=person.email))
    yield "Inscriptions aux Conventions", Registration.objects.filter(attendee__in=mine)
    yield "Propositions en atelier", Proposal.objects.filter(authors__registration__attendee__in=mine)
    yield "Soutiens à des propositions", ProposalSupport.objects.filter(registration__attendee__in=mine)
    yield "Besoins dits pour une rencontre", AttendeeNeeds.objects.filter(registration__attendee__in=mine)


def all_described(rows: models.QuerySet, names: Names, left_out: str = "") -> list[dict[str, str]]:
    found = list(rows.order_by("pk")[:ROWS])
    names.read(found)
    told = [described(row, names, left_out) for row in found]
    if len(found) == ROWS and (more := rows.count() - ROWS):
        told.append({"suite": f"{french.count(more, 'ligne')} de plus : demandez-les par la page « Confidentialité »."})
    return told


def readable(said: dict) -> dict:
    """What is read on paper: of each section the first rows, and how many more the other file holds."""
    sections = [each | {"count": len(each["rows"]), "rows": _first(each["rows"])} for each in said["sections"]]
    return said | {"sections": sections}


def _first(rows: list[dict]) -> list[dict]:
    more = len(rows) - ON_PAPER
    if more <= 0:
        return rows
    return [*rows[:ON_PAPER], {"suite": f"{french.count(more, 'ligne')} de plus dans le fichier « donnees.json »."}]


def described(row: models.Model, names: Names, left_out: str = "") -> dict[str, str]:
    """The columns of a row that have a value, by their French names."""
    found = {}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if field.name in SECRET or field.name == left_out or field.primary_key or value in (None, "", [], {}):
            continue
        if isinstance(field, models.ForeignKey):
            found[str(field.verbose_name)] = names.of(row, field)
        elif not isinstance(field, models.BinaryField):
            shown = getattr(row, f"get_{field.name}_display", None)
            found[str(field.verbose_name)] = plain(shown() if shown else value)
    return found


def plain(value) -> str:
    """As a person reads it."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return french.long_moment(value)
    if isinstance(value, date):
        return french.long_date(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return "" if value is None else str(value) if not isinstance(value, UUID) else value.hex
