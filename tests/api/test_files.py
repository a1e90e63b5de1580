"""Files that PostgreSQL writes by itself: the same values as the API, for any text, by an independent reader."""

import csv
import io
import json
import time
import zipfile
from datetime import date, datetime

import pytest
from django.utils import timezone
from lxml import etree
from openpyxl import load_workbook

from alliance.lib import copy_out, exports, xlsx
from partners.filters import counting
from partners.models import Organisation, Project, ProjectPartner
from partners.models.project import months_before
from tests import builders
from tests.query_table import AGREEMENTS, ORGANISATIONS, PROJECTS, query_world  # noqa: F401

pytestmark = pytest.mark.django_db
API = "/api/v1/"
LISTS = [
    "projects", "organisations", "agreements", "signatures", "communes", "departments", "regions", "axes", "stakes",
    "charter-versions", "conventions",
]  # fmt: skip
TABLES = [("projects", PROJECTS), ("organisations", ORGANISATIONS), ("agreements", AGREEMENTS)]
HOSTILE = [
    "=1+1", "+33", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", '=HYPERLINK("http://x")', "a;b,c\"d\"",
    "L’Étoile <&>", "deux\nlignes\r\nici", "un \x01 signe \x1f interdit", "]]>", "%s %(x)s %", "{rows} <rows>", "\\N",
    "\\.", "😀",
]  # fmt: skip


def taken(client, path: str) -> bytes:
    response = client.get(API + path)
    assert response.status_code == 200
    return b"".join(response)


def sheet_of(content: bytes) -> list[tuple]:
    return list(load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))


def leave(response) -> None:
    """What a server does when the reader of a file goes away: the test client does it when its iterator is closed."""
    response._iterator.close()


@pytest.fixture
def world(query_world):  # noqa: F811
    builders.convention()
    project = Project.objects.get(slug="halle")
    project.figures.create(label="personnes « aidées »", target=400, reached=340, position=2)
    project.figures.create(label="ateliers", reached=3, position=1)
    ProjectPartner.objects.create(project=project, organisation=query_world["rives"], role="host")
    ProjectPartner.objects.create(project=project, organisation=query_world["cachee"], role="host")


@pytest.mark.parametrize("noun", LISTS)
def test_the_file_holds_the_dictionaries_of_the_list_in_its_order(client, world, noun):
    listed = client.get(f"{API}{noun}/?page_size=200").json()["results"]
    assert listed
    assert json.loads(taken(client, f"{noun}/?format=json"))["results"] == listed
    features = json.loads(taken(client, f"{noun}/?format=geojson"))["features"]
    assert [feature["properties"] for feature in features] == listed
    table = list(csv.DictReader(io.StringIO(taken(client, f"{noun}/?format=csv").decode("utf-8-sig"))))
    header, *rows = sheet_of(taken(client, f"{noun}/?format=xlsx"))
    assert [list(row) for row in table] == [list(header)] * len(listed)
    key = "slug" if "slug" in listed[0] else header[0]
    assert [row[key] for row in table] == [str(row[key]) for row in listed]
    assert [str(row[header.index(key)]) for row in rows] == [str(row[key]) for row in listed]


@pytest.mark.parametrize(("noun", "table"), TABLES)
def test_files_answer_the_shared_table_as_the_list_does(client, query_world, noun, table):  # noqa: F811
    key = "title" if noun == "agreements" else "slug"
    for query, expected in table:
        rows = json.loads(taken(client, f"{noun}/?{query}&format=json&fields={key}"))["results"]
        assert {row[key] for row in rows} == expected, query


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_comes_back_and_none_is_a_formula(client, text):
    builders.project(title=text)
    shown = f"'{text}" if text.startswith(copy_out.FORMULA) else text
    content = taken(client, "projects/?format=csv&fields=title").decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(content, newline=""))) == [["title"], [shown]]
    book = taken(client, "projects/?format=xlsx&fields=title")
    clean = shown.translate(xlsx.WITHOUT)
    assert sheet_of(book) == [("title",), (clean,)]
    assert etree.fromstring(zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml")).findall(".//{*}f") == []
    assert json.loads(taken(client, "projects/?format=json&fields=title"))["results"] == [{"title": text}]


def test_control_without_care_the_same_text_would_be_a_formula():
    assert xlsx.line(["=1+1"]) == xlsx.line(["'=1+1"])
    assert copy_out.inert("x") != "x"


def test_codes_keep_their_zeros_and_days_are_days(client):
    place = builders.commune("01004", "Ambérieu", builders.department("01", "Ain", builders.region("84", "ARA")))
    builders.project(commune=place, starts_on=date(2025, 5, 1), title="Été")
    Project.objects.update(updated_at="2026-03-01T08:00:00Z")
    fields = "commune,department,starts_on,title,updated_at,lat,is_demo,ends_on"
    content = taken(client, f"projects/?format=csv&fields={fields}")
    assert content.decode("utf-8-sig").splitlines()[1] == (
        '"01004","01",2025-05-01,"Été",2026-03-01T09:00:00+01:00,48.3905,non,'
    )
    assert content.startswith(b"\xef\xbb\xbf")
    moment = datetime(2026, 3, 1, 9, 0)  # noqa: DTZ001  a sheet knows no zone: it is the hour of Paris
    row = sheet_of(taken(client, f"projects/?format=xlsx&fields={fields}"))[1]
    assert row == ("01004", "01", datetime(2025, 5, 1), "Été", moment, 48.3905, "non", None)  # noqa: DTZ001


def test_a_list_without_rows_is_a_file_all_the_same(client):
    assert taken(client, "projects/?format=csv&fields=title") == b"\xef\xbb\xbftitle\n"
    assert json.loads(taken(client, "projects/?format=geojson")) == {"type": "FeatureCollection", "features": []}
    assert sheet_of(taken(client, "projects/?format=xlsx&fields=title,slug")) == [("title", "slug")]


def test_a_point_stands_even_when_its_fields_were_not_asked_for(client):
    builders.project(lat=48.1, lon=-4.2)
    feature = json.loads(taken(client, "projects/?format=geojson&fields=title"))["features"][0]
    assert feature["geometry"] == {"type": "Point", "coordinates": [-4.2, 48.1]}


def test_a_sheet_stops_at_the_limit_of_its_format_and_says_so(monkeypatch):
    monkeypatch.setattr(xlsx, "ROWS_MAX", 4)
    content = b"".join(xlsx.stream(["n"], ([number] for number in range(5))))
    assert sheet_of(content) == [("n",), (0,), (1,), (2,), (xlsx.TOO_LONG,)]
    whole = b"".join(xlsx.stream(["n"], ([number] for number in range(4))))
    assert sheet_of(whole) == [("n",), (0,), (1,), (2,), (3,)]


def test_a_sheet_stops_before_its_zip_would_need_an_extension(monkeypatch):
    monkeypatch.setattr(xlsx, "BYTES_MAX", 40)
    assert sheet_of(b"".join(xlsx.stream(["n"], ([number] for number in range(9)))))[-1] == (xlsx.TOO_LONG,)


def test_the_header_leaves_before_the_first_row_is_found(client):
    """The iterator gives it without a query: an order that must be sorted first keeps nobody waiting."""
    response = client.get(f"{API}projects/?format=csv&fields=title")
    assert next(iter(response.streaming_content)) == b"\xef\xbb\xbftitle\n"
    leave(response)


@pytest.mark.parametrize(
    ("asked", "order"), [("", ["old", "new", "mid"]), ("&ordering=-confirmed_on", ["new", "mid", "old"])]
)
def test_a_list_too_long_to_be_counted_leaves_in_the_order_of_its_keys(client, monkeypatch, asked, order):
    for months, title in ((5, "old"), (1, "new"), (3, "mid")):
        builders.project(title=title, confirmed_on=months_before(timezone.localdate(), months))
    monkeypatch.setattr(counting, "COUNTED_TO", 2)
    rows = json.loads(taken(client, f"projects/?format=json&fields=title{asked}"))["results"]

    assert [row["title"] for row in rows] == order


@pytest.fixture
def one_slot(monkeypatch):
    monkeypatch.setattr(exports, "slots", exports.Slots(1))
    monkeypatch.setattr(exports, "PATIENCE_SECONDS", 0.01)


def test_beyond_the_slots_one_is_asked_to_come_back(client, one_slot):
    builders.project()
    first = client.get(f"{API}projects/?format=csv")
    next(iter(first.streaming_content))
    refused = client.get(f"{API}projects/?format=csv")
    assert (refused.status_code, refused["Retry-After"]) == (503, str(exports.RETRY_AFTER_SECONDS))
    assert refused.json() == {"detail": exports.BUSY}
    assert client.get(f"{API}projects/").status_code == 200
    assert client.head(f"{API}projects/?format=csv").status_code == 200
    leave(first)
    assert taken(client, "projects/?format=csv")


def test_a_slot_comes_back_when_the_file_was_read_or_forgotten(client, one_slot):
    for _ in range(3):
        assert taken(client, "projects/?format=json")
    unread = client.get(f"{API}projects/?format=xlsx")
    time.sleep(exports.UNREAD_SECONDS)
    assert taken(client, "projects/?format=json")
    assert unread.status_code == 200


def test_a_reader_who_leaves_frees_the_connection_for_the_next_query(client):
    for number in range(300):
        builders.project(title=f"Projet {number} " + "x" * 140)
    response = client.get(f"{API}projects/?format=json")
    blocks = iter(response.streaming_content)
    next(blocks), next(blocks)
    leave(response)
    assert Project.objects.count() == 300


def test_hidden_things_stay_out_of_every_file(client, world):
    Organisation.objects.filter(slug="rives").update(is_public=False)
    for noun in ("projects", "organisations", "agreements", "signatures"):
        for form in ("csv", "json", "geojson"):
            assert "cachee" not in taken(client, f"{noun}/?format={form}").decode("utf-8-sig"), (noun, form)
