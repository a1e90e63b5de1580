"""History: every change of a tracked table is kept by triggers, whatever wrote it. See docs/decisions (history)."""

from django.db import migrations, models
from django.db.models.functions import Now

# Who and why come with the statement itself, in its last comment: nothing is left behind in a pooled session.
KEEP = """
CREATE FUNCTION lib_told() RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce(substring(right(current_query(), 8000) from '/\\* change (\\{[^*]*\\}) \\*/\\s*$')::jsonb,
        '{"via": "sql"}'::jsonb)
$$;

CREATE FUNCTION lib_kept(whole jsonb, unkept text[], wanted text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN wanted = '{}' THEN whole - unkept
        ELSE coalesce((SELECT jsonb_object_agg(key, value) FROM jsonb_each(whole) WHERE key = ANY (wanted)), '{}') END
$$;

CREATE FUNCTION lib_keep_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    subject text := TG_ARGV[0];
    at_column text := TG_ARGV[1];
    wanted text[] := TG_ARGV[3]::text[];
    computed text[] := TG_ARGV[2]::text[] || ARRAY(
        SELECT attname::text FROM pg_attribute WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped
        AND (attgenerated <> '' OR atttypid IN ('tsvector'::regtype, 'bytea'::regtype)));
    unkept text[] := computed || '{id,created_at,updated_at}'::text[];
    told jsonb := lib_told();
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO lib_change (noun, row_id, subject, subject_id, verb, before, after, by_id, why, batch, via)
        SELECT TG_TABLE_NAME, o.id, subject, (to_jsonb(n)->>at_column)::bigint, 'U', d.before, d.after,
            (told->>'by')::bigint, coalesce(told->>'why', ''), (told->>'batch')::uuid, coalesce(told->>'via', '')
        FROM gone o JOIN come n ON n.id = o.id,
        LATERAL (SELECT lib_kept(to_jsonb(o), unkept, wanted) AS was, lib_kept(to_jsonb(n), unkept, wanted) AS now
            OFFSET 0) j,
        LATERAL (SELECT jsonb_object_agg(w.key, w.value) AS before, jsonb_object_agg(w.key, j.now->w.key) AS after
            FROM jsonb_each(j.was) w WHERE j.now->w.key IS DISTINCT FROM w.value) d
        WHERE j.was <> j.now;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO lib_change (noun, row_id, subject, subject_id, verb, after, by_id, why, batch, via)
        SELECT TG_TABLE_NAME, n.id, subject, (to_jsonb(n)->>at_column)::bigint, 'I',
            jsonb_strip_nulls(lib_kept(to_jsonb(n), unkept, wanted)),
            (told->>'by')::bigint, coalesce(told->>'why', ''), (told->>'batch')::uuid, coalesce(told->>'via', '')
        FROM come n;
    ELSE
        INSERT INTO lib_change (noun, row_id, subject, subject_id, verb, before, by_id, why, batch, via)
        SELECT TG_TABLE_NAME, o.id, subject, (to_jsonb(o)->>at_column)::bigint, 'D',
            lib_kept(to_jsonb(o), computed, wanted),
            (told->>'by')::bigint, coalesce(told->>'why', ''), (told->>'batch')::uuid, coalesce(told->>'via', '')
        FROM gone o;
    END IF;
    RETURN NULL;
END $$;
"""
TRACK = """
CREATE FUNCTION lib_track(tracked regclass, subject text, at_column text,
    unkept text[] DEFAULT '{}', wanted text[] DEFAULT '{}') RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    told text := format('%L, %L, %L, %L', subject, at_column, unkept, wanted);
BEGIN
    EXECUTE format('CREATE TRIGGER kept_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS come'
        ' FOR EACH STATEMENT EXECUTE FUNCTION lib_keep_change(%s)', tracked, told);
    EXECUTE format('CREATE TRIGGER kept_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS gone NEW TABLE AS come'
        ' FOR EACH STATEMENT EXECUTE FUNCTION lib_keep_change(%s)', tracked, told);
    EXECUTE format('CREATE TRIGGER kept_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS gone'
        ' FOR EACH STATEMENT EXECUTE FUNCTION lib_keep_change(%s)', tracked, told);
END $$;

CREATE FUNCTION lib_untrack(tracked regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    verb text;
BEGIN
    FOREACH verb IN ARRAY ARRAY['insert', 'update', 'delete'] LOOP
        EXECUTE format('DROP TRIGGER kept_%s ON %s', verb, tracked);
    END LOOP;
END $$;
"""
ONLY_GROWS = """
CREATE FUNCTION lib_change_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('alliance.forgetting', true) = 'on'
        AND (NEW.id, NEW.at, NEW.noun, NEW.row_id, NEW.subject, NEW.subject_id, NEW.verb, NEW.by_id, NEW.batch, NEW.via)
        IS NOT DISTINCT FROM
        (OLD.id, OLD.at, OLD.noun, OLD.row_id, OLD.subject, OLD.subject_id, OLD.verb, OLD.by_id, OLD.batch, OLD.via)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'history only grows: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON lib_change
    FOR EACH ROW EXECUTE FUNCTION lib_change_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON lib_change
    FOR EACH STATEMENT EXECUTE FUNCTION lib_change_only_grows();
"""
NO_KEEP = "DROP FUNCTION lib_keep_change(); DROP FUNCTION lib_kept(jsonb, text[], text[]); DROP FUNCTION lib_told()"
NO_TRACK = "DROP FUNCTION lib_untrack(regclass); DROP FUNCTION lib_track(regclass, text, text, text[], text[])"
NO_GROWTH = """
DROP TRIGGER never_emptied ON lib_change;
DROP TRIGGER only_grows ON lib_change;
DROP FUNCTION lib_change_only_grows();
"""


class Migration(migrations.Migration):
    dependencies = [("lib", "0003_stamps")]
    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=Now(), verbose_name="le")),
                ("noun", models.CharField(max_length=63, verbose_name="table")),
                ("row_id", models.BigIntegerField(verbose_name="ligne")),
                ("subject", models.CharField(max_length=63, verbose_name="nom")),
                ("subject_id", models.BigIntegerField()),
                (
                    "verb",
                    models.CharField(
                        choices=[("I", "création"), ("U", "modification"), ("D", "suppression")],
                        max_length=1,
                        verbose_name="acte",
                    ),
                ),
                ("before", models.JSONField(null=True, verbose_name="avant")),
                ("after", models.JSONField(null=True, verbose_name="après")),
                ("by_id", models.BigIntegerField(null=True, verbose_name="par")),
                ("why", models.TextField(blank=True, db_default="", default="", verbose_name="motif")),
                ("batch", models.UUIDField(null=True, verbose_name="lot")),
                ("via", models.CharField(blank=True, db_default="", default="", max_length=160, verbose_name="porte")),
            ],
            options={"ordering": ["-id"]},
        ),
        migrations.AddIndex("change", models.Index(fields=["subject", "subject_id", "-id"], name="change_of_subject")),
        migrations.AddIndex(
            "change",
            models.Index(fields=["batch", "-id"], condition=models.Q(batch__isnull=False), name="change_of_batch"),
        ),
        migrations.AddIndex(
            "change",
            models.Index(fields=["by_id", "-id"], condition=models.Q(by_id__isnull=False), name="change_by_person"),
        ),
        migrations.RunSQL(KEEP, NO_KEEP),
        migrations.RunSQL(TRACK, NO_TRACK),
        migrations.RunSQL(ONLY_GROWS, NO_GROWTH),
    ]
