"""Nouns whose rows are columns and axes, nothing more: many lines are written in a few statements."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import count

from django.db import connection, models
from django.utils import timezone

from alliance.lib.many_rows import update_each
from alliance.portal.sheets.lists import Lists
from alliance.portal.sheets.noun import Noun

# By bytes, whatever the language of the database: served by the index of SlugField.
TAKEN = """SELECT here.slug FROM unnest(%s::text[]) AS asked(base) JOIN {} AS here
ON here.slug = asked.base OR (here.slug ~>=~ (asked.base || '-') AND here.slug ~<~ (asked.base || '.'))"""


class Plain(Noun):
    """``links``: columns of the model, by the key of those that name another row; ``reserved``: addresses of pages."""

    links: dict[str, str] = {}
    reserved: frozenset[str] = frozenset()

    def fields(self, values: dict) -> dict:
        """``{column of the model: value}``."""
        return {self.links.get(key, key): value for key, value in values.items() if key != "axes"}

    def base(self, values: dict) -> str:
        """The address that a new row would like."""
        raise NotImplementedError

    def new(self, values: dict, lists: Lists) -> models.Model:
        return self.model(**self.fields(values))

    def complete(self, rows: list[models.Model]) -> None:
        """What new rows take from others."""

    def write(self, current, values: dict, lists: Lists) -> int:
        return self.write_together([(current, values)], lists)[0]

    def write_together(self, lines: list[tuple], lists: Lists) -> list[int]:
        change_alike(self.model, [(current.pk, self.fields(values)) for current, values in lines if current])
        made = iter(self.create([values for current, values in lines if not current], lists))
        keys = [current.pk if current else next(made) for current, _ in lines]
        set_links(self.model, "axes", {key: values["axes"] for key, (_, values) in zip(keys, lines, strict=True)
                                       if values.get("axes") is not None})  # fmt: skip
        return keys

    def create(self, every: list[dict], lists: Lists) -> list[int]:
        if not every:
            return []
        rows = [self.new(values, lists) for values in every]
        for row, slug in zip(rows, self.free_slugs([self.base(values) for values in every]), strict=True):
            row.slug = slug
        self.complete(rows)
        return [row.pk for row in self.model.objects.bulk_create(rows)]

    def free_slugs(self, bases: list[str]) -> Iterator[str]:
        """An address that nobody has, for each; races end in the unique constraint."""
        taken, numbers = set(self.reserved), defaultdict(lambda: count(2))
        with connection.cursor() as cursor:
            cursor.execute(TAKEN.format(connection.ops.quote_name(self.model._meta.db_table)), [sorted(set(bases))])
            taken.update(slug for (slug,) in cursor)
        for base in bases:
            slug = base
            while slug in taken:
                slug = f"{base}-{next(numbers[base])}"
            taken.add(slug)
            yield slug


def change_alike(model: type[models.Model], rows: list[tuple[int, dict]]) -> None:
    """A statement for those that change the same columns."""
    alike, now = defaultdict(list), timezone.now()
    for pk, fields in rows:
        if fields:
            alike[tuple(sorted(fields))].append((pk, fields))
    for columns, some in alike.items():
        given = [[pk, *(fields[name] for name in columns), now] for pk, fields in some]
        update_each(model, [*columns, "updated_at"], given)


def set_links(model: type[models.Model], name: str, wanted: dict[int, list]) -> None:
    """What each row is linked to; an axis that has ended stays."""
    field = model._meta.get_field(name)
    through, owner, other = field.remote_field.through, field.m2m_column_name(), field.m2m_reverse_name()
    columns = (owner, other, *(["axis__valid_to"] if name == "axes" else []))
    gone, held = [], set()
    rows = through.objects.filter(**{f"{owner}__in": wanted}).values_list("pk", *columns)
    for pk, row, key, *ended in rows if wanted else ():
        held.add((row, key))
        if not any(ended) and key not in wanted[row]:
            gone.append(pk)
    if gone:
        leaving = through.objects.filter(pk__in=gone)
        leaving._raw_delete(leaving.db)
    come = [(row, key) for row, keys in wanted.items() for key in dict.fromkeys(keys) if (row, key) not in held]
    through.objects.bulk_create(through(**{owner: row, other: key}) for row, key in come)
