"""Certificates of attendance whose last fact no sealed paper tells yet have a marker, which triggers write.

Papers are only added. The trigger of a paper takes the row of its certificate first, as sealing does: a withdrawal
that is being written elsewhere is waited for, then seen.
"""

import django.db.models.deletion
from django.db import migrations, models

FACTS = "greatest(issued_at, withdrawn_at)"
TRIGGERS = f"""
CREATE FUNCTION events_mark_unsealed(marked bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM events_certificate c JOIN events_certificatepaper p
               ON p.certificate_id = c.id AND p.facts_at = {FACTS} WHERE c.id = marked) THEN
        DELETE FROM events_unsealedcertificate WHERE certificate_id = marked;
    ELSE
        INSERT INTO events_unsealedcertificate (certificate_id) VALUES (marked) ON CONFLICT DO NOTHING;
    END IF;
END $$;
CREATE FUNCTION events_certificate_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM events_mark_unsealed(NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER unsealed AFTER INSERT OR UPDATE OF issued_at, withdrawn_at
    ON events_certificate FOR EACH ROW EXECUTE FUNCTION events_certificate_unsealed();
CREATE FUNCTION events_paper_seals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM events_certificate WHERE id = NEW.certificate_id FOR NO KEY UPDATE;
    PERFORM events_mark_unsealed(NEW.certificate_id);
    RETURN NULL;
END $$;
CREATE TRIGGER sealed AFTER INSERT ON events_certificatepaper FOR EACH ROW EXECUTE FUNCTION events_paper_seals();
INSERT INTO events_unsealedcertificate (certificate_id) SELECT c.id FROM events_certificate c
    WHERE NOT EXISTS (SELECT FROM events_certificatepaper p WHERE p.certificate_id = c.id AND p.facts_at = {FACTS});
"""
NONE = """
DROP TRIGGER unsealed ON events_certificate;
DROP TRIGGER sealed ON events_certificatepaper;
DROP FUNCTION events_certificate_unsealed();
DROP FUNCTION events_paper_seals();
DROP FUNCTION events_mark_unsealed(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0013_history")]
    operations = [
        migrations.CreateModel(
            name="UnsealedCertificate",
            fields=[
                (
                    "certificate",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="unsealed",
                        serialize=False,
                        to="events.certificate",
                    ),
                ),
            ],
            options={
                "verbose_name": "attestation de présence à sceller",
                "verbose_name_plural": "attestations de présence à sceller",
            },
        ),
        migrations.RunSQL(TRIGGERS, NONE),
    ]
