"""What is counted of 100,000 rows is counted along an index, without their texts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0044_labels_in_french"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(
                condition=models.Q(("state", "active")),
                fields=["organisation", "starts_on", "ends_on"],
                name="agreement_running",
            ),
        ),
        migrations.AddIndex(
            model_name="organisation",
            index=models.Index(
                condition=models.Q(("absorbed_into__isnull", True)),
                fields=["region", "id"],
                name="organisation_standing",
            ),
        ),
    ]
