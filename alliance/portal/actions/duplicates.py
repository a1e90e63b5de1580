"""Likely duplicates: looked for each night; « ce ne sont pas les mêmes », said once, is remembered."""

from django.db import connection, transaction

from partners.models import LikelyPair, NotDuplicate

PAIRS = """
WITH named AS (
    SELECT a.id AS first, b.id AS second, similarity(a.search_name, b.search_name) AS close,
        a.commune_id IS NOT NULL AND a.commune_id = b.commune_id AS here
    FROM partners_organisation a
    JOIN partners_organisation b ON b.search_name %% a.search_name AND b.id > a.id
        AND b.department_id IS NOT DISTINCT FROM a.department_id
    WHERE a.absorbed_into_id IS NULL AND b.absorbed_into_id IS NULL
), numbered AS (
    SELECT a.id AS first, b.id AS second FROM partners_organisation a
    JOIN partners_organisation b ON b.siren = a.siren AND b.id > a.id AND (a.siret = '' OR b.siret = '')
    WHERE a.siren <> '' AND a.absorbed_into_id IS NULL AND b.absorbed_into_id IS NULL
), sited AS (
    SELECT n.first, n.second FROM named n
    JOIN partners_organisation a ON a.id = n.first JOIN partners_organisation b ON b.id = n.second
    WHERE a.website <> '' AND partners_domain(a.website) = partners_domain(b.website)
), scored AS (
    SELECT first, second, 90 AS score, 'même SIREN' AS reason FROM numbered
    UNION ALL SELECT n.first, n.second, 70 + round(n.close * 20)::int, 'même site et nom proche'
    FROM named n JOIN sited USING (first, second)
    UNION ALL SELECT first, second, round(close * 80)::int + CASE WHEN here THEN 5 ELSE 0 END,
        CASE WHEN here THEN 'nom proche, dans la même commune' ELSE 'nom proche, dans le même département' END
    FROM named WHERE close >= CASE WHEN here THEN 0.55 ELSE 0.75 END
)
INSERT INTO partners_likelypair (first_id, second_id, score, reasons)
SELECT s.first, s.second, max(s.score), array_agg(s.reason ORDER BY s.score DESC)
FROM scored s WHERE NOT EXISTS (
    SELECT 1 FROM partners_notduplicate n WHERE n.first_id = s.first AND n.second_id = s.second)
GROUP BY s.first, s.second
"""


def say_distinct(*, pair: LikelyPair, by) -> None:
    """Take the pair out of the list for good."""
    with transaction.atomic():
        NotDuplicate.objects.get_or_create(first_id=pair.first_id, second_id=pair.second_id, defaults={"by": by})
        pair.delete()


def look_for_pairs() -> int:
    """Every likely pair, anew. The join on names reads the trigram index, once an organisation."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL pg_trgm.similarity_threshold = 0.5")
        cursor.execute("DELETE FROM partners_likelypair")
        cursor.execute(PAIRS, [])
        return cursor.rowcount
