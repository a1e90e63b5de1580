"""History of needs, resources and what brought them together; of arrivals, without names, addresses or words."""

from django.db import migrations

PLACED = "{region_id,lat,lon}"
INVITED = "{organisation_id,role,invited_by_id,sent_at,expires_at,accepted_at,revoked_at}"
ASKED = "{organisation_id,state,asked_at,confirmed_at,escalated_at,decided_at,decided_by_id}"
TRACKED = [  # the table, the thing that it belongs to, the column of that thing's id, columns left out, or kept alone
    ("need", "need", "id", PLACED, "{}"),
    ("match", "need", "need_id", "{}", "{}"),
    ("resource", "resource", "id", PLACED, "{}"),
    ("resource_axes", "resource", "resource_id", "{}", "{}"),
    ("invitation", "invitation", "id", "{}", INVITED),
    ("joinrequest", "joinrequest", "id", "{}", ASKED),
]
TRACK = "SELECT lib_track('partners_{}', 'partners_{}', '{}', '{}', '{}');\n"


class Migration(migrations.Migration):
    dependencies = [("partners", "0037_arrival_and_my_data"), ("lib", "0004_change")]
    operations = [
        migrations.RunSQL(
            "".join(TRACK.format(*each) for each in TRACKED),
            "".join(f"SELECT lib_untrack('partners_{table}');\n" for table, *_ in TRACKED),
        )
    ]
