"""Bits: for any filters together, whatever was written since, the figures, pages and tiles are those of the rows."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from partners.actions import bits as writing
from partners.filters import counting, facets, map_cells
from partners.filters import hits as paging
from partners.filters.bits import known
from partners.filters.leads import by_signatory
from partners.filters.tsquery import tree
from partners.models import Organisation, Project, ProjectIndex
from partners.models.project_bits import ProjectBase, ProjectBits, ProjectSlot, ProjectTouched
from tests.partners.test_counting import FACETS, PAIRS, TODAY, WRITES, by_hand, criteria_of, write
from tests.query_table import query_world  # noqa: F401

pytestmark = pytest.mark.django_db
MORE = [
    ("q", "halle OR bus"), ("q", "projet -halle"), ("q", "cafe"), ("near", "46,2"), ("radius_km", "300"),
    ("freshness", "to_confirm"), ("ordering", "title"), ("ordering", "-starts_on"), ("ordering", "-confirmed_on"),
    ("kind", "authority"), ("signatory", "current"), ("network", "halles"),
]  # fmt: skip
NAMES = [name for name in FACETS if name != "axis"]


@pytest.fixture(autouse=True)
def always(monkeypatch):
    """However few the projects, and every word is common."""
    monkeypatch.setattr(writing, "LARGE", 0)
    monkeypatch.setattr(writing, "SAMPLE", 1)
    monkeypatch.setattr(known, "exist", True)


def write_bits() -> None:
    writing.write_bits(TODAY, by_signatory(TODAY))


def axes_by_hand(criteria) -> Counter:
    found = Counter()
    for mask, count in by_hand(criteria)["axis"].items():
        found.update(dict.fromkeys(map(str, facets.numbers_of(int(mask))), count))
    return found


def check(criteria) -> None:
    assert criteria.bits
    assert counting.count(criteria, *NAMES).by == {name: by_hand(criteria)[name] for name in NAMES}
    assert counting.count(criteria, *FACETS).exact == frozenset(FACETS)
    assert facets.axis_counts(criteria) == axes_by_hand(criteria)
    wanted = list(criteria.ordered().values_list("pk", flat=True))
    assert criteria.keys_of(0, 50) == wanted
    assert criteria.keys_of(2, 4) == wanted[2:4]
    placed = ProjectIndex.objects.filter(pk__in=wanted, lat__isnull=False)
    for zoom in (0, 5, 9, 14):
        marks = map_cells.clusters(criteria, (-180, -90, 180, 90), zoom)
        assert sum(mark.count for mark in marks) == placed.count()
        assert all((mark.project in wanted) == (mark.count == 1) for mark in marks)
    points = map_cells.points(criteria, (-180, -90, 180, 90))
    assert {(mark.project, mark.lon, mark.lat) for mark in points} == set(placed.values_list("pk", "lon", "lat"))


@settings(
    max_examples=25, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(
    before=st.lists(st.tuples(WRITES, st.integers(0, 11)), max_size=3),
    after=st.lists(st.tuples(WRITES, st.integers(0, 11)), max_size=4),
    pairs=st.lists(st.sampled_from(PAIRS + MORE), max_size=4, unique=True),
    few=st.sampled_from([0, 5_000]),
)
def test_bits_tell_what_rows_tell(query_world, monkeypatch, before, after, pairs, few):  # noqa: F811
    monkeypatch.setattr(paging, "FEW", few)
    with transaction.atomic():
        for (number, what), value in before:
            write(number, what, value)
        write_bits()
        for (number, what), value in after:
            write(number, what, value)
        if ProjectBase.objects.exists():
            check(criteria_of(pairs))
        transaction.set_rollback(True)


@pytest.mark.parametrize("pair", [*PAIRS, *MORE])
def test_each_filter_alone(query_world, pair):  # noqa: F811
    write_bits()
    check(criteria_of([pair]))


def test_what_is_written_since_is_read_from_the_rows(query_world):  # noqa: F811
    write_bits()
    before = list(ProjectBits.objects.order_by("name", "value").values_list("pk", "bits"))
    Project.objects.filter(slug="halle").update(state="done")
    criteria = criteria_of([("axis", "4")])

    assert list(ProjectBits.objects.order_by("name", "value").values_list("pk", "bits")) == before
    assert counting.count(criteria, "status").by == {"status": by_hand(criteria)["status"]}
    ProjectTouched.objects.all().delete()
    criteria = criteria_of([("axis", "4")])
    assert counting.count(criteria, "status").by != {"status": by_hand(criteria)["status"]}


@pytest.mark.parametrize("pairs", [[("region", "53")], [("department", "29"), ("status", "ongoing")]])
def test_a_place_is_counted_by_its_cells_without_a_word_about_bits(query_world, django_assert_num_queries, pairs):  # noqa: F811
    write_bits()
    criteria = criteria_of(pairs)
    with django_assert_num_queries(1):
        found = counting.count(criteria, "departments", "map", "status", "freshness")
    assert found.by == {name: by_hand(criteria)[name] for name in found.by}
    assert all(found.by.values())
    assert found.exact == frozenset(found.by)


def test_on_another_day_or_when_the_tree_has_changed_the_rows_answer(query_world):  # noqa: F811
    Project.objects.filter(slug="vieux").update(confirmed_on=TODAY - timedelta(days=500))  # stale on that day too
    write_bits()

    assert criteria_of([]).bits
    assert criteria_of([], TODAY + timedelta(days=1)).bits is None
    assert not known.exist
    assert counting.count(criteria_of([]), "count").by == {"count": {None: 6}}
    assert known.exist
    assert criteria_of([("q", '"halle bus"')]).bits is None
    Organisation.objects.filter(slug="atelier").update(kind=Organisation.Kind.AUTHORITY)
    assert criteria_of([]).bits is None


def test_bits_are_written_again_when_the_day_or_the_signatures_have_changed(query_world):  # noqa: F811
    groups = by_signatory(TODAY)
    assert writing.rewrite_bits(TODAY, groups)
    assert not writing.rewrite_bits(TODAY, groups)
    assert writing.rewrite_bits(TODAY + timedelta(days=1), groups)
    moved = {"signatory": groups["signatory"] | {"current": set(range(1000, 1010))}}
    assert writing.rewrite_bits(TODAY + timedelta(days=1), moved)


def test_slots_are_never_used_twice(query_world):  # noqa: F811
    write_bits()
    before = set(ProjectSlot.objects.values_list("slot", flat=True))
    write_bits()
    assert before.isdisjoint(ProjectSlot.objects.values_list("slot", flat=True))
    assert ProjectBase.objects.count() == 1


def test_few_projects_have_no_bits(query_world, monkeypatch):  # noqa: F811
    monkeypatch.setattr(writing, "LARGE", 1_000)
    write_bits()
    assert not ProjectBase.objects.exists()
    assert criteria_of([]).bits is None


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("'inclus' & 'numer'", ("&", "word", "word")),
        ("'lieux' <-> 'partag' & !'projet' | 'caf'", ("|", "&", "near", "word", "word", "not", "word", "word")),
        ("'a''b\\\\c'", ("word",)),
        ("!( 'a' | 'b' )", ("not", "|", "word", "word")),
    ],
)
def test_a_tsquery_is_read_as_postgresql_writes_it(text, kinds):
    def walked(node):
        yield node.kind
        for each in node.parts:
            yield from walked(each)

    assert tuple(walked(tree(text))) == kinds
    assert tree("") is None
