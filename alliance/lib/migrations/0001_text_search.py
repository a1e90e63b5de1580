"""Extensions, and an ``unaccent`` that indexes may hold. The body is bound at creation: no search_path can divert it."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        UnaccentExtension(),
        TrigramExtension(),
        BtreeGistExtension(),
        migrations.RunSQL(
            "CREATE OR REPLACE FUNCTION f_unaccent(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE"
            " RETURN unaccent('unaccent'::regdictionary, $1)",
            "DROP FUNCTION f_unaccent(text)",
        ),
    ]
