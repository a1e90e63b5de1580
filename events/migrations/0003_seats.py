from django.conf import settings
from django.db import migrations, models

# Whatever writes a registration or a capacity, no commit leaves more people confirmed than seats. The check runs at
# commit and takes the row of the Convention first, so that two writers who took no lock are checked one by one.
NOT_OVERSOLD = """
CREATE FUNCTION events_convention_not_oversold() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    convention bigint;
    seats integer;
    confirmed integer;
BEGIN
    IF TG_TABLE_NAME = 'events_convention' THEN convention := NEW.id; ELSE convention := NEW.convention_id; END IF;
    SELECT capacity INTO seats FROM events_convention WHERE id = convention FOR NO KEY UPDATE;
    SELECT count(*) INTO confirmed FROM events_registration WHERE convention_id = convention AND status = 'confirmed';
    IF confirmed > seats THEN
        RAISE EXCEPTION 'convention % has % people confirmed for % seats', convention, confirmed, seats
            USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_not_oversold', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER registration_not_oversold
    AFTER INSERT OR UPDATE OF status, convention_id ON events_registration
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status = 'confirmed')
    EXECUTE FUNCTION events_convention_not_oversold();

CREATE CONSTRAINT TRIGGER convention_not_oversold
    AFTER UPDATE OF capacity ON events_convention
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.capacity < OLD.capacity)
    EXECUTE FUNCTION events_convention_not_oversold();
"""
NOT_OVERSOLD_REVERSE = """
DROP TRIGGER convention_not_oversold ON events_convention;
DROP TRIGGER registration_not_oversold ON events_registration;
DROP FUNCTION events_convention_not_oversold();
"""

# A calendar replaces an entry only by one of a higher SEQUENCE: what readers see of a Convention counts up by itself.
REVISED = """
CREATE FUNCTION events_convention_revised() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.sequence := OLD.sequence + 1;
    RETURN NEW;
END $$;

CREATE TRIGGER convention_revised
    BEFORE UPDATE ON events_convention FOR EACH ROW
    WHEN ((NEW.title, NEW.state, NEW.starts_at, NEW.ends_at, NEW.is_day_only, NEW.place, NEW.address)
        IS DISTINCT FROM (OLD.title, OLD.state, OLD.starts_at, OLD.ends_at, OLD.is_day_only, OLD.place, OLD.address))
    EXECUTE FUNCTION events_convention_revised();
"""
REVISED_REVERSE = "DROP TRIGGER convention_revised ON events_convention; DROP FUNCTION events_convention_revised();"


class Migration(migrations.Migration):
    dependencies = [("events", "0002_initial")]

    operations = [
        migrations.AlterModelOptions(
            name="programmeitem",
            options={
                "ordering": ["starts_at", "ends_at", "pk"],
                "verbose_name": "temps du programme",
                "verbose_name_plural": "temps du programme",
            },
        ),
        migrations.AddField(
            model_name="convention",
            name="report",
            field=models.TextField(blank=True, verbose_name="bilan"),
        ),
        migrations.AddField(
            model_name="registration",
            name="cancelled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=models.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(NOT_OVERSOLD, NOT_OVERSOLD_REVERSE),
        migrations.RunSQL(REVISED, REVISED_REVERSE),
    ]
