"""What is counted of 100,000 rows is counted along an index, without their texts."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("charter", "0020_unsealed"),
        ("partners", "0045_counted_by_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="signature",
            index=models.Index(
                condition=models.Q(
                    ("contested_at__isnull", True),
                    ("countersigned_at__isnull", False),
                    ("refused_at__isnull", True),
                    ("withdrawn_at__isnull", True),
                ),
                fields=["organisation", "version", "id"],
                name="signature_current",
            ),
        ),
        migrations.AddIndex(
            model_name="signature",
            index=models.Index(
                condition=models.Q(("withdrawn_at__isnull", False)),
                fields=["organisation", "withdrawn_at"],
                name="signature_withdrawn",
            ),
        ),
    ]
