"""A project without a point has no tile: ``least`` and ``greatest`` pass over NULL, so the function must not be asked."""

from django.db import migrations

STRICT = """
ALTER FUNCTION partners_tile(float8, float8) STRICT;
UPDATE partners_projectindex SET tile = NULL WHERE lat IS NULL AND tile IS NOT NULL;
SELECT partners_count_projects((now() - interval '6 months')::date, (now() - interval '12 months')::date);
"""


class Migration(migrations.Migration):
    dependencies = [("partners", "0014_stamps")]
    operations = [migrations.RunSQL(STRICT, "ALTER FUNCTION partners_tile(float8, float8) CALLED ON NULL INPUT")]
