"""The morning screen of a delegate, counted by indexes alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0046_projects_of_a_region"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="match",
            index=models.Index(
                condition=models.Q(("accepted__isnull", True), ("proposed_side", "partner")),
                fields=["proposed_at", "id"],
                include=("resource",),
                name="match_asked",
            ),
        ),
        migrations.AddIndex(
            model_name="organisation",
            index=models.Index(
                condition=models.Q(("kind", "network"), _negated=True),
                fields=["region", "id"],
                include=("absorbed_into",),
                name="organisation_of_delegate",
            ),
        ),
    ]
