"""History of a Convention, of its programme, of whom it invites and of its doors; of speakers, without who they are."""

from django.db import migrations

CONSENT = "{item_id,asked_at,consented_at,withdrawn_at}"
TRACKED = [  # the table, the thing that it belongs to, the column of that thing's id, columns left out, or kept alone
    ("convention", "convention", "id", "{sequence,is_demo}", "{}"),
    ("seatquota", "convention", "convention_id", "{}", "{}"),
    ("programmeitem", "convention", "convention_id", "{sequence}", "{}"),
    ("programmeversion", "convention", "convention_id", "{content,links}", "{}"),
    ("invitationround", "invitationround", "id", "{digest}", "{}"),
    ("door", "door", "id", "{}", "{}"),
    ("workshop", "programmeitem", "item_id", "{}", "{}"),
    ("programmechange", "programmeitem", "item_id", "{}", "{}"),
    ("speaker", "programmeitem", "item_id", "{}", CONSENT),
]
TRACK = "SELECT lib_track('events_{}', 'events_{}', '{}', '{}', '{}');\n"


class Migration(migrations.Migration):
    dependencies = [("events", "0012_invitations_needs_reminders_feeds"), ("lib", "0004_change")]
    operations = [
        migrations.RunSQL(
            "".join(TRACK.format(*each) for each in TRACKED),
            "".join(f"SELECT lib_untrack('events_{table}');\n" for table, *_ in TRACKED),
        )
    ]
