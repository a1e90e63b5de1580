"""``f_unaccent`` in PL/pgSQL: PostgreSQL does not inline the SQL wrapper, and starting it cost six times ``unaccent``.

The same answers, so that indexes stand; names are qualified when it is made: no search_path can divert it.
"""

from django.db import migrations

SOONER = """
DO $$
DECLARE
    home name := (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
                  WHERE e.extname = 'unaccent');
BEGIN
    EXECUTE format(
        'CREATE OR REPLACE FUNCTION f_unaccent(text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE'
        ' AS %L',
        format('BEGIN RETURN %1$I.unaccent(%2$L::pg_catalog.regdictionary, $1); END', home, format('%I.unaccent', home))
    );
END $$
"""
BEFORE = (
    "CREATE OR REPLACE FUNCTION f_unaccent(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE"
    " RETURN unaccent('unaccent'::regdictionary, $1)"
)


class Migration(migrations.Migration):
    dependencies = [("lib", "0004_change")]
    operations = [migrations.RunSQL(SOONER, BEFORE)]
