"""The keys of one page of projects, in order, whatever the number of projects: few or many, each by its own way.

An index in the right order answers at once when many rows match and never ends when few do; hence the count first.
"""

from dataclasses import replace

from django.contrib.postgres.search import SearchRank
from django.db import connection
from django.db.models import F

from partners.filters import found, geo
from partners.filters.bits import LED

FEW = 5_000
FEW_SLOTS = 500
"""Beyond, finding the page's own among the bits costs less than reading them all."""
RANKED = 3_000
SORTS = {
    "-confirmed_on": (("confirmed_on",), "first DESC, id DESC"),
    "-starts_on": (("starts_on",), "first DESC NULLS LAST, id DESC"),
    "title": (("title",), "first, id"),
    "relevance": (("rank", "confirmed_on"), "first DESC, second DESC, id DESC"),
    "distance": (("distance",), "first, id DESC"),
}


def order_of(criteria) -> str:
    """The order in use. Beyond ``RANKED`` rows relevance means little: the last confirmed come first."""
    is_endless = criteria.order == "relevance" and criteria.counts.count > RANKED
    return criteria.default_order if is_endless else criteria.order


def keys(criteria, first: int, last: int) -> list[int]:
    """Primary keys of the rows from ``first`` to ``last``, excluded."""
    order = order_of(criteria)
    if criteria.counts.count <= first:
        return []
    has_index = order == criteria.default_order and criteria.is_counted() and LED.isdisjoint(criteria.asked)
    if not has_index and criteria.bits:
        return of_bits(criteria, order, first, last)
    if order == "distance":
        return nearest(criteria, first, last)
    if criteria.counts.count <= FEW or order == "relevance":
        return sorted_whole(criteria, order, first, last)
    rows = criteria.queryset() if order in ("title", "-starts_on") else criteria.narrow()
    return list(criteria.in_order(rows, order).values_list("pk", flat=True)[first:last])


def of_bits(criteria, order: str, first: int, last: int) -> list[int]:
    """The same, from the bits."""
    if order == "distance":
        return found.nearest(criteria, first, last)
    if criteria.counts.count <= min(FEW, FEW_SLOTS) or order == "relevance":
        return found.few(criteria, order, first, last)
    return found.many(criteria, order, first, last)


def nearest(criteria, first: int, last: int) -> list[int]:
    """Near a town, the nearest are well within the radius: look there first."""
    for share in (16, 4):
        closer = replace(criteria, radius_km=criteria.radius_km / share)
        closest = sorted_whole(closer, "distance", 0, last) if criteria.counts.count > FEW else []
        if len(closest) == last:
            return closest[first:]
    return sorted_whole(criteria, "distance", first, last)


def sorted_whole(criteria, order: str, first: int, last: int) -> list[int]:
    """Find all the rows, by whatever index suits the filters, then sort them: no index decides by its order."""
    columns, sort = SORTS[order]
    rows = sortable(criteria, criteria.narrow(), columns)
    sql, params = rows.query.sql_with_params()
    names = ", ".join(("id", "first", "second")[: len(columns) + 1])
    statement = f"WITH hits ({names}) AS MATERIALIZED ({sql}) SELECT id FROM hits ORDER BY {sort} OFFSET %s LIMIT %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, first, last - first])
        return [key for (key,) in cursor.fetchall()]


def sortable(criteria, rows, columns: tuple[str, ...]):
    """The rows' keys with the columns to sort by; those that the index does not hold are the project's."""
    held = {
        "rank": lambda: SearchRank(F("project__search"), criteria.q.tsquery),
        "distance": lambda: geo.distance_km(criteria.near, F("lat"), F("lon")),
        "title": lambda: F("project__title"),
        "starts_on": lambda: F("project__starts_on"),
        "confirmed_on": lambda: F("confirmed_on"),
    }
    return rows.annotate(**{f"by_{name}": held[name]() for name in columns}).values_list(
        "pk", *(f"by_{name}" for name in columns)
    )
