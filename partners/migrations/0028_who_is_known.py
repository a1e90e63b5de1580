"""A dated fact names who made it as long as the portal knows that person; a statement may tell of somebody else."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION partners_identity_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    told jsonb := lib_told();
BEGIN
    IF current_setting('alliance.merging', true) = 'on' THEN
        RETURN NULL;
    END IF;
    INSERT INTO partners_identityevent (organisation_id, kind, "on", old, new, motive, by_id)
    SELECT NEW.id, c.kind, (now() AT TIME ZONE 'Europe/Paris')::date, c.old, c.new,
        coalesce(told->>'why', ''), {who}
    FROM (VALUES ('renamed', OLD.name, NEW.name), ('siren', OLD.siren, NEW.siren), ('siret', OLD.siret, NEW.siret),
                 ('address', OLD.slug, NEW.slug)) AS c (kind, old, new)
    WHERE c.old <> c.new AND c.old <> '';
    IF OLD.slug <> NEW.slug THEN
        DELETE FROM partners_formeraddress WHERE slug = NEW.slug AND organisation_id = NEW.id;
        INSERT INTO partners_formeraddress (slug, organisation_id) VALUES (OLD.slug, NEW.id)
        ON CONFLICT (slug) DO UPDATE SET organisation_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
"""
KNOWN = FUNCTION.format(who="(SELECT id FROM partners_user WHERE id = (told->>'by')::bigint)")
TOLD = FUNCTION.format(who="(told->>'by')::bigint")


class Migration(migrations.Migration):
    dependencies = [("partners", "0027_project_bits")]
    operations = [migrations.RunSQL(KNOWN, TOLD)]
