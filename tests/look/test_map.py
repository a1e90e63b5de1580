import re
from math import cos, dist, radians, sin, sqrt

import pytest

from alliance.portal import france_map
from alliance.portal.france_map import Spot
from alliance.portal.projection import lambert_93


def url_for(code: str, name: str) -> str:
    return f"/projets/?department={code}&q={name}"


def test_lambert_93_has_its_origin_where_it_is_defined():
    x, y = lambert_93(3, 46.5)
    assert (round(x, 3), round(y, 3)) == (700_000, 6_600_000)


@pytest.mark.parametrize("lat", [44, 49])
def test_lambert_93_keeps_lengths_along_its_two_parallels(lat):
    step = 0.001
    measured = dist(lambert_93(2, lat), lambert_93(2 + step, lat))
    phi = radians(lat)
    on_the_ellipsoid = 6_378_137 * cos(phi) / sqrt(1 - 0.00669438002290 * sin(phi) ** 2) * radians(step)
    assert measured == pytest.approx(on_the_ellipsoid, rel=1e-6)


def test_the_map_draws_the_101_departments_and_paris_again_in_the_lens():
    svg = france_map.render({}, url_for=url_for)
    codes = re.findall(r"department=([0-9AB]+)&amp;", svg)
    assert len(set(codes)) == 101
    assert sorted(code for code in set(codes) if codes.count(code) == 2) == ["75", "92", "93", "94"]


def test_each_department_says_its_name_its_code_and_its_count():
    svg = france_map.render({"23": 14, "29": 1}, url_for=url_for).replace("\u00a0", " ")
    assert "<title>Creuse (23) : 14 projets</title>" in svg
    assert "<title>Finistère (29) : 1 projet</title>" in svg
    assert "<title>Ain (01) : 0 projet</title>" in svg


def test_the_map_adds_no_stop_to_the_keyboard():
    svg = france_map.render({}, url_for=url_for, points=[Spot(2.35, 48.85, "Paris", "/")])
    assert svg.count("<a ") == svg.count('tabindex="-1"') == 106


def test_the_map_escapes_what_it_is_given():
    svg = france_map.render({}, url_for=url_for, points=[Spot(2.35, 48.85, "<script>", "/?a=1&b=2")])
    assert "<script>" not in svg
    assert "/?a=1&amp;b=2" in svg


def test_the_map_fits_its_budget():
    assert len(france_map.render({}, url_for=lambda code, name: f"/projets/?department={code}")) < 36_000


@pytest.mark.parametrize(
    ("lon", "lat", "inside"),
    [(2.35, 48.85, "metro"), (55.45, -20.9, "974"), (-61.06, 14.6, "972"), (-149.5, -17.5, None), (-56.3, 46.8, None)],
)
def test_a_point_falls_in_its_frame_or_nowhere(lon, lat, inside):
    place = france_map.project(lon, lat)
    if inside is None:
        assert place is None
    elif inside == "metro":
        assert 560 < place[0] < 590
        assert 300 < place[1] < 325
    else:
        box = next(box for box in france_map.drawing()["boxes"] if box["code"] == inside)
        assert box["x"] < place[0] < box["x"] + box["width"]
        assert box["y"] < place[1] < box["y"] + box["height"]


def test_shades_follow_quartiles_and_zero_stands_apart():
    counts = {"01": 0, "02": 1, "03": 2, "04": 3, "05": 40}
    cuts = france_map.thresholds(counts)
    assert [france_map.shade(count, cuts) for count in counts.values()] == [0, 1, 2, 3, 4]


def test_equal_counts_share_the_darkest_shade():
    cuts = france_map.thresholds({"01": 5, "02": 5})
    assert [france_map.shade(count, cuts) for count in (0, 5)] == [0, 4]


def test_the_legend_speaks_of_what_the_map_shows():
    rows = france_map.legend({"02": 1, "03": 2, "04": 3, "05": 40})
    assert [row["words"] for row in rows] == ["aucun projet", "1", "2", "3 à 39", "40 projets"]
    assert france_map.legend({}) == []
