"""No cell of any file starts a formula: values, headers, names of sheets; and no link that a click would follow."""

import csv
import io
import zipfile

import pytest
from lxml import etree

from alliance.lib import copy_out, xlsx
from alliance.lib import csv as our_csv
from partners.models import Organisation
from tests import builders
from tests.api.test_files import LISTS, taken

pytestmark = pytest.mark.django_db
HOSTILE = '=HYPERLINK("http://example.org";"x")'
PARTS = {
    "[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
    "xl/worksheets/sheet1.xml",
}  # fmt: skip


@pytest.fixture
def world():
    """Whatever a person may type stands in each list, and would be a formula."""
    network = builders.organisation(name=HOSTILE, short_name="@SUM(A1)", summary="+33 1", description="-1+1")
    project = builders.project([builders.axis(label="=1")], title=HOSTILE, summary="@x", lead=network, source="=2")
    project.figures.create(label="=3", target=1, position=1)
    builders.agreement(network, title="-2+3")
    builders.convention(title="=4")
    builders.commune(name="=5")
    builders.signature()
    builders.stake(label="=6")


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("noun", LISTS)
def test_no_cell_of_a_csv_starts_a_formula(client, world, noun):
    header, *rows = csv.reader(io.StringIO(taken(client, f"{noun}/?format=csv").decode("utf-8-sig"), newline=""))
    assert rows
    cells = [*header, *(cell for row in rows for cell in row)]
    assert [cell for cell in cells if cell.startswith(copy_out.FORMULA) and not is_number(cell)] == []


@pytest.mark.parametrize("noun", LISTS)
def test_no_cell_of_a_workbook_starts_a_formula_nor_links(client, world, noun):
    book = zipfile.ZipFile(io.BytesIO(taken(client, f"{noun}/?format=xlsx")))
    assert set(book.namelist()) == PARTS
    sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert {etree.QName(each).localname for each in sheet.iter()} & {
        "f",
        "hyperlink",
        "hyperlinks",
        "oleObject",
    } == set()
    texts = [each.text or "" for name in ("t", "v") for each in sheet.iter(f"{{*}}{name}")]
    assert texts
    assert [text for text in texts if text.startswith(copy_out.FORMULA) and not is_number(text)] == []
    names = [each.get("name") for each in etree.fromstring(book.read("xl/workbook.xml")).iter("{*}sheet")]
    assert names == ["Données"]
    relations = etree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
    assert {each.get("TargetMode") for each in relations} == {None}, "nothing outside the file"


def test_a_header_would_be_made_inert_like_any_text():
    assert our_csv.head(["=1", "name"]).decode("utf-8-sig") == "'=1,name\n"
    assert '<t xml:space="preserve">\'=1</t>' in xlsx.line(["=1"], style=3)


def test_control_what_was_typed_would_be_a_formula(world):
    assert Organisation.objects.filter(name__startswith="=").exists()
    assert HOSTILE.startswith(copy_out.FORMULA)
