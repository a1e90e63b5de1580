"""A narrow index of published projects and their counted cells, written by triggers: docs/decisions/0017."""

import django.db.models.deletion
from django.db import migrations, models

TILES = """
CREATE FUNCTION partners_spread(v bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (d | (d << 1)) & x'5555555555555555'::bigint FROM (
    SELECT (c | (c << 2)) & x'3333333333333333'::bigint AS d FROM (
    SELECT (b | (b << 4)) & x'0F0F0F0F0F0F0F0F'::bigint AS c FROM (
    SELECT (a | (a << 8)) & x'00FF00FF00FF00FF'::bigint AS b FROM (
    SELECT (v | (v << 16)) & x'0000FFFF0000FFFF'::bigint AS a) p) q) r) s
$$;
CREATE FUNCTION partners_tile(lat float8, lon float8) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT partners_spread(least(1073741823, greatest(0, floor((lon + 180) / 360 * 1073741824)))::bigint)
        | (partners_spread(least(1073741823, greatest(0, floor(1073741824 * (0.5 - ln(tan(pi() / 4
            + radians(least(85.0511, greatest(-85.0511, lat))) / 2)) / (2 * pi())))))::bigint) << 1)
$$;
"""

INDEX = """
CREATE FUNCTION partners_project_indexed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM partners_projectindex i USING gone WHERE i.project_id = gone.id
            AND NOT EXISTS (SELECT FROM partners_project p WHERE p.id = gone.id AND p.moderation = 'published');
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO partners_projectindex AS i (project_id, region_id, department_id, commune_id, lead_id, axes_mask,
            state, confirmed_on, lat, lon, tile)
        SELECT p.id, p.region_id, p.department_id, p.commune_id, p.lead_id, p.axes_mask, p.state, p.confirmed_on,
            point.lat, point.lon, partners_tile(point.lat, point.lon)
        FROM come p LEFT JOIN partners_commune c ON c.code = p.commune_id,
        LATERAL (SELECT coalesce(p.lat, c.lat) AS lat, CASE WHEN p.lat IS NULL THEN c.lon ELSE p.lon END AS lon) AS point
        WHERE p.moderation = 'published'
        ON CONFLICT (project_id) DO UPDATE SET region_id = excluded.region_id, department_id = excluded.department_id,
            commune_id = excluded.commune_id, lead_id = excluded.lead_id, axes_mask = excluded.axes_mask,
            state = excluded.state, confirmed_on = excluded.confirmed_on, lat = excluded.lat, lon = excluded.lon,
            tile = excluded.tile
        WHERE (i.*) IS DISTINCT FROM (excluded.*);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER indexed_new AFTER INSERT ON partners_project REFERENCING NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION partners_project_indexed();
CREATE TRIGGER indexed_changed AFTER UPDATE ON partners_project REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION partners_project_indexed();
CREATE TRIGGER indexed_gone AFTER DELETE ON partners_project REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION partners_project_indexed();

CREATE FUNCTION partners_commune_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE partners_projectindex i SET lat = NEW.lat, lon = NEW.lon, tile = partners_tile(NEW.lat, NEW.lon)
    FROM partners_project p WHERE i.commune_id = NEW.code AND p.id = i.project_id AND p.lat IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER moved AFTER UPDATE OF lat, lon ON partners_commune FOR EACH ROW
    WHEN (OLD.lat IS DISTINCT FROM NEW.lat OR OLD.lon IS DISTINCT FROM NEW.lon)
    EXECUTE FUNCTION partners_commune_moved();
"""

CHANGES = """
CREATE FUNCTION partners_projectindex_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO partners_projectchange (region_id, department_id, lead_id, axes_mask, state, confirmed_on, tile, count,
        lat_sum, lon_sum)
    SELECT region_id, department_id, lead_id, axes_mask, state, confirmed_on, tile >> 36, sum(sign), sum(sign * lat),
        sum(sign * lon)
    FROM ({rows}) AS moved
    GROUP BY region_id, department_id, lead_id, axes_mask, state, confirmed_on, tile >> 36
    HAVING sum(sign) <> 0 OR sum(sign * lat) <> 0 OR sum(sign * lon) <> 0;
    RETURN NULL;
END $$;
"""
COME, GONE = "SELECT 1 AS sign, * FROM come", "SELECT -1 AS sign, * FROM gone"
TRIGGERS = """
CREATE TRIGGER come AFTER INSERT ON partners_projectindex REFERENCING NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION partners_projectindex_come();
CREATE TRIGGER changed AFTER UPDATE ON partners_projectindex REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION partners_projectindex_changed();
CREATE TRIGGER gone AFTER DELETE ON partners_projectindex REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION partners_projectindex_gone();
"""

# One statement, one snapshot: changes that others commit meanwhile stay, whole, for the next count.
COUNT = """
CREATE FUNCTION partners_count_projects(on_six date, on_twelve date) RETURNS void LANGUAGE sql AS $$
    WITH changes AS (DELETE FROM partners_projectchange), cells AS (DELETE FROM partners_projectcell),
    days AS (DELETE FROM partners_projectcube),
    counted AS (INSERT INTO partners_projectcube (six, twelve, counted_at) VALUES (on_six, on_twelve, now())),
    rows AS (
        SELECT *, CASE WHEN confirmed_on > on_six THEN 0 WHEN confirmed_on >= on_twelve THEN 1 ELSE 2 END AS band,
            tile >> 36 AS near, tile >> 40 AS far
        FROM partners_projectindex
    )
    INSERT INTO partners_projectcell (shape, region_id, department_id, axes_mask, lead_id, state, band, tile, count,
        lat_sum, lon_sum)
    SELECT 7 - grouping(lead_id, axes_mask, department_id), region_id, department_id, axes_mask, lead_id, state, band,
        NULL::bigint, count(*), NULL::float8, NULL::float8
    FROM rows GROUP BY state, band, CUBE ((region_id, department_id), axes_mask, lead_id)
    UNION ALL
    SELECT 8, region_id, department_id, NULL, NULL, state, band, near, count(*), sum(lat), sum(lon)
    FROM rows WHERE near IS NOT NULL GROUP BY region_id, department_id, state, band, near
    UNION ALL
    SELECT 9, region_id, NULL, axes_mask, NULL, state, band, far, count(*), sum(lat), sum(lon)
    FROM rows WHERE far IS NOT NULL GROUP BY region_id, axes_mask, state, band, far
$$;
"""

# What triggers would have written, for rows that came without them.
FILL = """
CREATE FUNCTION partners_index_projects() RETURNS void LANGUAGE sql AS $$
    DELETE FROM partners_projectindex i
        WHERE NOT EXISTS (SELECT FROM partners_project p WHERE p.id = i.project_id AND p.moderation = 'published');
    INSERT INTO partners_projectindex AS i (project_id, region_id, department_id, commune_id, lead_id, axes_mask, state,
        confirmed_on, lat, lon, tile)
    WITH points AS MATERIALIZED (SELECT code, lat, lon, partners_tile(lat, lon) AS tile FROM partners_commune)
    SELECT p.id, p.region_id, p.department_id, p.commune_id, p.lead_id, p.axes_mask, p.state, p.confirmed_on,
        coalesce(p.lat, c.lat), CASE WHEN p.lat IS NULL THEN c.lon ELSE p.lon END,
        CASE WHEN p.lat IS NULL THEN c.tile ELSE partners_tile(p.lat, p.lon) END
    FROM partners_project p LEFT JOIN points c ON c.code = p.commune_id
    WHERE p.moderation = 'published'
    ON CONFLICT (project_id) DO UPDATE SET region_id = excluded.region_id, department_id = excluded.department_id,
        commune_id = excluded.commune_id, lead_id = excluded.lead_id, axes_mask = excluded.axes_mask,
        state = excluded.state, confirmed_on = excluded.confirmed_on, lat = excluded.lat, lon = excluded.lon,
        tile = excluded.tile
    WHERE (i.*) IS DISTINCT FROM (excluded.*);
$$;
SELECT partners_index_projects();
SELECT partners_count_projects((now() - interval '6 months')::date, (now() - interval '12 months')::date);
"""

# The mask tells today's axes only: the number of one that has ended may be another's today.
MASK = """
CREATE OR REPLACE FUNCTION partners_axes_mask(project bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(bit_or(1::bigint << a.number), 0) FROM partners_project_axes pa
    JOIN partners_axis a ON a.id = pa.axis_id WHERE pa.project_id = project {current}
$$;
CREATE OR REPLACE FUNCTION partners_project_axes_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE partners_project p SET keywords = '', axes_mask = partners_axes_mask(p.id)
    WHERE p.id IN (SELECT project_id FROM changed);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION partners_axis_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE partners_project p SET keywords = '', axes_mask = partners_axes_mask(p.id)
    WHERE p.id IN (SELECT project_id FROM partners_project_axes WHERE axis_id = NEW.id);
    RETURN NULL;
END $$;
"""
ENDED = """
DROP TRIGGER changed ON partners_axis;
CREATE TRIGGER changed AFTER UPDATE OF number, label, valid_to ON partners_axis FOR EACH ROW
    WHEN (OLD.number <> NEW.number OR OLD.label <> NEW.label OR (OLD.valid_to IS NULL) <> (NEW.valid_to IS NULL))
    EXECUTE FUNCTION partners_axis_changed();
UPDATE partners_project p SET axes_mask = partners_axes_mask(p.id) WHERE p.id IN (SELECT pa.project_id
    FROM partners_project_axes pa JOIN partners_axis a ON a.id = pa.axis_id WHERE a.valid_to IS NOT NULL);
"""
UNDO_MASK = """
DROP TRIGGER changed ON partners_axis;
CREATE TRIGGER changed AFTER UPDATE OF number, label ON partners_axis FOR EACH ROW
    WHEN (OLD.number <> NEW.number OR OLD.label <> NEW.label) EXECUTE FUNCTION partners_axis_changed();
CREATE OR REPLACE FUNCTION partners_axes_mask(project bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(bit_or(1::bigint << a.number), 0) FROM partners_project_axes pa
    JOIN partners_axis a ON a.id = pa.axis_id WHERE pa.project_id = project
$$;
"""
UNDO = """
DROP TRIGGER indexed_new ON partners_project;
DROP TRIGGER indexed_changed ON partners_project;
DROP TRIGGER indexed_gone ON partners_project;
DROP TRIGGER moved ON partners_commune;
DROP FUNCTION partners_project_indexed, partners_commune_moved, partners_index_projects, partners_count_projects;
DROP TRIGGER come ON partners_projectindex;
DROP TRIGGER changed ON partners_projectindex;
DROP TRIGGER gone ON partners_projectindex;
DROP FUNCTION partners_projectindex_come, partners_projectindex_changed, partners_projectindex_gone, partners_tile,
    partners_spread;
"""


def triggers() -> str:
    """The three functions of the index's changes differ by the tables that a trigger may read."""
    names = {"come": COME, "gone": GONE, "changed": f"{COME} UNION ALL {GONE}"}
    made = (
        CHANGES.format(rows=rows).replace("partners_projectindex_changed", f"partners_projectindex_{name}")
        for name, rows in names.items()
    )
    return "".join((*made, TRIGGERS))


class Migration(migrations.Migration):

    dependencies = [
        ('partners', '0009_messages_and_counts'),
    ]

    operations = [
        migrations.CreateModel(
            name='ProjectCell',
            fields=[
                ('axes_mask', models.BigIntegerField(null=True)),
                ('state', models.CharField(choices=[('idea', 'idée'), ('ongoing', 'en cours'), ('done', 'terminé'), ('abandoned', 'abandonné')], max_length=9)),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('shape', models.PositiveSmallIntegerField()),
                ('band', models.PositiveSmallIntegerField()),
                ('tile', models.BigIntegerField(null=True)),
                ('count', models.BigIntegerField()),
                ('lat_sum', models.FloatField(null=True)),
                ('lon_sum', models.FloatField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ProjectChange',
            fields=[
                ('axes_mask', models.BigIntegerField(null=True)),
                ('state', models.CharField(choices=[('idea', 'idée'), ('ongoing', 'en cours'), ('done', 'terminé'), ('abandoned', 'abandonné')], max_length=9)),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('confirmed_on', models.DateField()),
                ('tile', models.BigIntegerField(null=True)),
                ('count', models.BigIntegerField()),
                ('lat_sum', models.FloatField(null=True)),
                ('lon_sum', models.FloatField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ProjectCube',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('six', models.DateField()),
                ('twelve', models.DateField()),
                ('counted_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ProjectIndex',
            fields=[
                ('axes_mask', models.BigIntegerField(null=True)),
                ('state', models.CharField(choices=[('idea', 'idée'), ('ongoing', 'en cours'), ('done', 'terminé'), ('abandoned', 'abandonné')], max_length=9)),
                ('project', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='indexed', serialize=False, to='partners.project')),
                ('confirmed_on', models.DateField()),
                ('lat', models.FloatField(null=True)),
                ('lon', models.FloatField(null=True)),
                ('tile', models.BigIntegerField(null=True)),
            ],
        ),
        migrations.AddIndex(
            model_name='project',
            index=models.Index(models.F('title'), models.F('id'), condition=models.Q(('moderation', 'published')), name='project_title'),
        ),
        migrations.AddIndex(
            model_name='project',
            index=models.Index(models.OrderBy(models.F('starts_on'), descending=True, nulls_last=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('moderation', 'published')), name='project_starts'),
        ),
        migrations.AddField(
            model_name='projectcell',
            name='department',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partners.department'),
        ),
        migrations.AddField(
            model_name='projectcell',
            name='lead',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partners.organisation'),
        ),
        migrations.AddField(
            model_name='projectcell',
            name='region',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partners.region'),
        ),
        migrations.AddField(
            model_name='projectchange',
            name='department',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partners.department'),
        ),
        migrations.AddField(
            model_name='projectchange',
            name='lead',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partners.organisation'),
        ),
        migrations.AddField(
            model_name='projectchange',
            name='region',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partners.region'),
        ),
        migrations.AddField(
            model_name='projectindex',
            name='commune',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partners.commune'),
        ),
        migrations.AddField(
            model_name='projectindex',
            name='department',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partners.department'),
        ),
        migrations.AddField(
            model_name='projectindex',
            name='lead',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partners.organisation'),
        ),
        migrations.AddField(
            model_name='projectindex',
            name='region',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partners.region'),
        ),
        migrations.RunSQL(TILES + INDEX, UNDO),
        migrations.RunSQL(COUNT + FILL, migrations.RunSQL.noop),
        migrations.RunSQL(triggers(), migrations.RunSQL.noop),
        migrations.RunSQL(MASK.format(current="AND a.valid_to IS NULL") + ENDED, UNDO_MASK),
        migrations.AddIndex(
            model_name='projectcell',
            index=models.Index(models.F('shape'), models.F('department'), name='projectcell_department'),
        ),
        migrations.AddIndex(
            model_name='projectcell',
            index=models.Index(models.F('shape'), models.F('lead'), name='projectcell_lead'),
        ),
        migrations.AddIndex(
            model_name='projectcell',
            index=models.Index(models.F('shape'), models.F('tile'), name='projectcell_tile'),
        ),
        migrations.AddIndex(
            model_name='projectindex',
            index=models.Index(models.OrderBy(models.F('confirmed_on'), descending=True), models.OrderBy(models.F('project'), descending=True), include=('axes_mask', 'state'), name='projectindex_recent'),
        ),
        migrations.AddIndex(
            model_name='projectindex',
            index=models.Index(models.F('region'), models.F('state'), models.OrderBy(models.F('confirmed_on'), descending=True), models.OrderBy(models.F('project'), descending=True), include=('axes_mask',), name='projectindex_region'),
        ),
        migrations.AddIndex(
            model_name='projectindex',
            index=models.Index(models.F('department'), models.F('state'), models.OrderBy(models.F('confirmed_on'), descending=True), models.OrderBy(models.F('project'), descending=True), include=('axes_mask',), name='projectindex_department'),
        ),
        migrations.AddIndex(
            model_name='projectindex',
            index=models.Index(models.F('lead'), models.OrderBy(models.F('confirmed_on'), descending=True), models.OrderBy(models.F('project'), descending=True), include=('axes_mask', 'state'), name='projectindex_lead'),
        ),
        migrations.AddIndex(
            model_name='projectindex',
            index=models.Index(models.F('axes_mask'), models.F('state'), models.OrderBy(models.F('confirmed_on'), descending=True), models.OrderBy(models.F('project'), descending=True), name='projectindex_axes'),
        ),
        migrations.AddIndex(
            model_name='projectindex',
            index=models.Index(models.F('commune'), models.OrderBy(models.F('confirmed_on'), descending=True), models.OrderBy(models.F('project'), descending=True), name='projectindex_commune'),
        ),
        migrations.AddIndex(
            model_name='projectindex',
            index=models.Index(fields=['tile'], include=('axes_mask', 'state', 'confirmed_on', 'lat', 'lon'), name='projectindex_tile'),
        ),
    ]
