"""One mandate waits at a time; no signature enters without a verified mandate, whatever writes it."""

from django.db import migrations, models
from django.db.models import Q

POWER = """
CREATE FUNCTION charter_signature_needs_power() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM charter_mandate m
        WHERE m.id = NEW.mandate_id AND m.organisation_id = NEW.organisation_id AND m.person_id = NEW.signer_id
        AND (m.state = 'verified' OR m.state = 'contested' AND NEW.contested_at IS NOT NULL)
        AND (NEW.signed_at AT TIME ZONE 'Europe/Paris')::date
            BETWEEN m.starts_on AND coalesce(m.ends_on, 'infinity'::date)
    ) THEN
        RAISE EXCEPTION 'Sans mandat vérifié de cette personne pour cette organisation à cette date, pas de signature.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'signature_needs_power';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER needs_power BEFORE INSERT ON charter_signature
    FOR EACH ROW EXECUTE FUNCTION charter_signature_needs_power();
"""


class Migration(migrations.Migration):
    dependencies = [("charter", "0003_immutable")]
    operations = [
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.UniqueConstraint(
                fields=["organisation", "person"],
                condition=Q(state="submitted"),
                name="mandate_waiting_once",
                violation_error_message="Un mandat de cette personne attend déjà sa vérification.",
            ),
        ),
        migrations.RunSQL(POWER, migrations.RunSQL.noop),
    ]
