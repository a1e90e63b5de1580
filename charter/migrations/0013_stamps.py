"""Writes of what the public reads change its version: alliance.lib.stamps."""

from django.db import migrations

TABLES = {"charter": ("signature", "charterversion", "carriedover")}


def triggers(statement: str) -> str:
    return "".join(
        statement.format(table=f"charter_{name}", noun=noun) for noun, names in TABLES.items() for name in names
    )


STAMPED = """
CREATE TRIGGER stamped AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION lib_stamp('{noun}');
"""
UNDO = "DROP TRIGGER stamped ON {table};"


class Migration(migrations.Migration):
    dependencies = [("charter", "0012_archive"), ("lib", "0003_stamps")]
    operations = [migrations.RunSQL(triggers(STAMPED), triggers(UNDO))]
