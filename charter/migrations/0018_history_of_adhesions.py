"""History of adhesions and of invitations to adhere: what was done and when, without names or addresses."""

from django.db import migrations

ADHERED = "{organisation_id,network_id,version_id,means,person_id,adhered_at,withdrawn_at,withdrawn_side}"
INVITED = "{organisation_id,network_id,version_id,sent_at,expires_at,answered_at,answer,revoked_at}"
TRACKED = [("adhesion", ADHERED), ("memberinvitation", INVITED)]  # the table, the columns that are kept


class Migration(migrations.Migration):
    dependencies = [("charter", "0017_adhesion"), ("lib", "0004_change")]
    operations = [
        migrations.RunSQL(
            "".join(f"SELECT lib_track('charter_{name}', 'charter_{name}', 'id', '{{}}', '{kept}');\n"
                    for name, kept in TRACKED),
            "".join(f"SELECT lib_untrack('charter_{name}');\n" for name, _ in TRACKED),
        )
    ]  # fmt: skip
