"""The list of projects, written by PostgreSQL and found in two ways: what it says, and that both ways agree."""

from datetime import date

import pytest
from django.http import QueryDict
from django.utils import timezone

from partners.api.projects import ProjectRow
from partners.filters import projects, small
from partners.models import Project
from tests.query_table import query_world  # noqa: F401

pytestmark = pytest.mark.django_db
API = "/api/v1/"
QUERIES = ["", "axis=4&axis=3", "region=53", "freshness=stale&freshness=to_confirm", "kind=local"]


@pytest.mark.parametrize("query", QUERIES)
def test_both_ways_give_the_same_pages_in_the_same_order(query_world, monkeypatch, query):  # noqa: F811
    criteria, _ = projects.parse(QueryDict(query))
    monkeypatch.setattr(small, "large", small.Large())
    for first, size in [(0, 50), (0, 2), (2, 2), (4, 50), (90, 2)]:
        long_way = super(projects.ProjectCriteria, criteria).page(first, size)
        assert small.page(criteria, first, size) == long_way, (first, size)


def test_the_list_says_of_each_project_what_the_model_says(client, query_world, settings):  # noqa: F811
    """The rows are written by PostgreSQL: here they are written again from the models, column by column."""
    settings.SITE_URL = "https://portail.test"
    mask = 1 << 1 | 1 << 12 | 1 << 13 | 1 << 62
    Project.objects.filter(slug="halle").update(
        title='Halle « à » 100 % \\ "neuve"\n', axes_mask=mask, starts_on=date(2025, 1, 2), ends_on=date(2026, 3, 4)
    )
    rows = client.get(f"{API}projects/?freshness=stale&freshness=to_confirm&freshness=confirmed").json()["results"]
    assert len(rows) > 5
    assert rows == [described(Project.objects.get(slug=row["slug"])) for row in rows]
    for name in ProjectRow().fields:
        parts = client.get(f"{API}projects/?fields={name}&freshness=stale&freshness=to_confirm&freshness=confirmed")
        assert parts.json()["results"] == [{name: row[name]} for row in rows], name


def described(project: Project) -> dict:
    commune, own = project.commune, project.lat is not None
    partners = project.partners.filter(organisation__is_public=True)
    return {
        "slug": project.slug,
        "url": f"https://portail.test/projets/{project.slug}/",
        "title": project.title,
        "summary": project.summary,
        "status": project.state,
        "freshness": project.freshness(timezone.localdate()),
        "confirmed_on": project.confirmed_on.isoformat(),
        "starts_on": project.starts_on and project.starts_on.isoformat(),
        "ends_on": project.ends_on and project.ends_on.isoformat(),
        "lead": project.lead and project.lead.slug,
        "lead_name": project.lead and project.lead.name,
        "axes": [number for number in range(1, 63) if project.axes_mask >> number & 1],
        "commune": project.commune_id,
        "commune_name": commune and commune.name,
        "department": project.department_id,
        "region": project.region_id,
        "lat": project.lat if own else commune and commune.lat,
        "lon": project.lon if own else commune and commune.lon,
        "is_approximate": bool(not own and commune and commune.precision in ("P", "E", "D")),
        "figures": [
            {"label": each.label, "target": each.target, "reached": each.reached} for each in project.figures.all()
        ],
        "partners": [
            {"role": each.role, "organisation": each.organisation.slug, "name": each.organisation.name}
            for each in partners
        ],
        "origin": project.origin,
        "source": project.source,
        "is_demo": project.is_demo,
        "updated_at": timezone.localtime(project.updated_at).isoformat(timespec="seconds"),
    }
