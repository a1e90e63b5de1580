"""The vocabulary that corrects mistyped searches, rebuilt from what the public may read."""

from django.db import connection, transaction

SOURCES = (
    "SELECT concat_ws(' ', title, summary, keywords) AS words FROM partners_project WHERE moderation = 'published'",
    "SELECT concat_ws(' ', name, short_name, summary) FROM partners_organisation WHERE is_public",
    "SELECT name FROM partners_commune",
    "SELECT name FROM partners_department",
    "SELECT name FROM partners_region",
    "SELECT label FROM partners_axis WHERE valid_to IS NULL",
)
REBUILD = """
WITH forms AS (
    SELECT word AS shown, lower(f_unaccent(word)) AS word, ndoc
    FROM ts_stat($words$ SELECT to_tsvector('simple', words) FROM ({sources}) AS texts $words$)
)
INSERT INTO partners_vocabularyword (word, shown, uses)
SELECT word, (array_agg(shown ORDER BY ndoc DESC, shown DESC))[1], sum(ndoc)
FROM forms WHERE word ~ '^[a-z]{{3,30}}$' AND length(shown) <= 30 GROUP BY word
"""


def rebuild_vocabulary() -> int:
    """Replace every word at once; readers see the former ones until the end. Returns how many there are now."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM partners_vocabularyword")
        cursor.execute(REBUILD.format(sources=" UNION ALL ".join(SOURCES)))
        return cursor.rowcount
