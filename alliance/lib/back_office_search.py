"""Words typed above a list of the back office: neither case nor accents, each field along its own index.

``search_fields`` as Django has them: a path to a text, or ``^path`` for codes, which are looked for from their start
and only by words that hold a digit. Fields named ``search_name`` are without case and accents already.
"""

from django.db.models import F, Q, QuerySet, Value
from django.db.models.constants import LOOKUP_SEP

from alliance.lib.db import LowerUnaccent

WORDS_MAX, RESEMBLING = 8, 3
READY = "search_name"


def words_of(typed: str) -> list[str]:
    """Quotes stand for nothing; the first words count."""
    return [word for word in typed.replace("\x00", "").replace('"', " ").split() if word][:WORDS_MAX]


def searched(rows: QuerySet, fields: list[str], typed: str) -> QuerySet:
    """The rows where each word is found in one of ``fields``."""
    return holding(rows, [keys(rows.model, fields, word, "contains") for word in words_of(typed)])


def resembling(rows: QuerySet, fields: list[str], typed: str) -> QuerySet:
    """The rows where each word of three letters or more resembles one: for what nothing contains."""
    known = [word for word in words_of(typed) if len(word) >= RESEMBLING]
    if not known:
        return rows.none()
    return holding(rows, [keys(rows.model, fields, word, "trigram_word_similar") for word in known])


def holding(rows: QuerySet, found: list[QuerySet]) -> QuerySet:
    """The rows whose key is in each of ``found``: an intersection, so that each set is read once, whatever it holds."""
    if not found:
        return rows
    return rows.filter(pk__in=found[0].intersection(*found[1:]) if len(found) > 1 else found[0])


def keys(model, fields: list[str], word: str, lookup: str) -> QuerySet:
    """Keys of the rows where ``word`` is found: a union, so that each field is read along its index."""
    branches = [branch for field in fields if (branch := of_field(model, field, word, lookup)) is not None]
    return branches[0].union(*branches[1:], all=True) if len(branches) > 1 else (branches or [model.objects.none()])[0]


def of_field(model, field: str, word: str, lookup: str) -> QuerySet | None:
    code = field.startswith("^")
    if code and (lookup != "contains" or not any(letter.isdigit() for letter in word)):
        return None
    path, _, name = field.removeprefix("^").rpartition(LOOKUP_SEP)
    target = model._meta.get_field(path).related_model if path else model
    rows = target._base_manager.order_by()
    if code:
        found = rows.filter(Q((f"{name}__startswith", word.upper())) | Q((f"{name}__startswith", word)))
    else:
        text = F(name) if name == READY else LowerUnaccent(F(name))
        found = rows.alias(said=text).filter(**{f"said__{lookup}": LowerUnaccent(Value(word))})
    if not path:
        return found.values("pk")
    return model._base_manager.order_by().filter(**{f"{path}__in": found.values("pk")}).values("pk")
