"""Communes: the reference data, the official file, and what becomes of communes that vanish or change."""

import gzip
import json
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection

from events.models import Convention
from partners.actions import territory
from partners.actions.territory_file import read_communes, read_former
from partners.models import Commune, Department, Epci, FormerCommune, Project, Region
from tests import builders
from tests.partners.commune_file import GUERET, changed, load, written
from tests.reference import loaded

COMMUNES = str(territory.DATA / "communes.csv.gz")


@pytest.fixture(scope="module")
def rows():
    return read_communes(COMMUNES)


@pytest.fixture(scope="module", autouse=True)
def reference(django_db_setup, django_db_blocker):
    with loaded(django_db_blocker):
        yield


@pytest.fixture(autouse=True)
def _database(db):
    pass


def table() -> list:
    return list(Commune.objects.order_by("code").values_list())


def test_the_reference_data_are_whole():
    counts = [model.objects.count() for model in (Region, Department, Epci, Commune, FormerCommune)]
    assert counts == [26, 109, 1255, 34_969, 2_037]


def test_loading_the_reference_again_changes_nothing():
    before = table()
    report = territory.load_reference()
    assert (report.read, report.written, report.removed, table() == before) == (34_969, 0, [], True)


def test_if_needed_does_nothing_until_the_reference_files_change(monkeypatch, tmp_path):
    Commune.objects.filter(code="23096").update(population=1)
    call_command("load_territories", if_needed=True, verbosity=0)
    assert Commune.objects.get(code="23096").population == 1
    for name in territory.FILES:
        (tmp_path / name).write_bytes((territory.DATA / name).read_bytes())
    with (tmp_path / "regions.csv").open("a") as more:
        more.write("\n")
    monkeypatch.setattr(territory, "DATA", tmp_path)
    call_command("load_territories", if_needed=True, verbosity=0)
    assert Commune.objects.get(code="23096").population == 12_955


@pytest.mark.parametrize(
    ("code", "present"),
    [
        ("23096", "23096"),
        ("01039", "01138"),
        ("75101", "75056"),
        ("13216", "13055"),
        ("69381", "69123"),
        ("00000", None),
    ],
)
def test_former_codes_and_municipal_districts_resolve(code, present):
    commune = Commune.objects.resolve(code)
    assert (commune and commune.code) == present


def test_names_are_written_with_the_french_apostrophe():
    assert Commune.objects.get(code="01001").name == "L’Abergement-Clémenciat"


def test_a_town_hall_point_enters_and_is_never_replaced_by_a_mean(tmp_path):
    load(written(tmp_path, GUERET))
    load(written(tmp_path, changed(lat="46.5", lon="1.5", precision="P", population="13000")))
    gueret = Commune.objects.get(code="23096")
    assert (gueret.lat, gueret.lon, gueret.precision, gueret.population) == (46.17, 1.87, "M", 13_000)


def test_a_newer_town_hall_point_replaces_the_older_one(tmp_path):
    load(written(tmp_path, GUERET))
    load(written(tmp_path, changed(lat="46.1711")))
    assert Commune.objects.get(code="23096").lat == 46.1711


def test_the_centre_of_a_territory_is_an_approximate_point(tmp_path):
    load(written(tmp_path, ["97801", "Saint-Martin", "97150", "978", "978", "", "31160", "18.07", "-63.08", "T"]))
    assert Commune.objects.get(code="97801").is_approximate


def test_the_answer_of_the_official_address_is_read(tmp_path):
    item = {
        "code": "23096", "nom": "Guéret", "codesPostaux": ["23000"], "codeDepartement": "23", "codeRegion": "75",
        "codeEpci": "200034825", "population": 12_900, "centre": {"type": "Point", "coordinates": [1.86, 46.16]},
        "mairie": {"type": "Point", "coordinates": [1.8717, 46.1718]},
    }  # fmt: skip
    path = tmp_path / "communes.json.gz"
    path.write_bytes(gzip.compress(json.dumps([item]).encode()))
    load(str(path))
    gueret = Commune.objects.get(code="23096")
    assert (gueret.lat, gueret.lon, gueret.precision, gueret.population) == (46.1718, 1.8717, "M", 12_900)


def vanished(rows, *codes):
    return [row for row in rows if row.code not in codes]


def test_what_stands_on_a_vanished_commune_moves_to_its_successor(rows, tmp_path):
    FormerCommune.objects.create(code="23001", name="Ahun", commune_id="23096", kind="D")
    project = builders.project(commune_id="23001")
    place = builders.organisation(commune_id="23001")
    convention = Convention.objects.create(
        slug="c", title="C", starts_at="2027-01-01T09:00Z", ends_at="2027-01-01T10:00Z", commune_id="23001"
    )
    report = territory.load_communes(vanished(rows, "23001"))
    for thing in (project, place, convention):
        thing.refresh_from_db()
    assert report.moved == ["Ahun (23001)"]
    assert {project.commune_id, place.commune_id, convention.commune_id} == {"23096"}
    assert "Guéret" in project.keywords
    assert Commune.objects.resolve("23001").code == "23096"


def test_a_vanished_commune_stays_while_something_stands_on_it(rows):
    builders.project(commune_id="23001")
    report = territory.load_communes(vanished(rows, "23001", "23002"))
    assert (report.kept, report.removed) == (["Ahun (23001)"], ["Ajain (23002)"])
    assert set(Commune.objects.filter(code__in=["23001", "23002"]).values_list("code", flat=True)) == {"23001"}
    assert report.sentences()[1:] == [
        "1\u00a0commune absente du fichier, gardée parce que des données s’y rattachent : Ahun (23001).",
        "1\u00a0commune absente du fichier, supprimée : Ajain (23002).",
    ]


def test_a_commune_that_changes_name_and_departement_carries_its_projects_along(rows):
    project = builders.project(commune_id="23001")
    moved = [replace(r, name="Ahun-les-Bains", department="87", code="23001") if r.code == "23001" else r for r in rows]
    territory.load_communes(moved)
    project.refresh_from_db()
    assert (project.department_id, "Ahun-les-Bains" in project.keywords) == ("87", True)


def test_a_file_without_the_overseas_collectivities_leaves_them_alone(rows):
    overseas = set(Department.objects.filter(zone="com").values_list("code", flat=True))
    report = territory.load_communes([row for row in rows if row.department not in overseas])
    assert (report.removed, Commune.objects.filter(department__in=overseas).count()) == ([], 94)


def test_an_unknown_epci_is_left_empty_and_said(rows, tmp_path):
    report = territory.load_communes([replace(rows[0], epci="999999999")], partial=True)
    assert (Commune.objects.get(code=rows[0].code).epci, report.unknown_epci) == (None, 1)


def test_former_codes_that_lead_nowhere_are_refused(rows, tmp_path):
    path = tmp_path / "former.csv"
    path.write_text("code,nom,commune,type\n01039,Béon,99999,D\n")
    with pytest.raises(ValidationError, match="Ligne 2 : la commune actuelle 99999 est inconnue"):
        territory.load_communes(rows[:1], read_former(str(path)), partial=True)


def test_every_foreign_key_to_a_commune_is_known():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c"
            " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
            " WHERE c.confrelid = 'partners_commune'::regclass AND c.contype = 'f'"
        )
        in_database = set(cursor.fetchall())
    assert set(territory._references()) == in_database


def test_the_command_loads_the_reference_first_when_it_is_missing(tmp_path):
    with connection.cursor() as cursor:
        cursor.execute("COMMENT ON TABLE partners_commune IS NULL")
    load(written(tmp_path, changed(population="7")))
    assert (territory.reference_is_loaded(), Commune.objects.get(code="23096").population) == (True, 7)


def test_control_project_words_follow_only_because_the_load_touches_them(rows):
    project = builders.project(commune_id="23001")
    Commune.objects.filter(code="23001").update(name="Ahun-les-Bains")
    assert "Ahun-les-Bains" not in Project.objects.get(pk=project.pk).keywords
