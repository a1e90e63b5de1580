"""Orders are found by binary digits, no longer by an index; the bits are written again, with them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("partners", "0033_lists")]

    operations = [
        migrations.RemoveIndex(model_name="projectslot", name="projectslot_recent"),
        migrations.RunSQL("DELETE FROM partners_projectbase", migrations.RunSQL.noop),
    ]
