"""History of photos, beside that of their project, and of what partners propose; without credits, which name people."""

from django.db import migrations

TRACK = """
SELECT lib_track('partners_projectphoto', 'partners_project', 'project_id', '{credit}', '{}');
SELECT lib_track('partners_proposedchange', 'partners_proposedchange', 'id', '{note,escalated_days}', '{}');
"""
UNTRACK = "SELECT lib_untrack('partners_projectphoto'); SELECT lib_untrack('partners_proposedchange');"


class Migration(migrations.Migration):
    dependencies = [("partners", "0039_queues_by_age"), ("lib", "0004_change")]
    operations = [migrations.RunSQL(TRACK, UNTRACK)]
