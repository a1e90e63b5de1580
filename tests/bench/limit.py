"""The limit: one prepared statement whose answer is already JSON, through the same web server, without framework.

It trusts what is asked, logs nothing, limits nobody, tells no version, pages nowhere: what the portal adds to it is
what ``layers`` measures.
"""

import os
from urllib.parse import parse_qs

import psycopg

BITS = ", ".join(f"CASE WHEN p.axes_mask & {1 << number} <> 0 THEN {number} END" for number in range(1, 13))
AXES = f"array_remove(ARRAY[{BITS}], NULL)"
FIELDS = f"""p.slug, 'http://localhost/projets/' || p.slug || '/' AS url, p.title, p.summary, p.state AS status,
    p.confirmed_on, p.starts_on, p.ends_on, o.slug AS lead, o.name AS lead_name, {AXES} AS axes,
    CASE WHEN p.confirmed_on > (current_date - interval '6 months')::date THEN 'confirmed' ELSE 'to_confirm' END
        AS freshness, p.lat IS NULL AND c.precision IN ('P', 'E', 'D') AS is_approximate,
    p.commune_id AS commune, c.name AS commune_name, p.department_id AS department, p.region_id AS region,
    coalesce(p.lat, c.lat) AS lat, coalesce(p.lon, c.lon) AS lon, p.origin, p.source, p.is_demo, p.updated_at,
    (SELECT json_agg(json_build_object('label', label, 'target', target, 'reached', reached) ORDER BY position, f.id)
        FROM partners_projectfigure f WHERE f.project_id = p.id) AS figures,
    (SELECT json_agg(json_build_object('organisation', po.slug, 'name', po.name, 'role', role))
        FROM partners_projectpartner pp JOIN partners_organisation po ON po.id = pp.organisation_id
        WHERE pp.project_id = p.id) AS partners"""
ROWS = f"""
WITH found AS NOT MATERIALIZED (SELECT project_id, confirmed_on FROM partners_projectindex i
    WHERE confirmed_on >= (current_date - interval '1 year')::date
        AND (%(region)s::text IS NULL OR region_id = %(region)s) AND (%(status)s::text IS NULL OR state = %(status)s)
        AND (%(department)s::text IS NULL OR department_id = %(department)s)
        AND (%(axis)s::int IS NULL OR (axes_mask & (1::bigint << %(axis)s)) <> 0)
        AND (%(q)s::text IS NULL
            OR partners_words(project_id, words) @@ websearch_to_tsquery('fr', %(q)s))),
page AS (SELECT project_id FROM found ORDER BY confirmed_on DESC, project_id DESC LIMIT %(most)s)
SELECT json_build_object('count', (SELECT count(*) FROM (SELECT FROM found LIMIT 10001) capped),
    'results', (SELECT json_agg(row_to_json(rows)) FROM (SELECT {FIELDS} FROM page JOIN partners_project p
        ON p.id = page.project_id LEFT JOIN partners_organisation o ON o.id = p.lead_id
        LEFT JOIN partners_commune c ON c.code = p.commune_id ORDER BY p.confirmed_on DESC, p.id DESC) rows))::text
"""
SETTINGS = "-c jit=off -c max_parallel_workers_per_gather=0 -c plan_cache_mode=force_custom_plan"
connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, options=SETTINGS)


def application(environ, start_response):
    if environ["PATH_INFO"] == "/healthz":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"ok"]
    asked = parse_qs(environ["QUERY_STRING"])
    given = {name: asked.get(name, [None])[0] for name in ("region", "department", "status", "axis", "q")}
    given["most"] = None if "format" in asked else 50
    (body,) = connection.execute(ROWS, given, prepare=True).fetchone()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [body.encode()]
