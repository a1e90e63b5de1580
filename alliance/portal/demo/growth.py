"""Grow the demonstration to any number of projects, for measuring: set-based SQL, triggers off, their columns computed.

Each new project tells the story of one of the first 1,500 in another commune. Demonstration only: it takes the table.
"""

from collections.abc import Callable

from django.db import connection, transaction
from django.utils import timezone

from alliance.portal.demo.places import Atlas, at, load_atlas, of
from partners.actions.cube import index_projects
from partners.actions.vocabulary import rebuild_vocabulary
from partners.jobs import count_projects
from partners.models import Project

BATCH = 100_000
GROWN = (
    "partners_project", "partners_project_axes", "partners_projectfigure", "partners_projectindex",
    "partners_projectcell",
)  # fmt: skip
TEMPLATES = """
CREATE TEMP TABLE template ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY p.id) - 1 AS rank, p.*, old.name AS old_name, old.at AS old_at, old.of AS old_of,
    old.within AS old_within, old.of_department AS old_of_department,
    (SELECT o.name || ' ' || o.short_name FROM partners_organisation o WHERE o.id = p.lead_id) AS lead_words,
    (SELECT string_agg(a.label, ' ') FROM partners_project_axes pa JOIN partners_axis a ON a.id = pa.axis_id
        WHERE pa.project_id = p.id) AS axes_words
FROM partners_project p JOIN place old ON old.code = p.commune_id
WHERE p.is_demo AND p.moderation = 'published' ORDER BY p.id LIMIT 1500
"""
# The columns that triggers would fill: see partners/migrations (places, words, masks); a test holds them alike.
GROW = """
WITH drawn AS MATERIALIZED (
    SELECT i, width_bucket(random() * (SELECT max(upto) FROM place), (SELECT array_agg(upto ORDER BY upto) FROM place))
        AS rank, (random() * 50)::int AS days
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS i
), told AS (
    SELECT drawn.i, drawn.days, template.*, place.code AS new_commune, place.department_id AS new_department,
        place.region_id AS new_region, place.words AS place_words,
        {title} AS new_title, {summary} AS new_summary, {description} AS new_description
    FROM drawn JOIN template ON template.rank = drawn.i %% (SELECT count(*) FROM template)
    JOIN place ON place.rank = drawn.rank
)
INSERT INTO partners_project (id, slug, title, summary, description, lead_id, commune_id, department_id, region_id,
    axes_mask, state, moderation, return_motive, starts_on, ends_on, confirmed_on, origin, source, is_demo, created_at,
    updated_at, keywords, search)
SELECT i, left(slug, 110) || '-' || i, left(new_title, 160), left(new_summary, 280), new_description, lead_id,
    new_commune, new_department, new_region, axes_mask, state, moderation, '', starts_on, ends_on, confirmed_on - days,
    origin, '', true, now(), now(), keywords_now,
    setweight(to_tsvector('fr', left(new_title, 160)), 'A')
        || setweight(to_tsvector('fr', keywords_now || ' ' || left(new_summary, 280)), 'B')
        || setweight(to_tsvector('fr', left(new_description, 20000)), 'C')
FROM told, LATERAL (SELECT concat_ws(' ', place_words, lead_words, axes_words) AS keywords_now) words
"""
AXES = """
INSERT INTO partners_project_axes (project_id, axis_id)
SELECT i, pa.axis_id FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS i
JOIN template ON template.rank = i %% (SELECT count(*) FROM template)
JOIN partners_project_axes pa ON pa.project_id = template.id
"""
FIGURES = """
INSERT INTO partners_projectfigure (project_id, label, target, reached, position)
SELECT i, f.label, f.target, f.reached, f.position FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS i
JOIN template ON template.rank = i %% (SELECT count(*) FROM template)
JOIN partners_projectfigure f ON f.project_id = template.id
"""


def grow(total: int, say: Callable[[str], None] = lambda sentence: None, *, vacuum: bool = True) -> int:
    """Add projects until there are ``total``; returns how many were added. Secondary indexes are rebuilt at the end.

    ``vacuum`` needs to be outside any transaction.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE partners_project IN ACCESS EXCLUSIVE MODE")
        missing = total - Project.objects.count()
        if missing <= 0:
            return 0
        _prepare(cursor, load_atlas())
        indexes = _drop_indexes(cursor)
        cursor.execute("SELECT max(id) + 1 FROM partners_project")
        base = cursor.fetchone()[0]
        for first in range(base, base + missing, BATCH):
            span = {"first": first, "last": min(first + BATCH, base + missing) - 1}
            cursor.execute(_moved(GROW), span)
            cursor.execute(AXES, span)
            cursor.execute(FIGURES, span)
            say(f"{span['last'] - base + 1} projets ajoutés")
        for definition in indexes:
            cursor.execute(definition)
        cursor.execute("SELECT setval(pg_get_serial_sequence('partners_project', 'id'), max(id)) FROM partners_project")
        cursor.execute("SET LOCAL session_replication_role = origin")
        index_projects(timezone.localdate())
    if vacuum:
        connection.cursor().execute(f"VACUUM (ANALYZE) {', '.join(GROWN)}")
    rebuild_vocabulary()
    count_projects()
    return missing


def _prepare(cursor, atlas: Atlas) -> None:
    """Places with their words and their share of the draw; the stories to retell; a fixed seed; no trigger."""
    cursor.execute("SET LOCAL session_replication_role = replica")
    cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
    cursor.execute("SELECT setseed(0.2014)")
    cursor.execute(
        "CREATE TEMP TABLE place (rank int, code text PRIMARY KEY, name text, at text, of text, department_id text,"
        " region_id text, within text, of_department text, upto float8, words text) ON COMMIT DROP"
    )
    upto = 0.0
    with cursor.copy(
        "COPY place (rank, code, name, at, of, department_id, region_id, within, of_department, upto) FROM STDIN"
    ) as copy:
        for rank, place in enumerate(place for places in atlas.communes.values() for place in places):
            upto += place.population**0.55
            within, of_department = atlas.within[place.department], atlas.of[place.department]
            copy.write_row(
                (rank, place.code, place.name, at(place.name), of(place.name), place.department, place.region, within,
                 of_department, upto)
            )  # fmt: skip
    cursor.execute(
        "UPDATE place SET words = c.name || ' ' || d.name || ' ' || r.name FROM partners_commune c"
        " JOIN partners_department d ON d.code = c.department_id JOIN partners_region r ON r.code = c.region_id"
        " WHERE c.code = place.code"
    )
    cursor.execute(TEMPLATES)
    cursor.execute("ANALYZE place, template")


def _moved(statement: str) -> str:
    """The texts of a story, carried to another commune, prepositions included."""
    pairs = [("old_of", "of"), ("old_at", "at"), ("old_name", "name"), ("old_within", "within"),
             ("old_of_department", "of_department")]  # fmt: skip
    texts = {}
    for column in ("title", "summary", "description"):
        text = f"template.{column}"
        for old, new in pairs:
            text = f"replace({text}, template.{old}, place.{new})"
        texts[column] = text
    return statement.format(**texts)


def _drop_indexes(cursor) -> list[str]:
    """Drop what can be built again at the end, faster; the definitions."""
    cursor.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
        " WHERE i.indrelid = 'partners_project'::regclass AND NOT i.indisunique"
    )
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f"DROP INDEX {name}")
    return [definition for _, definition in found]
