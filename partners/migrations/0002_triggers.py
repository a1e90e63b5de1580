"""What the database itself keeps true: places, the tree of networks, axis masks and the text index."""

from django.db import migrations

TEXT_SEARCH = """
CREATE TEXT SEARCH CONFIGURATION fr (COPY = french);
ALTER TEXT SEARCH CONFIGURATION fr
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, french_stem;
"""

PLACE = """
CREATE FUNCTION partners_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.commune_id IS NULL THEN
        NEW.department_id := NULL; NEW.region_id := NULL;
    ELSE
        SELECT department_id, region_id INTO NEW.department_id, NEW.region_id
        FROM partners_commune WHERE code = NEW.commune_id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_place BEFORE INSERT OR UPDATE ON partners_organisation
    FOR EACH ROW EXECUTE FUNCTION partners_place();
CREATE TRIGGER a_place BEFORE INSERT OR UPDATE ON partners_project
    FOR EACH ROW EXECUTE FUNCTION partners_place();
"""

TREE = """
CREATE FUNCTION partners_rank(kind text) RETURNS int LANGUAGE sql IMMUTABLE
    RETURN CASE kind WHEN 'network' THEN 0 WHEN 'regional' THEN 1 ELSE 2 END;
CREATE FUNCTION partners_tree() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.parent_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM partners_organisation p
        WHERE p.id = NEW.parent_id AND partners_rank(p.kind) < partners_rank(NEW.kind)
    ) THEN
        RAISE EXCEPTION 'a member must stand below its network' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'organisation_below_its_network';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.kind <> OLD.kind AND EXISTS (
        SELECT 1 FROM partners_organisation c
        WHERE c.parent_id = NEW.id AND partners_rank(c.kind) <= partners_rank(NEW.kind)
    ) THEN
        RAISE EXCEPTION 'a network must stand above its members' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'organisation_below_its_network';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER b_tree BEFORE INSERT OR UPDATE OF parent_id, kind ON partners_organisation
    FOR EACH ROW EXECUTE FUNCTION partners_tree();
"""

SEARCH = """
CREATE FUNCTION partners_project_words(project bigint, commune text, lead bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(' ',
        (SELECT c.name || ' ' || d.name || ' ' || r.name FROM partners_commune c
            JOIN partners_department d ON d.code = c.department_id JOIN partners_region r ON r.code = c.region_id
            WHERE c.code = commune),
        (SELECT name || ' ' || short_name FROM partners_organisation WHERE id = lead),
        (SELECT string_agg(a.label, ' ') FROM partners_project_axes pa JOIN partners_axis a ON a.id = pa.axis_id
            WHERE pa.project_id = project))
$$;
CREATE FUNCTION partners_project_index() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.keywords := partners_project_words(NEW.id, NEW.commune_id, NEW.lead_id);
    NEW.search := setweight(to_tsvector('fr', NEW.title), 'A')
        || setweight(to_tsvector('fr', NEW.keywords || ' ' || NEW.summary), 'B')
        || setweight(to_tsvector('fr', left(NEW.description, 20000)), 'C');
    RETURN NEW;
END $$;
CREATE TRIGGER c_index BEFORE INSERT OR UPDATE OF title, summary, description, commune_id, lead_id, keywords
    ON partners_project FOR EACH ROW EXECUTE FUNCTION partners_project_index();

CREATE FUNCTION partners_project_axes_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE partners_project p SET keywords = '', axes_mask = coalesce((
        SELECT bit_or(1::bigint << a.number) FROM partners_project_axes pa JOIN partners_axis a ON a.id = pa.axis_id
        WHERE pa.project_id = p.id), 0)
    WHERE p.id IN (SELECT project_id FROM changed);
    RETURN NULL;
END $$;
CREATE TRIGGER axes_added AFTER INSERT ON partners_project_axes REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION partners_project_axes_changed();
CREATE TRIGGER axes_removed AFTER DELETE ON partners_project_axes REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION partners_project_axes_changed();

CREATE FUNCTION partners_organisation_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE partners_project SET keywords = '' WHERE lead_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER renamed AFTER UPDATE OF name, short_name ON partners_organisation FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name OR OLD.short_name IS DISTINCT FROM NEW.short_name)
    EXECUTE FUNCTION partners_organisation_renamed();

CREATE FUNCTION partners_axis_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE partners_project p SET keywords = '', axes_mask = coalesce((
        SELECT bit_or(1::bigint << a.number) FROM partners_project_axes pa JOIN partners_axis a ON a.id = pa.axis_id
        WHERE pa.project_id = p.id), 0)
    WHERE p.id IN (SELECT project_id FROM partners_project_axes WHERE axis_id = NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER changed AFTER UPDATE OF number, label ON partners_axis FOR EACH ROW
    WHEN (OLD.number <> NEW.number OR OLD.label <> NEW.label) EXECUTE FUNCTION partners_axis_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_initial"), ("lib", "0001_text_search")]
    operations = [
        migrations.RunSQL(TEXT_SEARCH, migrations.RunSQL.noop),
        migrations.RunSQL(PLACE, migrations.RunSQL.noop),
        migrations.RunSQL(TREE, migrations.RunSQL.noop),
        migrations.RunSQL(SEARCH, migrations.RunSQL.noop),
    ]
