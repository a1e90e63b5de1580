"""Every change of these tables is kept: alliance.lib.changes. Of persons, only their rights."""

from django.db import migrations

PLACED = "{department_id,region_id}"
COUNTED = "{department_id,region_id,keywords,axes_mask}"
TRACKED = [  # the table, the thing that it belongs to, the column of that thing's id, the columns left out
    ("organisation", "organisation", "id", PLACED, "{}"),
    ("organisation_axes", "organisation", "organisation_id", "{}", "{}"),
    ("project", "project", "id", COUNTED, "{}"),
    ("project_axes", "project", "project_id", "{}", "{}"),
    ("projectpartner", "project", "project_id", "{}", "{}"),
    ("projectfigure", "project", "project_id", "{}", "{}"),
    ("agreement", "agreement", "id", "{}", "{}"),
    ("agreement_axes", "agreement", "agreement_id", "{}", "{}"),
    ("agreement_regions", "agreement", "agreement_id", "{}", "{}"),
    ("agreement_departments", "agreement", "agreement_id", "{}", "{}"),
    ("agreement_entities", "agreement", "agreement_id", "{}", "{}"),
    ("agreementversion", "agreement", "agreement_id", "{}", "{}"),
    ("membership", "membership", "id", "{}", "{}"),
    ("staffperimeter", "staffperimeter", "id", "{}", "{}"),
    ("staffperimeter_regions", "staffperimeter", "staffperimeter_id", "{}", "{}"),
    ("user", "user", "id", "{}", "{is_staff,is_superuser,is_active}"),
]


def statements(words: str) -> str:
    return "".join(
        words.format(table=f"partners_{table}", subject=f"partners_{subject}", column=column, unkept=unkept, only=only)
        for table, subject, column, unkept, only in TRACKED
    )


TRACK = "SELECT lib_track('{table}', '{subject}', '{column}', '{unkept}', '{only}');\n"
UNTRACK = "SELECT lib_untrack('{table}');\n"


class Migration(migrations.Migration):
    dependencies = [("partners", "0019_project_moderation"), ("lib", "0004_change")]
    operations = [migrations.RunSQL(statements(TRACK), statements(UNTRACK))]
