"""Lists of the API: the same rows as the pages, the exact dictionaries, paging, files, refusals."""

import csv
import io
import json
from datetime import date

import pytest
import time_machine
from openpyxl import load_workbook

from partners.filters import small
from partners.models import Organisation, Project, ProjectPartner
from tests import builders
from tests.query_table import AGREEMENTS, ORGANISATIONS, PROJECTS, REFUSED, query_world  # noqa: F401

pytestmark = pytest.mark.django_db
API = "/api/v1/"


def found(client, path: str, key: str) -> list:
    response = client.get(API + path)
    assert response.status_code == 200, response.content
    body = response.json()
    assert body["count"] == len(body["results"])
    return [row[key] for row in body["results"]]


@pytest.mark.parametrize("small_bytes", [small.SMALL_BYTES, -1])
def test_projects_answer_the_shared_table(client, query_world, monkeypatch, small_bytes):  # noqa: F811
    """By the short way of a small portal, and by the long one."""
    monkeypatch.setattr(small, "SMALL_BYTES", small_bytes)
    monkeypatch.setattr(small, "large", small.Large())
    for query, expected in PROJECTS:
        assert set(found(client, f"projects/?{query}", "slug")) == expected, query
    assert bool(small.large) == (small_bytes < 0)


def test_organisations_answer_the_shared_table(client, query_world):  # noqa: F811
    for query, expected in ORGANISATIONS:
        assert set(found(client, f"organisations/?{query}", "slug")) == expected, query


def test_agreements_answer_the_shared_table(client, query_world):  # noqa: F811
    for query, expected in AGREEMENTS:
        assert set(found(client, f"agreements/?{query}", "title")) == expected, query


def test_what_is_not_understood_is_refused_by_name(client, query_world):  # noqa: F811
    for query, name in REFUSED:
        response = client.get(f"{API}projects/?{query}")
        assert (response.status_code, list(response.json())) == (400, [name]), query


@pytest.mark.parametrize(
    ("query", "name"),
    [("page=0", "page"), ("page=x", "page"), ("page=2", "page"), ("page_size=201", "page_size"),
     ("page=900&page_size=50", "page"), ("format=pdf", "format"), ("fields=nom", "fields")],
)  # fmt: skip
def test_paging_that_makes_no_sense_is_refused_by_name(client, query, name):
    response = client.get(f"{API}projects/?{query}")
    assert (response.status_code, list(response.json())) == (400, [name])


@time_machine.travel("2026-03-10 09:00:00Z")
def test_a_project_is_exactly_this_dictionary(client, settings):
    settings.SITE_URL = "https://portail.test"
    funder = builders.organisation(name="Mairie d’essai", slug="mairie", kind="authority")
    project = builders.project(
        [builders.axis(4), builders.axis(2)], slug="halle", title="Halle", commune=builders.commune(precision="P"),
        lead=builders.organisation(name="Atelier", slug="atelier"), confirmed_on=date(2026, 1, 2),
        starts_on=date(2025, 5, 1),
    )  # fmt: skip
    project.figures.create(label="personnes", target=400, reached=340)
    ProjectPartner.objects.create(project=project, organisation=funder, role="funder")
    Project.objects.filter(pk=project.pk).update(updated_at="2026-03-01T08:00:00Z")
    assert client.get(f"{API}projects/").json()["results"] == [
        {
            "slug": "halle",
            "url": "https://portail.test/projets/halle/",
            "title": "Halle",
            "summary": "",
            "confirmed_on": "2026-01-02",
            "starts_on": "2025-05-01",
            "ends_on": None,
            "origin": "",
            "source": "",
            "is_demo": False,
            "status": "ongoing",
            "freshness": "confirmed",
            "lead": "atelier",
            "lead_name": "Atelier",
            "axes": [2, 4],
            "commune": "29019",
            "commune_name": "Brest",
            "department": "29",
            "region": "53",
            "lat": 48.3905,
            "lon": -4.486,
            "is_approximate": True,
            "updated_at": "2026-03-01T09:00:00+01:00",
            "figures": [{"label": "personnes", "target": 400, "reached": 340}],
            "partners": [{"role": "funder", "organisation": "mairie", "name": "Mairie d’essai"}],
        }
    ]
    assert client.get(f"{API}projects/halle/").json()["description"] == ""


@time_machine.travel("2026-03-10 09:00:00Z")
def test_an_organisation_is_exactly_this_dictionary(client, settings):
    settings.SITE_URL = "https://portail.test"
    network = builders.organisation(name="Réseau", slug="reseau", kind="network")
    made = builders.organisation(
        name="Atelier", slug="atelier", parent=network, commune=builders.commune(), siren="000000000", website="https://atelier.test"
    )  # fmt: skip
    made.axes.set([builders.axis(3)])
    signed = builders.signature(made)
    Organisation.objects.filter(pk=made.pk).update(updated_at="2026-07-01T08:00:00Z")
    row = client.get(f"{API}organisations/atelier/").json()
    since = row.pop("signatory_since")
    assert since.startswith(signed.signed_at.date().isoformat())
    assert row == {
        "id": str(made.public_id),
        "slug": "atelier",
        "url": "https://portail.test/annuaire/atelier/",
        "name": "Atelier",
        "short_name": "",
        "kind": "local",
        "network": "reseau",
        "siren": "000000000",
        "siret": "",
        "rna": "",
        "summary": "",
        "website": "https://atelier.test",
        "axes": [3],
        "commune": "29019",
        "commune_name": "Brest",
        "department": "29",
        "region": "53",
        "lat": 48.3905,
        "lon": -4.486,
        "precision": "G",
        "signatory": "current",
        "is_demo": False,
        "source": "",
        "updated_at": "2026-07-01T10:00:00+02:00",
        "description": "",
    }


@pytest.mark.parametrize(
    "path",
    ["projects/cachee/", "organisations/cachee/", "conventions/cachee/", "charter-versions/cachee/", "communes/00000/"],
)
def test_what_is_not_public_is_missing(client, path):
    builders.organisation(slug="cachee", is_public=False)
    builders.project(slug="cachee", moderation="submitted")
    builders.convention(slug="cachee", state="draft")
    builders.charter_version("cachee", published=False)
    response = client.get(API + path)
    assert response.status_code == 404
    assert list(response.json()) == ["detail"]


def test_a_former_code_gives_the_present_commune(client, query_world):  # noqa: F811
    assert client.get(f"{API}communes/29996/").json()["code"] == "29019"


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"),
    [("projects/", 1), ("organisations/", 4), ("agreements/", 4), ("signatures/", 5), ("conventions/", 3)],
)
def test_a_list_costs_as_many_queries_for_one_row_as_for_three(client, django_assert_num_queries, rows, path, queries):
    version = builders.charter_version("2020")
    for _ in range(rows):
        lead = builders.organisation(commune=builders.commune())
        builders.project(lead=lead, commune=lead.commune)
        builders.agreement(lead)
        builders.signature(lead, version)
        builders.convention()
    with django_assert_num_queries(queries):
        body = client.get(API + path).json()
    assert body["count"] == rows


def test_pages_follow_each_other_without_loss(client):
    for _ in range(5):
        builders.project()
    first = client.get(f"{API}projects/?page_size=2&status=ongoing").json()
    seen, page = [row["slug"] for row in first["results"]], first
    while page["next"]:
        page = client.get(page["next"].split("localhost:8000", 1)[1]).json()
        seen += [row["slug"] for row in page["results"]]
    assert len(seen) == len(set(seen)) == 5
    assert (first["previous"], first["count_exact"], page["next"]) == (None, True, None)


def test_only_the_fields_asked_for(client):
    builders.project(title="Halle")
    assert client.get(f"{API}projects/?fields=title,axes").json()["results"] == [{"title": "Halle", "axes": []}]


def test_an_unchanged_list_is_not_sent_again(client):
    builders.project()
    first = client.get(f"{API}projects/")
    again = client.get(f"{API}projects/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    builders.project()
    assert client.get(f"{API}projects/", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_files_hold_the_whole_filtered_set(client, query_world):  # noqa: F811
    query = "axis=4"
    expected = {"halle", "bus"}
    content = b"".join(client.get(f"{API}projects/?{query}&format=csv")).decode("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(content)))
    assert {row["slug"] for row in table} == expected
    sheet = load_workbook(io.BytesIO(b"".join(client.get(f"{API}projects/?{query}&format=xlsx")))).active
    header, *rows = sheet.iter_rows(values_only=True)
    assert {row[header.index("slug")] for row in rows} == expected
    features = json.loads(b"".join(client.get(f"{API}projects/?{query}&format=geojson")))["features"]
    points = {each["properties"]["slug"]: each["geometry"]["coordinates"] for each in features}
    assert points == {"halle": [-4.486, 48.3905], "bus": [4.8351, 45.758]}
    whole = json.loads(b"".join(client.get(f"{API}projects/?{query}&format=json")))["results"]
    assert {row["slug"] for row in whole} == expected


def test_no_cell_starts_a_formula(client):
    builders.project(title="=1+1")
    table = b"".join(client.get(f"{API}projects/?format=csv&fields=title")).decode("utf-8-sig")
    assert table.splitlines() == ["title", '"\'=1+1"']
    sheet = load_workbook(io.BytesIO(b"".join(client.get(f"{API}projects/?format=xlsx&fields=title")))).active
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("'=1+1", "s")


def test_clusters_and_points_hold_the_projects_of_the_list(client, query_world):  # noqa: F811
    world = "bbox=-180,-90,180,90"
    for query, expected in PROJECTS[:40]:
        placed = expected - {"sans-lieu"}
        far = client.get(f"{API}projects/clusters/?{world}&zoom=3&{query}").json()["features"]
        assert sum(each["properties"]["count"] for each in far) == len(placed), query
        near = client.get(f"{API}projects/clusters/?{world}&zoom=14&{query}").json()["features"]
        assert {each["properties"]["slug"] for each in near} == placed, query


@pytest.mark.parametrize(
    ("query", "name"),
    [("zoom=3", "bbox"), ("bbox=1,2,3&zoom=3", "bbox"), ("bbox=nan,0,1,1&zoom=3", "bbox"),
     ("bbox=5,0,1,1&zoom=3", "bbox"), ("bbox=0,0,1,1", "zoom"),
     ("bbox=0,0,1,1&zoom=99", "zoom"), ("bbox=0,0,1,1&zoom=3&axis=99", "axis")],
)  # fmt: skip
def test_a_map_that_makes_no_sense_is_refused_by_name(client, query, name):
    response = client.get(f"{API}projects/clusters/?{query}")
    assert (response.status_code, list(response.json())) == (400, [name])
