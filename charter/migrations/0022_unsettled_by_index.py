"""The few signatures that are not settled at a moment, found without reading the others."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("charter", "0021_counted_by_index"),
        ("partners", "0047_work_by_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="signature",
            index=models.Index(fields=["countersigned_at"], name="signature_countersigned"),
        ),
        migrations.AddIndex(
            model_name="signature",
            index=models.Index(
                condition=models.Q(("contested_at__isnull", False)), fields=["contested_at"], name="signature_contested"
            ),
        ),
    ]
