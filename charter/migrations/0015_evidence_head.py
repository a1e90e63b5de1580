"""The head of a chain of evidence, read once nobody else can add to it: one round trip in place of two.

The function is volatile on purpose: its SELECT sees what was committed while it waited for the lock.
"""

from django.db import migrations

HEAD = """
CREATE FUNCTION charter_evidence_head(organisation bigint, version bigint, lock bigint)
RETURNS TABLE (last_position integer, last_after varchar) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(lock);
    RETURN QUERY SELECT e.position, e.after FROM charter_evidenceevent e
        WHERE e.organisation_id = organisation AND e.version_id = version ORDER BY e.position DESC LIMIT 1;
END $$;
"""
HEADLESS = "DROP FUNCTION charter_evidence_head(bigint, bigint, bigint);"


class Migration(migrations.Migration):
    dependencies = [("charter", "0014_reminder_outcome_words")]
    operations = [migrations.RunSQL(HEAD, HEADLESS)]
