"""Our files in the programs that people open them with: LibreOffice in French, and ogr2ogr. Where these are found."""

import csv
import gzip
import io
import json
import shutil
import subprocess
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from alliance.portal import dumps
from partners.models import Organisation
from tests import builders
from tests.api.test_files import API, HOSTILE, LISTS
from tests.faults import office
from tests.portal.test_sheet_pages import fetched
from tests.query_table import query_world  # noqa: F401
from tests.sessions import signed_in

pytestmark = [pytest.mark.faults, pytest.mark.django_db]
DAY = date(2026, 3, 10)
HUNDREDTHS = timedelta(milliseconds=11)  # what Calc keeps of a moment
PLACED = {"projects": "slug", "communes": "code", "organisations": "slug"}
"""Lists that stand on a map, and what names a row."""


@pytest.fixture
def world(query_world):  # noqa: F811
    """Accents, zeros that lead, words that would be formulas."""
    builders.convention(title="Convention d’été", place="Bourg-en-Bresse")
    ain = builders.department("01", "Ain", builders.region("84", "Auvergne-Rhône-Alpes"))
    bourg = builders.commune("01053", "Bourg-en-Bresse", ain, postal_codes=["01000"], lat=46.2057, lon=5.2258)
    lead = builders.organisation(name="L’Œuvre d’Été", slug="oeuvre", siren="012345674", commune=bourg)
    builders.project(title="Le « Café » des aînés ; à côté", slug="aines", lead=lead, commune=bourg)
    for number, text in enumerate(HOSTILE):
        builders.organisation(name=text, slug=f"h{number}", commune=bourg)
        builders.project(title=text, slug=f"p{number}", summary=f"x;{text}", lead=lead, commune=bourg)
    return lead


def said(client, path: str) -> bytes:
    response = client.get(path)
    assert response.status_code == 200, path
    return b"".join(response)


@pytest.fixture
def files(client, world, settings, tmp_path) -> list[Path]:
    """Every door that gives a file for spreadsheets: lists, files of the day, the back office."""
    settings.MEDIA_ROOT = tmp_path / "media"
    folder = tmp_path / "files"
    folder.mkdir()
    found = {
        f"{noun}.{form}": said(client, f"{API}{noun}/?format={form}") for noun in LISTS for form in ("csv", "xlsx")
    }
    for dump in dumps.build(DAY):
        if dump.format == "csv":
            found[f"jour-{dump.dataset}.csv"] = gzip.decompress(said(client, dump.path))
    found["tableur-organisations.xlsx"] = fetched(signed_in(builders.staff()))
    for name, content in found.items():
        (folder / f"{name.replace('.', '-')}.{name.rsplit('.', 1)[1]}").write_bytes(content)
    assert len(found) > 2 * len(LISTS) + 5
    return sorted(folder.iterdir())


def of_kind(files: list[Path], suffix: str) -> list[Path]:
    return [each for each in files if each.suffix == suffix]


def is_value(cell: office.Cell, value) -> bool:
    """Whether Calc shows what a workbook says: its kind and its value."""
    if value is None or value == "":
        return cell.value == ""
    if isinstance(value, datetime):
        return cell.kind == "date" and abs(datetime.fromisoformat(cell.value[:26]) - value) < HUNDREDTHS
    if isinstance(value, (int, float)):
        return cell.kind == "float" and float(cell.value) == pytest.approx(value)
    return (cell.kind, lines(cell.value)) == ("string", lines(value))


def lines(text: str) -> str:
    """A workbook's carriage returns stay in one release of Calc and become line ends in another."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def test_each_workbook_opens_in_calc_with_its_values_and_their_kinds(files, tmp_path):
    books = of_kind(files, ".xlsx")
    shown, wrong, dates = office.opened(books, tmp_path / "out"), [], 0
    for book in books:
        rows = [row for row in load_workbook(book).worksheets[0].iter_rows(values_only=True) if any(row)]
        assert len(shown[book.name]) == len(rows), book.name
        for cells, values in zip(shown[book.name], rows, strict=True):
            padded = [*cells, *[office.Cell("", "")] * (len(values) - len(cells))]
            pairs = list(zip(padded, values, strict=True))
            wrong += [f"{book.name}: {cell} for {value!r}" for cell, value in pairs if not is_value(cell, value)]
            dates += sum(cell.kind == "date" for cell in cells)
    assert wrong == []
    assert dates > 20
    cells = {cell.value for row in shown["organisations-xlsx.xlsx"] for cell in row}
    assert {"L’Œuvre d’Été", "012345674"} <= cells
    assert ["01", "Ain"] in [[cell.value for cell in row[:2]] for row in shown["departments-xlsx.xlsx"]]


def test_no_cell_of_any_file_is_a_formula_or_a_link_in_calc(files, tmp_path):
    """As a double click opens it, in French and in English; and with the choices of the dialogue."""
    books, tables = of_kind(files, ".xlsx"), of_kind(files, ".csv")
    ways = [(books, {"locale": "fr-FR"}), (tables, {"locale": "fr-FR", "asked": office.CSV_PROPOSED})]
    ways += [(tables, {"locale": "en-US", "asked": office.CSV_PROPOSED}), (tables, {"asked": office.CSV_ASKED})]
    for number, (opened, way) in enumerate(ways):
        shown = office.opened(opened, tmp_path / str(number), **way)
        cells = [(file, cell) for file, rows in shown.items() for row in rows for cell in row]
        assert [(file, cell) for file, cell in cells if cell.formula or cell.link] == [], way
        assert len(cells) > 1_000


def test_a_table_opens_in_calc_with_its_columns_whatever_the_country(files, tmp_path):
    """The commas are found by themselves; asked to leave texts as they are, Calc keeps zeros and accents."""
    tables = of_kind(files, ".csv")
    alone = office.opened(tables, tmp_path / "alone", asked=office.CSV_PROPOSED)
    asked = office.opened(tables, tmp_path / "asked", asked=office.CSV_ASKED)
    for table in tables:
        rows = [row for row in csv.reader(io.StringIO(table.read_bytes().decode("utf-8-sig"), newline="")) if any(row)]
        assert [cell.value for cell in alone[table.name][0]] == rows[0], table.name
        assert [len(found) for found in (alone[table.name], asked[table.name])] == [len(rows)] * 2, table.name
        for cells, values in zip(asked[table.name], rows, strict=True):
            wrong = [(cell, value) for cell, value in zip(cells, values, strict=False) if not same(cell, value)]
            assert wrong == [], table.name


def same(cell: office.Cell, value: str) -> bool:
    if cell.kind == "float":
        return float(cell.value) == pytest.approx(float(value)) and str(float(value))[:1] == value[:1]
    return cell.value == value.replace("\r\n", "\n").replace("\r", "\n").replace("\x01", "").replace("\x1f", "")


def test_control_calc_would_compute_what_is_not_made_inert(tmp_path):
    wrong = tmp_path / "wrong.csv"
    wrong.write_text('siren,formula\n012345674,=1+1\n"012345674",x\n')
    ((_, *rows),) = office.opened([wrong], tmp_path / "out", asked=office.CSV_ASKED).values()
    assert rows[0][1].formula != ""
    assert (rows[0][0].value, rows[1][0].value) == ("12345674", "012345674")


# --- maps -----------------------------------------------------------------------------------------------------------


def read_by_ogr(file: Path, *options: str) -> list[dict]:
    """The features that ogr2ogr finds in a file."""
    program = shutil.which("ogr2ogr") or pytest.skip("skipped: no ogr2ogr")
    out = file.with_name(f"{file.stem}-{len(options)}.out.geojson")
    command = [program, "-f", "GeoJSON", "-lco", "COORDINATE_PRECISION=9", *options, str(out), str(file)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stderr) == (0, "")
    return json.loads(out.read_text())["features"]


def points(features: list[dict], name: str) -> dict:
    return {each["properties"][name]: (each["geometry"] or {}).get("coordinates") for each in features}


@pytest.mark.parametrize("noun", LISTS)
def test_a_geojson_opens_in_ogr2ogr_with_its_count_geometry_and_fields(client, world, tmp_path, noun):
    content = said(client, f"{API}{noun}/?format=geojson")
    (file := tmp_path / f"{noun}.geojson").write_bytes(content)
    ours, found = json.loads(content)["features"], read_by_ogr(tmp_path / f"{noun}.geojson")
    assert len(found) == len(ours) > 0, file
    assert set(found[0]["properties"]) == set(ours[0]["properties"])
    if name := PLACED.get(noun):
        assert points(found, name) == points(ours, name)
        assert sum(point is not None for point in points(found, name).values()) >= 3
    pairs = [(a["properties"], b["properties"]) for a, b in zip(found, ours, strict=True)]
    texts = [(a[key], value) for a, b in pairs for key, value in b.items() if isinstance(value, str)]
    assert [(read, told) for read, told in texts if plain(read) != plain(told)] == []


def plain(value) -> str:
    """Days and moments come back in the writing of ogr2ogr."""
    return value.replace("/", "-") if isinstance(value, str) and value[:4].isdigit() else value


@pytest.mark.parametrize("noun", PLACED)
def test_a_table_of_places_opens_in_ogr2ogr_with_its_points(client, world, tmp_path, noun):
    (file := tmp_path / f"{noun}.csv").write_bytes(said(client, f"{API}{noun}/?format=csv"))
    ours = json.loads(said(client, f"{API}{noun}/?format=geojson"))["features"]
    found = read_by_ogr(file, "-oo", "X_POSSIBLE_NAMES=lon", "-oo", "Y_POSSIBLE_NAMES=lat")
    assert len(found) == len(ours)
    name = PLACED[noun]
    shown = {key.removeprefix("'"): point for key, point in points(found, name).items()}
    assert shown == points(ours, name)


def test_the_files_of_the_day_open_in_ogr2ogr(client, world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    seen = 0
    for dump in dumps.build(DAY):
        if dump.format == "parquet":
            continue
        (file := tmp_path / f"{dump.dataset}.{dump.format}").write_bytes(gzip.decompress(said(client, dump.path)))
        assert len(read_by_ogr(file)) == dump.rows, file.name
        seen += 1
    assert seen > 10
    assert Organisation.objects.filter(siren="012345674").exists()
