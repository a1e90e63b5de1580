"""Charts and close-ups, drawn on the server: numbers are written, links lead to lists, no stop of the keyboard."""

import re

import pytest

from alliance.portal import charts, close_up
from alliance.portal.charts import Figure
from partners.views.clusters import Cluster

TWO = [Figure("idée", 12, "/projets/?status=idea"), Figure("en cours <b>", 1_480, "/projets/?a=1&b=2")]


def lead(code: str) -> str:
    return f"/projets/carte/?department={code}"


@pytest.mark.parametrize("draw", [charts.bars, charts.columns])
def test_a_chart_writes_its_numbers_and_leads_to_its_lists(draw):
    svg = draw(TWO)

    assert (">12<" in svg, ">1\u202f480<" in svg) == (True, True)
    assert re.findall(r'href="([^"]*)"', svg) == ["/projets/?status=idea", "/projets/?a=1&amp;b=2"]
    assert ("<b>" in svg, svg.count('tabindex="-1"')) == (False, 2)


@pytest.mark.parametrize("draw", [charts.bars, charts.columns])
def test_nothing_to_draw_is_an_empty_drawing(draw):
    assert draw([]).count("<rect") == 0


def test_the_longest_bar_is_that_of_the_largest_number():
    widths = [int(width) for width in re.findall(r'<rect[^>]*width="(\d+)"', charts.bars(TWO))]

    assert widths == sorted(widths)


def test_an_empty_cell_of_the_grid_is_crossed_not_only_pale():
    svg = charts.grid([("Bretagne", [Figure("a", 0, "/a"), Figure("b", 3, "/b")])], ["1", "2"])

    assert (svg.count("chart__none"), svg.count(">3<")) == (1, 1)
    assert "<title>a : 0\u00a0projet</title>" in svg


@pytest.mark.parametrize(("value", "words"), [(0, "0"), (999, "999"), (1_000, "1k"), (52_300, "52k")])
def test_a_cell_holds_short_numbers(value, words):
    assert charts.short(value) == words


def test_a_close_up_shows_its_departements_and_their_neighbours():
    frame = close_up.around_departments(["22", "29", "35", "56"])
    svg = close_up.render(frame, here=["22", "29", "35", "56"], counts={"29": 3}, url_for=lead)

    assert "<title>Finistère (29) : 3\u00a0projets</title>" in svg
    assert "<title>Loire-Atlantique (44)</title>" in svg
    assert "department=13" not in svg
    assert svg.count("<a ") == svg.count('tabindex="-1"')


def test_a_close_up_without_counts_draws_the_departement_as_ground_and_clusters_above():
    clusters = [Cluster(-4.49, 48.39, 4, "Brest : 4 projets", "/a"), Cluster(-4.1, 48.0, 1, "Seul", "/b", True)]
    svg = close_up.render(
        close_up.around_departments(["29"]), here=["29"], counts=None, url_for=lead, clusters=clusters
    )

    assert (svg.count("map__here"), svg.count("map__number"), svg.count("map__point--around")) == (1, 1, 1)
    places = [(int(x), int(y)) for x, y in re.findall(r'cx="(-?\d+)" cy="(-?\d+)"', svg)]
    assert all(0 <= x <= close_up.WIDTH and 0 <= y <= close_up.HEIGHT for x, y in places)


@pytest.mark.parametrize(("lon", "lat"), [(2.35, 48.85), (55.45, -21.1), (-61.0, 14.6)])
def test_a_circle_stands_in_the_middle_of_its_picture(lon, lat):
    left, top, right, bottom = close_up.around_point(lon, lat, 10)
    x, y = close_up.project(lon, lat)

    assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx((x, y), abs=3)


def test_what_the_map_does_not_draw_has_no_close_up():
    assert (close_up.around_departments(["975"]), close_up.around_point(-56.17, 46.78, 5)) == (None, None)


def test_every_departement_has_its_outline_inside_its_box():
    assert len(close_up.outlines()) == 101
    for code, outline in close_up.outlines().items():
        left, top, right, bottom = outline["box"]
        x, y = (int(each) for each in re.match(r"M(-?\d+) (-?\d+)", outline["path"]).groups())
        assert left - 1 <= x <= right + 1, code
        assert top - 1 <= y <= bottom + 1, code
