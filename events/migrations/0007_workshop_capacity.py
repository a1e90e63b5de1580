from django.db import migrations

# A row of a workshop has no registration: its capacity is compared alone. The rest is as in 0005.
KEPT = """
CREATE OR REPLACE FUNCTION events_workshop_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    its_id bigint;
    seats integer;
    taken integer;
BEGIN
    IF TG_TABLE_NAME = 'events_workshop' THEN its_id := NEW.id; ELSE its_id := NEW.workshop_id; END IF;
    PERFORM 1 FROM events_convention WHERE id = (
        SELECT item.convention_id FROM events_workshop w JOIN events_programmeitem item ON item.id = w.item_id
        WHERE w.id = its_id
    ) FOR NO KEY UPDATE;
    SELECT capacity INTO seats FROM events_workshop WHERE id = its_id;
    SELECT count(*) INTO taken FROM events_workshopplace WHERE workshop_id = its_id AND ended_at IS NULL;
    IF taken > seats THEN
        RAISE EXCEPTION 'workshop % has % people for % places', its_id, taken, seats
            USING ERRCODE = 'check_violation', CONSTRAINT = 'workshop_not_oversold', TABLE = TG_TABLE_NAME;
    END IF;
    IF TG_TABLE_NAME = 'events_workshop' THEN RETURN NULL; END IF;
    IF EXISTS (
        SELECT 1 FROM events_workshopplace place
        JOIN events_workshop w ON w.id = place.workshop_id
        JOIN events_programmeitem other ON other.id = w.item_id
        JOIN events_workshop mine ON mine.id = its_id
        JOIN events_programmeitem item ON item.id = mine.item_id
        WHERE place.registration_id = NEW.registration_id AND place.ended_at IS NULL AND place.workshop_id <> its_id
            AND other.starts_at < item.ends_at AND item.starts_at < other.ends_at
    ) AND EXISTS (SELECT 1 FROM events_workshopplace WHERE id = NEW.id AND ended_at IS NULL) THEN
        RAISE EXCEPTION 'registration % holds two places at once', NEW.registration_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'workshop_one_at_a_time', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0006_offered_seats")]

    operations = [migrations.RunSQL(KEPT, migrations.RunSQL.noop)]
