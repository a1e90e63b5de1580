"""The filters themselves: what each address finds, what it refuses, what it never does."""

import pytest
from django.http import QueryDict

from partners.filters import agreements, organisations, projects
from tests.query_table import AGREEMENTS, ORGANISATIONS, PROJECTS, REFUSED, query_world  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("query", "slugs"), PROJECTS)
def test_projects_answer_the_table(query_world, query, slugs):  # noqa: F811
    criteria, problems = projects.parse(QueryDict(query))

    assert (sorted(criteria.ordered().values_list("slug", flat=True)), problems) == (sorted(slugs), ())


@pytest.mark.parametrize(("query", "slugs"), ORGANISATIONS)
def test_organisations_answer_the_table(query_world, query, slugs):  # noqa: F811
    criteria, problems = organisations.parse(QueryDict(query))

    assert (sorted(criteria.ordered().values_list("slug", flat=True)), problems) == (sorted(slugs), ())


@pytest.mark.parametrize(("query", "titles"), AGREEMENTS)
def test_agreements_answer_the_table(query_world, query, titles):  # noqa: F811
    criteria, problems = agreements.parse(QueryDict(query))

    assert (sorted(criteria.ordered().values_list("title", flat=True)), problems) == (sorted(titles), ())


@pytest.mark.parametrize(("query", "parameter"), REFUSED)
def test_what_is_not_understood_is_named_once_and_left_aside(query_world, query, parameter):  # noqa: F811
    criteria, problems = projects.parse(QueryDict(query))

    assert [problem.parameter for problem in problems] == [parameter]
    assert len(problems[0].sentence) < 200
    assert criteria.queryset().count() >= 0
