"""The filters themselves: what each address finds, what it refuses, what it never does."""

import dataclasses

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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


@pytest.mark.parametrize("module", [projects, organisations, agreements])
def test_the_canonical_address_asks_for_the_same(query_world, module):  # noqa: F811
    tables = {projects: PROJECTS, organisations: ORGANISATIONS, agreements: AGREEMENTS}
    for query, _ in tables[module]:
        criteria, _ = module.parse(QueryDict(query))
        again, problems = module.parse(QueryDict(criteria.address()))

        assert (again, problems) == (criteria, ()), query


def test_criteria_never_change(query_world):  # noqa: F811
    criteria, _ = projects.parse(QueryDict("axis=4"))

    with pytest.raises(dataclasses.FrozenInstanceError):
        criteria.axis = ()


def test_a_parameter_of_the_door_is_left_to_the_door(query_world):  # noqa: F811
    _, problems = projects.parse(QueryDict("page_size=3&format=csv&page=2"), doors=("page_size", "format"))

    assert [problem.parameter for problem in problems] == ["page"]


def test_fifty_values_are_read_and_the_others_are_said(query_world, django_assert_max_num_queries):  # noqa: F811
    query = "&".join(f"department={number:02}" for number in range(1, 96))

    with django_assert_max_num_queries(1):
        criteria, problems = projects.parse(QueryDict(query))
    assert criteria.values("department") == ["23", "29", "35"]
    assert problems[-1].sentence == "50 valeurs au plus, les suivantes sont laissées de côté."


NAMES = ["q", "axis", "stake", "region", "department", "commune", "network", "kind", "status", "signatory", "freshness"]
NAMES += ["near", "radius_km", "ordering", "page", "colour"]
VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "1",
            "4",
            "53",
            "29",
            "2A",
            "29019",
            "rives",
            "local",
            "ongoing",
            "current",
            "stale",
            "48.39,-4.48",
            "distance",
        ]
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=6))
def test_whatever_is_asked_is_answered_and_what_is_refused_has_a_name(query_world, pairs):  # noqa: F811
    data = QueryDict(mutable=True)
    for name, value in pairs:
        data.appendlist(name, value)
    for module in (projects, organisations, agreements):
        criteria, problems = module.parse(data)

        assert len(criteria.ordered()[:50]) <= sum(criteria.by_department().values())
        assert {problem.parameter for problem in problems} <= set(data)
