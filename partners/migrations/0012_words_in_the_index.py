"""Words are found through the narrow index: docs/decisions/0017-query-engine.md."""

import django.contrib.postgres.indexes
import partners.models.project_index
from django.db import migrations, models

# For a project and a digest there is one set of words, for ever: hence immutable, though read from the project. Whoever
# changes the words changes the digest, and the index with it.
WORDS = """
CREATE FUNCTION partners_words(project bigint, digest bigint) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT
BEGIN ATOMIC
    SELECT search FROM partners_project WHERE id = project;
END;
"""
INDEXED = """
CREATE OR REPLACE FUNCTION partners_project_indexed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM partners_projectindex i USING gone WHERE i.project_id = gone.id
            AND NOT EXISTS (SELECT FROM partners_project p WHERE p.id = gone.id AND p.moderation = 'published');
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO partners_projectindex AS i (project_id, region_id, department_id, commune_id, lead_id, axes_mask,
            state, confirmed_on, lat, lon, tile, words)
        SELECT p.id, p.region_id, p.department_id, p.commune_id, p.lead_id, p.axes_mask, p.state, p.confirmed_on,
            point.lat, point.lon, partners_tile(point.lat, point.lon), hashtextextended(p.search::text, 0)
        FROM come p LEFT JOIN partners_commune c ON c.code = p.commune_id,
        LATERAL (SELECT coalesce(p.lat, c.lat) AS lat,
            CASE WHEN p.lat IS NULL THEN c.lon ELSE p.lon END AS lon) AS point
        WHERE p.moderation = 'published'
        ON CONFLICT (project_id) DO UPDATE SET region_id = excluded.region_id, department_id = excluded.department_id,
            commune_id = excluded.commune_id, lead_id = excluded.lead_id, axes_mask = excluded.axes_mask,
            state = excluded.state, confirmed_on = excluded.confirmed_on, lat = excluded.lat, lon = excluded.lon,
            tile = excluded.tile, words = excluded.words
        WHERE (i.*) IS DISTINCT FROM (excluded.*);
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION partners_index_projects() RETURNS void LANGUAGE sql AS $$
    DELETE FROM partners_projectindex i
        WHERE NOT EXISTS (SELECT FROM partners_project p WHERE p.id = i.project_id AND p.moderation = 'published');
    INSERT INTO partners_projectindex AS i (project_id, region_id, department_id, commune_id, lead_id, axes_mask, state,
        confirmed_on, lat, lon, tile, words)
    WITH points AS MATERIALIZED (SELECT code, lat, lon, partners_tile(lat, lon) AS tile FROM partners_commune)
    SELECT p.id, p.region_id, p.department_id, p.commune_id, p.lead_id, p.axes_mask, p.state, p.confirmed_on,
        coalesce(p.lat, c.lat), CASE WHEN p.lat IS NULL THEN c.lon ELSE p.lon END,
        CASE WHEN p.lat IS NULL THEN c.tile ELSE partners_tile(p.lat, p.lon) END,
        hashtextextended(p.search::text, 0)
    FROM partners_project p LEFT JOIN points c ON c.code = p.commune_id
    WHERE p.moderation = 'published'
    ON CONFLICT (project_id) DO UPDATE SET region_id = excluded.region_id, department_id = excluded.department_id,
        commune_id = excluded.commune_id, lead_id = excluded.lead_id, axes_mask = excluded.axes_mask,
        state = excluded.state, confirmed_on = excluded.confirmed_on, lat = excluded.lat, lon = excluded.lon,
        tile = excluded.tile, words = excluded.words
    WHERE (i.*) IS DISTINCT FROM (excluded.*);
$$;
"""
UNDO = """
CREATE OR REPLACE FUNCTION partners_project_indexed() RETURNS trigger LANGUAGE plpgsql AS $$
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
        LATERAL (SELECT coalesce(p.lat, c.lat) AS lat,
            CASE WHEN p.lat IS NULL THEN c.lon ELSE p.lon END AS lon) AS point
        WHERE p.moderation = 'published'
        ON CONFLICT (project_id) DO UPDATE SET region_id = excluded.region_id, department_id = excluded.department_id,
            commune_id = excluded.commune_id, lead_id = excluded.lead_id, axes_mask = excluded.axes_mask,
            state = excluded.state, confirmed_on = excluded.confirmed_on, lat = excluded.lat, lon = excluded.lon,
            tile = excluded.tile
        WHERE (i.*) IS DISTINCT FROM (excluded.*);
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION partners_index_projects() RETURNS void LANGUAGE sql AS $$
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
"""


class Migration(migrations.Migration):

    dependencies = [
        ('partners', '0011_kept_views'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='project',
            name='project_search',
        ),
        migrations.AddField(
            model_name='projectindex',
            name='words',
            field=models.BigIntegerField(default=0),
        ),
        migrations.RunSQL(WORDS, "DROP FUNCTION partners_words"),
        migrations.RunSQL(INDEXED, UNDO),
        migrations.AddIndex(
            model_name='projectindex',
            index=django.contrib.postgres.indexes.GinIndex(partners.models.project_index.Words(), name='projectindex_words'),
        ),
    ]
