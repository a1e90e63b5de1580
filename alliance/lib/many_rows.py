"""Many rows written in one statement, each with values of its own: triggers of a statement run once for all of them."""

import re
from collections.abc import Sequence

from django.db import connection, models

UPDATE = "UPDATE {table} AS here SET {sets} FROM (VALUES {values}) AS given ({names}) WHERE here.{key} = given.{key}"
LENGTH = re.compile(r"\([\d, ]+\)")  # what is cast to varchar(9) is cut; what is assigned is refused


def update_each(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence]) -> int:
    """Give each row (its key, then a value for each of ``columns``) its values; how many rows there were.

    The columns are ``attname``: « commune_id ». Nothing else is written, nor anything computed: say ``updated_at`` too.
    """
    if not rows or not columns:
        return 0
    meta, quoted = model._meta, connection.ops.quote_name
    fields = [meta.pk, *(meta.get_field(name) for name in columns)]
    typed = [f"%s::{LENGTH.sub('', field.rel_db_type(connection) if field is meta.pk else field.db_type(connection))}"
             for field in fields]  # fmt: skip
    names = [quoted(field.column) for field in fields]
    sql = UPDATE.format(
        table=quoted(meta.db_table),
        sets=", ".join(f"{name} = given.{name}" for name in names[1:]),
        values=f"({', '.join(typed)})" + f", ({', '.join(['%s'] * len(fields))})" * (len(rows) - 1),
        names=", ".join(names),
        key=names[0],
    )
    values = [
        field.get_db_prep_save(value, connection) for row in rows for field, value in zip(fields, row, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


def insert_each(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Insert rows exactly as they are, their key and dates too."""
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    manager = model._base_manager
    manager._insert(list(rows), fields=fields, using=manager.db, raw=True)


def update_fields(rows: Sequence[models.Model], columns: Sequence[str]) -> int:
    """The same, of instances that have the values already."""
    if not rows:
        return 0
    return update_each(type(rows[0]), columns, [[row.pk, *(getattr(row, name) for name in columns)] for row in rows])
