"""Figures for pages, each in one query."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Count

from partners.models import Axis, Organisation
from partners.models.project import STALE_MONTHS, months_before

LED_BELOW = """
WITH tree AS MATERIALIZED (
    SELECT above.id AS above, o.id
    FROM partners_organisation o
    LEFT JOIN partners_organisation parent ON parent.id = o.parent_id
    CROSS JOIN LATERAL (VALUES (o.id), (o.parent_id), (parent.parent_id)) AS above(id)
    WHERE above.id = ANY(%s)
)
SELECT tree.above, sum(led.count)::bigint
FROM tree CROSS JOIN LATERAL (
    SELECT count(*) FROM partners_projectindex p WHERE p.lead_id = tree.id AND p.confirmed_on >= %s
) AS led
WHERE led.count > 0
GROUP BY tree.above
"""


def projects_led(organisation_ids: Collection[int], today: date) -> dict[int, int]:
    """Organisation → projects of the default list that it or its members lead; organisations without any are absent."""
    if not organisation_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(LED_BELOW, [list(organisation_ids), months_before(today, STALE_MONTHS)])
        return dict(cursor.fetchall())


@dataclass(frozen=True)
class AxisFigures:
    projects: int
    departments: int
    organisations: int


def axis_figures(axis: Axis, by_department: dict[str, int]) -> AxisFigures:
    """What is done on an axis; ``by_department`` are its listed projects, those without a place under ``""``."""
    present = sum(1 for code, count in by_department.items() if code and count)
    return AxisFigures(
        projects=sum(by_department.values()),
        departments=present,
        organisations=Organisation.objects.public().filter(axes=axis).count(),
    )


def organisations_by_axis() -> dict[int, int]:
    links = Organisation.axes.through.objects.filter(organisation__is_public=True)
    return dict(links.order_by().values_list("axis").annotate(Count("pk")))
