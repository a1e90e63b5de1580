"""Changes in French: the fields by their labels, what they refer to by its name. A constant number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth import get_user_model
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst

from alliance.lib import french
from alliance.lib.changes import model_of
from alliance.lib.models import Change

NOTHING = "rien"
GONE = "supprimé depuis"
DOORS = {"gestion": "gestion", "espace": "espace partenaire", "api": "API", "site": "site public", "sql": "base"}
Named = dict[type[models.Model], dict]


@dataclass(frozen=True)
class FieldChange:
    label: str
    before: str
    after: str

    @property
    def words(self) -> str:
        """« Nom : Avant → Après », or the only value there is."""
        values = [value for value in (self.before, self.after) if value != NOTHING]
        return f"{self.label} : {f'{self.before} → {self.after}' if len(values) == 2 else values[0]}"


@dataclass(frozen=True)
class Told:
    """``title``: « Projet territorial : modification »; ``door``: where it was written; ``of``: of which row."""

    change: Change
    title: str
    who: str
    door: str
    fields: tuple[FieldChange, ...]
    of: str = ""


def tell_changes(changes: Iterable[Change]) -> list[Told]:
    """In their order. One query for each kind of thing that they refer to, however many changes."""
    changes = list(changes)
    names = names_of(changes)
    return [
        Told(change, title_of(change), who(change, names), door_of(change), tuple(fields_of(change, names)))
        for change in changes
    ]


def title_of(change: Change) -> str:
    model = model_of(change.noun)
    if model is None:
        return change.get_verb_display()
    if many := many_of(change):
        added = "ajout" if change.verb == Change.Verb.CREATED else "retrait"
        return capfirst(f"{many.verbose_name} : {added}")
    return capfirst(f"{model._meta.verbose_name} : {change.get_verb_display()}")


def who(change: Change, names: Named) -> str:
    if change.by_id is None:
        return "le portail" if change.via != "sql" else "hors du portail"
    return names.get(get_user_model(), {}).get(change.by_id, "une personne dont le compte est effacé")


def door_of(change: Change) -> str:
    return DOORS.get(change.via.split(" ")[0], change.via)


def many_of(change: Change):
    """The many-to-many field whose plain table this is."""
    model, subject = model_of(change.noun), model_of(change.subject)
    if model is None or subject is None or not model._meta.auto_created:
        return None
    return next((field for field in subject._meta.many_to_many if field.remote_field.through is model), None)


def columns_of(change: Change) -> list[tuple[models.Field, object, object]]:
    """``(field, before, after)`` in the model's order; columns that have gone since are left out."""
    model, before, after = model_of(change.noun), change.before or {}, change.after or {}
    if model is None:
        return []
    return [
        (field, before.get(field.attname), after.get(field.attname))
        for field in model._meta.concrete_fields
        if (field.attname in before or field.attname in after) and tells(field) and not leads_back(field, change)
    ]


def tells(field: models.Field) -> bool:
    """Keys and moments of writing tell nothing to a reader."""
    return not field.primary_key and field.name not in ("public_id", "created_at", "updated_at")


def leads_back(field: models.Field, change: Change) -> bool:
    subject = model_of(change.subject)
    return change.noun != change.subject and field.is_relation and field.related_model is subject


def names_of(changes: list[Change]) -> Named:
    wanted: dict[type[models.Model], set] = {get_user_model(): {change.by_id for change in changes if change.by_id}}
    for change in changes:
        for field, *values in columns_of(change):
            if field.is_relation:
                wanted.setdefault(field.related_model, set()).update(value for value in values if value is not None)
    return {model: names_in(model, keys) for model, keys in wanted.items() if keys}


def names_in(model: type[models.Model], keys: set) -> dict:
    heavy = [field.name for field in model._meta.fields if isinstance(field, (models.TextField, SearchVectorField))]
    return {pk: str(row) for pk, row in model._base_manager.defer(*heavy).in_bulk(keys).items()}


def fields_of(change: Change, names: Named) -> Iterable[FieldChange]:
    for field, before, after in columns_of(change):
        was, now = in_words(field, before, names), in_words(field, after, names)
        if was != NOTHING or now != NOTHING:
            plain = field.model._meta.auto_created
            label = field.related_model._meta.verbose_name if plain else field.verbose_name
            yield FieldChange(capfirst(str(label)), was, now)


def in_words(field: models.Field, value, names: Named) -> str:
    if value is None or value == "":
        return NOTHING
    if field.is_relation:
        return names.get(field.related_model, {}).get(value, GONE)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    try:
        python = field.to_python(value)
    except ValidationError:
        return str(value)
    if isinstance(python, datetime):
        return french.long_moment(python)
    return french.long_date(python) if isinstance(python, date) else str(python)
