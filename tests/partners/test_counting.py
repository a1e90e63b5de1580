"""Counted cells, changes and days: whatever is written, the figures are those of the rows."""

from collections import Counter
from datetime import date, timedelta
from itertools import product

import pytest
from django.db import connection
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partners.actions.cube import index_projects, recount_projects
from partners.filters import counting, facets, map_cells, projects
from partners.models import Axis, Commune, Organisation, Project, ProjectCell, ProjectChange, ProjectIndex
from partners.models.project import freshness_is
from partners.models.project_bits import LARGE
from tests.query_table import query_world  # noqa: F401

pytestmark = pytest.mark.django_db
TODAY = date(2026, 8, 31)
FACETS = ("count", "departments", "axis", "status", "freshness", "network", "map")
PAIRS = [
    ("axis", "1"), ("axis", "4"), ("stake", "cohesion"), ("region", "53"), ("region", "75"), ("department", "29"),
    ("department", "23"), ("network", "rives"), ("network", "passerelles"), ("kind", "local"), ("kind", "network"),
    ("status", "ongoing"), ("status", "done"), ("signatory", "none"), ("freshness", "stale"),
    ("freshness", "confirmed"), ("commune", "29019"), ("q", "projet"), ("near", "48.39,-4.48"),
]  # fmt: skip
DAYS = [date(2026, 2, 28), date(2026, 3, 1), date(2025, 8, 31), date(2025, 8, 30), date(2026, 8, 1), date(2020, 1, 1)]
WRITES = st.tuples(
    st.integers(0, 8), st.sampled_from(["state", "day", "lead", "commune", "axes", "moderation", "gone"])
)


def criteria_of(pairs, today=TODAY) -> projects.ProjectCriteria:
    data = QueryDict(mutable=True)
    for name, value in pairs:
        data.appendlist(name, value)
    return projects.parse(data, today=today)[0]


def by_hand(criteria) -> dict[str, Counter]:
    """The figures, each from the rows themselves, as the model states them."""
    found = {name: Counter() for name in FACETS}
    columns = {"departments": "department", "map": "department", "axis": "axes_mask", "status": "state", "count": "pk"}
    for name in FACETS:
        rows = criteria.queryset(without=counting.FACETS[name].without)
        if name == "freshness":
            for band, state in enumerate(counting.BANDS):
                found[name][str(band)] = rows.filter(freshness_is(state, criteria.today)).count()
        elif name == "network":
            found[name].update(str(key) for key in map(top_of, rows.values_list("lead", flat=True)) if key)
        else:
            values = rows.values_list(columns[name], flat=True)
            found[name].update(None if name == "count" or value is None else str(value) for value in values)
    return {name: +counts for name, counts in found.items()}


def top_of(key: int | None) -> int | None:
    """The top of the tree above a lead, when a national network stands in it."""
    chain, row = [], Organisation.objects.filter(pk=key).first()
    while row:
        chain.append(row)
        row = row.parent
    return chain[-1].pk if any(each.kind == "network" for each in chain) else None


def write(number: int, what: str, value: int) -> None:
    rows = list(Project.objects.order_by("pk"))
    if not rows:
        return
    row = rows[number % len(rows)]
    if what == "gone":
        Project.objects.filter(pk=row.pk).exclude(partners__isnull=False).delete()
    elif what == "axes":
        row.axes.set(Axis.objects.filter(number__in=[1 + value % 4, 4]))
    else:
        change = {
            "state": {"state": Project.State.values[value % 4]},
            "day": {"confirmed_on": DAYS[value % len(DAYS)]},
            "lead": {"lead": list(Organisation.objects.order_by("pk"))[value % 7]},
            "commune": {"commune": list(Commune.objects.order_by("pk"))[value % 7]},
            "moderation": {"moderation": ["published", "draft"][value % 2]},
        }[what]
        Project.objects.filter(pk=row.pk).update(**change)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    writes=st.lists(st.tuples(WRITES, st.integers(0, 11)), max_size=6),
    pairs=st.lists(st.sampled_from(PAIRS), max_size=4, unique=True),
    counted=st.integers(0, 7),
    later=st.sampled_from([0, 0, 1, 40, 200, -3]),
)
def test_figures_are_those_of_the_rows_whatever_is_written_and_when(query_world, writes, pairs, counted, later):  # noqa: F811
    for at, ((number, what), value) in enumerate(writes):
        if at == counted:
            recount_projects(TODAY, at_least=1)
        write(number, what, value)
    criteria = criteria_of(pairs, TODAY + timedelta(days=later))

    assert counting.count(criteria, *FACETS).by == by_hand(criteria)
    assert set(ProjectIndex.objects.values_list("pk", flat=True)) == set(
        Project.objects.public().values_list("pk", flat=True)
    )


@pytest.mark.parametrize("is_counted", [False, True])
def test_cells_tell_what_rows_tell_for_every_pair_of_filters(query_world, is_counted):  # noqa: F811
    if is_counted:
        assert recount_projects(TODAY, at_least=1)
        assert not ProjectChange.objects.exists()
    for pairs in product(PAIRS, PAIRS[:8]):
        criteria = criteria_of(pairs)
        assert counting.count(criteria, *FACETS).by == by_hand(criteria), pairs


def test_without_the_changes_the_figures_would_be_wrong(query_world):  # noqa: F811
    recount_projects(TODAY, at_least=1)
    Project.objects.filter(slug="halle").update(state="done")
    criteria = criteria_of([])
    right = counting.count(criteria, "status").by
    ProjectChange.objects.all().delete()

    assert right == {"status": by_hand(criteria)["status"]}
    assert counting.count(criteria, "status").by != right


def test_without_its_trigger_the_index_would_miss_a_write(query_world):  # noqa: F811
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Project.objects.filter(slug="halle").update(state="done")
        cursor.execute("SET LOCAL session_replication_role = origin")

    criteria = criteria_of([("status", "done")])
    assert criteria.counts.count != criteria.queryset().count()
    index_projects(TODAY)
    criteria = criteria_of([("status", "done")])
    assert criteria.counts.count == criteria.queryset().count()


def test_cells_are_counted_again_when_the_day_or_enough_projects_have_changed(query_world):  # noqa: F811
    assert recount_projects(TODAY)
    assert not recount_projects(TODAY)
    assert recount_projects(TODAY + timedelta(days=1))
    Project.objects.filter(slug="halle").update(state="done")
    assert not recount_projects(TODAY + timedelta(days=1), at_least=3)
    assert recount_projects(TODAY + timedelta(days=1), at_least=2)
    assert set(ProjectCell.objects.values_list("shape", flat=True)) == set(range(10))


def test_a_commune_that_moves_takes_its_projects_along(query_world):  # noqa: F811
    Commune.objects.filter(code="29019").update(lat=10.0, lon=20.0)

    assert list(ProjectIndex.objects.filter(lat=10.0).values_list("project__slug", "lon")) == [("halle", 20.0)]


def test_words_that_change_are_found_and_those_that_are_gone_are_not(query_world):  # noqa: F811
    Project.objects.filter(slug="halle").update(title="La Verrière aux écrans")

    assert criteria_of([("q", '"verrière"')]).counts.count == 1
    assert criteria_of([("q", '"halle"')]).counts.count == 0


def test_an_axis_that_has_ended_counts_no_more(query_world):  # noqa: F811
    Axis.objects.filter(number=4).update(valid_to=TODAY)

    masks = dict(Project.objects.filter(slug__in=["halle", "bus"]).values_list("slug", "axes_mask"))
    assert masks == {"halle": 0, "bus": 0}


def test_beyond_the_cap_figures_say_at_least(query_world, monkeypatch):  # noqa: F811
    monkeypatch.setattr(counting, "ROWS_COUNTED", 2)
    offered = facets.statuses(criteria_of([("q", "projet OR halle OR café OR port OR bus")]))

    assert offered
    assert all(option.at_least for option in offered)
    assert not any(option.at_least for option in facets.statuses(criteria_of([])))


MANY_WORDS = "projet OR halle OR café OR port OR bus"


@pytest.mark.parametrize(("asked", "counted", "said"), [(MANY_WORDS, 2, True), (MANY_WORDS, 20, False), ("", 2, False)])
def test_pages_say_at_least_where_their_figures_are_not_exact(client, query_world, monkeypatch, asked, counted, said):  # noqa: F811
    monkeypatch.setattr(counting, "ROWS_COUNTED", counted)
    listed, drawn = (client.get(path, {"q": asked}).content.decode() for path in ("/projets/", "/projets/carte/"))

    assert [facets.AT_LEAST in page for page in (listed, drawn)] == [said, said]
    assert ('<span class="facet__count">au moins ' in listed) is said
    assert ("<p><strong>au moins " in drawn) is said


def test_below_twenty_thousand_projects_figures_are_exact():
    assert counting.ROWS_COUNTED >= LARGE


@pytest.mark.parametrize("few", [0, 5_000])
def test_tiles_hold_the_same_projects_however_they_are_counted(query_world, monkeypatch, few):  # noqa: F811
    monkeypatch.setattr(map_cells, "FEW", few)
    recount_projects(TODAY, at_least=1)
    Project.objects.filter(slug="cafe").update(state="done")
    for pair, zoom in product([*PAIRS, None], (0, 5, 9, 12, 16)):
        criteria = criteria_of([pair] if pair else [])
        marks = map_cells.clusters(criteria, (-180, -90, 180, 90), zoom)
        placed = ProjectIndex.objects.filter(pk__in=criteria.queryset().values("pk"), lat__isnull=False)
        assert sum(mark.count for mark in marks) == placed.count(), (pair, zoom)
        assert all(mark.project for mark in marks if mark.count == 1)
