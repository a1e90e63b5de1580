"""Open data: the files of the day, their diary and catalogue; what search engines read. By independent readers."""

import csv
import gzip
import hashlib
import io
import json
from datetime import date, datetime, timedelta

import arro3.io
import pytest
from django.test import Client
from django.utils import timezone
from lxml import etree

from alliance.lib.json_ld import dumped
from alliance.portal import dumps, jobs, open_data, sitemaps
from partners.models import Project
from tests import builders
from tests.query_table import query_world  # noqa: F401

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 10)
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def published(query_world):  # noqa: F811
    builders.convention()
    return {(dump.dataset, dump.format): dump for dump in dumps.build(DAY)}


def downloaded(client, dump) -> bytes:
    response = client.get(dump.path)
    assert (response.status_code, response["Content-Type"]) == (200, dump.media_type)
    content = b"".join(response)
    assert hashlib.sha256(content).hexdigest() == dump.digest
    assert len(content) == dump.bytes
    return content if dump.format == "parquet" else gzip.decompress(content)


def test_each_data_set_has_its_files_whole_and_digested(client, published):
    expected = {(data.key, form) for data in open_data.DATA_SETS for form in data.formats}
    assert set(published) == expected
    for (key, form), dump in published.items():
        if form == "parquet":
            continue
        content = downloaded(client, dump).decode("utf-8-sig")
        if form == "csv":
            header, *rows = csv.reader(io.StringIO(content))
            assert tuple(header) == tuple(open_data.BY_KEY[key].row().fields), key
        else:
            rows = json.loads(content)["features"]
        assert len(rows) == dump.rows, (key, form)


def parquet_of(content: bytes) -> tuple[dict[str, str], list[dict]]:
    """The kinds of the columns and the rows, by a reader that is not ours."""
    table = arro3.io.read_parquet(io.BytesIO(content)).read_all()
    columns = {name: [cell.as_py() for cell in table[name]] for name in table.column_names}
    kinds = {field.name: str(field.type).removeprefix("arro3.core.DataType<").rstrip(">\n") for field in table.schema}
    return kinds, [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def test_the_files_in_parquet_say_what_the_api_says(client, published):
    for data in open_data.DATA_SETS:
        kinds, rows = parquet_of(downloaded(client, published[data.key, "parquet"]))
        assert len(rows) == published[data.key, "parquet"].rows, data.key
        assert tuple(kinds) == data.endpoint.row_fields
        for row, told in zip(rows, dumps.dictionaries(data), strict=True):
            assert {name: as_told(value, told[name]) for name, value in row.items()} == told, data.key


def as_told(value, told):
    """A value of Parquet as JSON has it: days and moments in ISO 8601, lists read again."""
    if isinstance(told, list):
        return json.loads(value)
    if isinstance(value, datetime):
        return value.astimezone(timezone.get_default_timezone()).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else value


def test_columns_of_parquet_have_their_own_types(client, published):
    kinds, rows = parquet_of(downloaded(client, published["projets", "parquet"]))
    wanted = ("title", "confirmed_on", "updated_at", "is_demo", "lat", "axes")
    assert {name: kinds[name] for name in wanted} == {
        "title": "Utf8", "confirmed_on": "Date32", "updated_at": 'Timestamp(µs, "UTC")', "is_demo": "Boolean",
        "lat": "Float64", "axes": "Utf8",
    }  # fmt: skip
    halle = next(row for row in rows if row["slug"] == "halle")
    assert (halle["title"], halle["axes"], halle["starts_on"]) == ("La Halle aux écrans", "[4]", None)


def test_the_file_of_projects_holds_the_archives_and_nothing_hidden(client, published):
    rows = csv.DictReader(io.StringIO(downloaded(client, published["projets", "csv"]).decode("utf-8-sig")))
    slugs = {row["slug"] for row in rows}
    assert "vieux" in slugs
    assert slugs == set(Project.objects.public().values_list("slug", flat=True))


def test_a_day_is_published_once_and_old_files_leave_before_their_digests(client, query_world):  # noqa: F811
    first = dumps.build(DAY)
    assert dumps.build(DAY) == []
    builders.project()
    for days in range(1, dumps.FILES_KEPT + 1):
        dumps.build(DAY + timedelta(days=days))
    assert len({dump.day for dump in dumps.diary()}) == dumps.FILES_KEPT + 1
    assert client.get(first[0].path).status_code == 404
    page = client.get("/donnees/fichiers/").content.decode()
    assert "projets +1" in page
    assert dumps.latest()["projets"][0].path in page


def test_the_job_publishes_today_and_nothing_twice():
    assert jobs.publish_dumps() > 10
    assert jobs.publish_dumps() == 0
    assert {dump.day for dump in dumps.diary()} == {timezone.localdate().isoformat()}


def test_a_file_known_already_is_not_sent_again_and_no_path_leads_elsewhere(client, published):
    dump = published["axes", "csv"]
    assert client.get(dump.path, headers={"If-None-Match": f'"{dump.digest}"'}).status_code == 304
    for path in ("2026-03-10/journal.json", "2026-03-10/..%2fjournal.json", "2026-03-11/axes.csv.gz", "x/y"):
        assert client.get(f"/donnees/fichiers/{path}").status_code == 404


def test_before_the_first_day_the_pages_say_so(client):
    assert "paraîtront cette nuit" in client.get("/donnees/").content.decode()
    assert "Pas encore de fichier" in client.get("/donnees/fichiers/").content.decode()
    assert client.get("/donnees/catalogue.jsonld").json()["@type"] == "dcat:Catalog"


def test_a_dump_that_is_cut_short_is_never_named(query_world, monkeypatch):  # noqa: F811
    def broken(data, form):
        raise OSError("no space left")
        yield b""

    monkeypatch.setattr(dumps, "content", broken)
    with pytest.raises(OSError, match="no space"):
        dumps.build(DAY)
    assert dumps.diary() == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_catalogue_is_a_graph_that_another_reader_understands(client, published):
    rdflib = pytest.importorskip("rdflib")
    graph = rdflib.Graph().parse(data=client.get("/donnees/catalogue.jsonld").content, format="json-ld")
    dcat, dct = rdflib.Namespace("http://www.w3.org/ns/dcat#"), rdflib.Namespace("http://purl.org/dc/terms/")
    spdx = rdflib.Namespace("http://spdx.org/rdf/terms#")
    sets = set(graph.subjects(rdflib.RDF.type, dcat.Dataset))
    assert len(sets) == len(open_data.DATA_SETS)
    for each in sets:
        for needed in (dct.title, dct.description, dct.publisher, dcat.distribution, dct.modified, dcat.landingPage):
            assert list(graph.objects(each, needed)), (each, needed)
        for distribution in graph.objects(each, dcat.distribution):
            assert list(graph.objects(distribution, dct.license)), distribution
    digests = {str(each) for each in graph.objects(None, spdx.checksumValue)}
    assert digests == {dump.digest for dump in published.values()}


def test_reference_data_keep_their_own_licence_and_source(client):
    communes = open_data.BY_KEY["communes"]
    assert communes.licence_url == "https://creativecommons.org/licenses/by/4.0/"
    page = client.get("/donnees/").content.decode()
    assert "GeoNames" in page
    assert "INSEE" in page


# --- what search engines read ---------------------------------------------------------------------------------------


def things_of(client, path: str) -> list[dict]:
    page = etree.HTML(client.get(path).content.decode())
    return [json.loads(script.text) for script in page.iter("script") if script.get("type") == "application/ld+json"]


def test_project_organisation_and_convention_say_what_they_are(client, settings):
    settings.SITE_URL = "https://portail.test"
    lead = builders.organisation(name="Atelier", slug="atelier", siren="000000000", commune=builders.commune())
    builders.project(
        [builders.axis(4, "inclusion numérique")], slug="halle", title="Halle", lead=lead, commune=lead.commune
    )
    builders.convention(slug="c26", title="Convention 2026", place="Lyon")
    (project,) = things_of(client, "/projets/halle/")
    assert {name: project[name] for name in ("@type", "@id", "name", "keywords")} == {
        "@type": "Project", "@id": "https://portail.test/projets/halle/", "name": "Halle",
        "keywords": ["inclusion numérique"],
    }  # fmt: skip
    assert project["parentOrganization"]["url"] == "https://portail.test/annuaire/atelier/"
    assert project["location"]["geo"]["latitude"] == 48.3905
    (organisation,) = things_of(client, "/annuaire/atelier/")
    assert organisation["identifier"] == {"@type": "PropertyValue", "propertyID": "SIREN", "value": "000000000"}
    (event,) = things_of(client, "/conventions/c26/")
    assert (event["@type"], event["location"]["name"]) == ("Event", "Lyon")
    (catalogue,) = things_of(client, "/donnees/")
    assert len(catalogue["dataset"]) == len(open_data.DATA_SETS)
    assert things_of(client, "/projets/") == []


def test_hostile_words_stay_inside_their_json(client):
    title = "</script><script>alert(1)</script>\u2028<!--"
    builders.project(slug="mechant", title=title)
    html = client.get("/projets/mechant/").content.decode()
    assert "<script>alert" not in html
    assert things_of(client, "/projets/mechant/")[0]["name"] == title
    assert json.loads(dumped({"a": title})) == {"a": title}


def test_every_page_has_one_canonical_address_and_a_card(client):
    builders.project(slug="halle", title="La « Halle » & Cie")
    for path, expected in {
        "/projets/?axis=4&page=1": "/projets/", "/projets/?status=done&page=2": "/projets/?page=2", "/": "/",
        "/projets/halle/": "/projets/halle/",
    }.items():  # fmt: skip
        page = etree.HTML(client.get(path).content.decode())
        assert [link.get("href") for link in page.iter("link") if link.get("rel") == "canonical"] == [
            f"http://localhost:8000{expected}"
        ]
        told = {meta.get("property"): meta.get("content") for meta in page.iter("meta") if meta.get("property")}
        assert told["og:url"] == f"http://localhost:8000{expected}"
        assert page.find(".//title").text.strip().startswith(told["og:title"])
        assert told["og:description"] == page.find(".//meta[@name='description']").get("content")
        assert told["og:image"] == "http://localhost:8000/static/alliance/img/card.png"


def located(client, path: str) -> list[str]:
    root = etree.fromstring(client.get(path).content)
    return [node.text for node in root.iter(f"{SITEMAP}loc")]


def test_the_sitemap_lists_every_public_page_and_each_answers(query_world):  # noqa: F811
    client = Client()
    builders.convention()
    found = [
        url
        for part in located(client, "/sitemap.xml")
        for url in located(client, part.removeprefix("http://localhost:8000"))
    ]
    assert len(found) == len(set(found)) > 30
    for url in found:
        assert client.get(url.removeprefix("http://localhost:8000")).status_code == 200, url
    slugs = {url.rstrip("/").rsplit("/", 1)[1] for url in found}
    assert {"halle", "rives", "2020"} <= slugs
    assert {"brouillon", "cachee", "vieux"} & slugs == set()


def test_a_sitemap_is_cut_in_parts_by_key(client, monkeypatch):
    for key in range(1, 6):
        builders.project(pk=key)
    monkeypatch.setattr(sitemaps, "PART", 2)
    parts = [part for part in located(client, "/sitemap.xml") if "projets" in part]
    found = [url for part in parts for url in located(client, part.removeprefix("http://localhost:8000"))]
    assert len(found) == len(set(found)) == 5
    assert all(len(located(client, part.removeprefix("http://localhost:8000"))) <= 2 for part in parts)
    last = parts[-1].rsplit("-", 1)[1].removesuffix(".xml")
    assert client.get(f"/sitemap-projets-{int(last) + 1}.xml").status_code == 404
    assert client.get("/sitemap-personnes-1.xml").status_code == 404


def test_robots_are_led_to_the_sitemap_and_kept_out_of_private_rooms(client):
    response = client.get("/robots.txt")
    lines = response.content.decode().splitlines()
    assert response["Content-Type"].startswith("text/plain")
    assert "Sitemap: http://localhost:8000/sitemap.xml" in lines
    assert {"Disallow: /espace/", "Disallow: /gestion/"} <= set(lines)


def test_the_changes_of_the_api_are_dated_and_linked_from_its_documentation(client):
    page = client.get("/donnees/api/").content.decode()
    assert '<time datetime="2026-11-22">' in page
    assert "Sunset" in page
    assert 'href="/donnees/api/"' in client.get("/api/v1/docs/").content.decode()
