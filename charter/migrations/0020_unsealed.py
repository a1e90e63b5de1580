"""Signatures whose last fact no sealed paper tells yet have a marker, which triggers write: a count of what waits does
not read what is sealed.

Papers are only added. The trigger of a paper takes the row of its signature first, as sealing does: a fact that is
being added elsewhere is waited for, then seen.
"""

import django.db.models.deletion
from django.db import migrations, models

FACTS = "greatest(signed_at, countersigned_at, refused_at, withdrawn_at, contested_at)"
TRIGGERS = f"""
CREATE FUNCTION charter_mark_unsealed(marked bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM charter_signature s JOIN charter_paper p ON p.signature_id = s.id AND p.facts_at = {FACTS}
               WHERE s.id = marked) THEN
        DELETE FROM charter_unsealed WHERE signature_id = marked;
    ELSE
        INSERT INTO charter_unsealed (signature_id) VALUES (marked) ON CONFLICT DO NOTHING;
    END IF;
END $$;
CREATE FUNCTION charter_signature_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM charter_mark_unsealed(NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER unsealed AFTER INSERT OR UPDATE OF signed_at, countersigned_at, refused_at, withdrawn_at, contested_at
    ON charter_signature FOR EACH ROW EXECUTE FUNCTION charter_signature_unsealed();
CREATE FUNCTION charter_paper_seals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM charter_signature WHERE id = NEW.signature_id FOR NO KEY UPDATE;
    PERFORM charter_mark_unsealed(NEW.signature_id);
    RETURN NULL;
END $$;
CREATE TRIGGER sealed AFTER INSERT ON charter_paper FOR EACH ROW EXECUTE FUNCTION charter_paper_seals();
INSERT INTO charter_unsealed (signature_id) SELECT s.id FROM charter_signature s
    WHERE NOT EXISTS (SELECT FROM charter_paper p WHERE p.signature_id = s.id AND p.facts_at = {FACTS});
"""
NONE = """
DROP TRIGGER unsealed ON charter_signature;
DROP TRIGGER sealed ON charter_paper;
DROP FUNCTION charter_signature_unsealed();
DROP FUNCTION charter_paper_seals();
DROP FUNCTION charter_mark_unsealed(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("charter", "0019_queues_by_age")]
    operations = [
        migrations.CreateModel(
            name="Unsealed",
            fields=[
                (
                    "signature",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="unsealed",
                        serialize=False,
                        to="charter.signature",
                    ),
                ),
            ],
            options={"verbose_name": "signature à sceller", "verbose_name_plural": "signatures à sceller"},
        ),
        migrations.RunSQL(TRIGGERS, NONE),
        migrations.AddIndex(
            model_name="paper",
            index=models.Index(
                condition=models.Q(("stamped_at__isnull", True)),
                fields=["signature", "revision"],
                include=["sealed_at"],
                name="paper_unstamped",
            ),
        ),
    ]
