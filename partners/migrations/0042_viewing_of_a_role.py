"""« Voir comme » through a role in an organisation, whether or not somebody holds it."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("partners", "0041_waiting_in_order")]
    operations = [
        migrations.AddField(
            "viewing",
            "organisation",
            models.ForeignKey("partners.organisation", on_delete=models.deletion.PROTECT, null=True, related_name="+"),
        ),
        migrations.AddField(
            "viewing",
            "role",
            models.CharField(
                "rôle",
                blank=True,
                choices=[
                    ("administrator", "administrateur ou administratrice"),
                    ("signatory", "représentant habilité"),
                    ("contributor", "contributeur ou contributrice"),
                    ("reader", "lecteur ou lectrice"),
                ],
                max_length=13,
                default="",
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            "viewing",
            "person",
            models.ForeignKey(
                "partners.user",
                on_delete=models.deletion.PROTECT,
                null=True,
                related_name="+",
                verbose_name="vu comme",
            ),
        ),
        migrations.AddConstraint(
            "viewing",
            models.CheckConstraint(
                condition=Q(person__isnull=False, organisation__isnull=True, role="")
                | Q(person__isnull=True, organisation__isnull=False) & ~Q(role=""),
                name="viewing_of_a_person_or_a_role",
            ),
        ),
    ]
