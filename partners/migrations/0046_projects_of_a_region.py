"""The keys of the projects of a perimeter, read without their rows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0045_counted_by_index")]
    operations = [
        migrations.AddIndex(
            model_name="project",
            index=models.Index(fields=["region", "id"], name="project_by_region"),
        ),
    ]
