"""The whole round trip: ten thousand organisations out and back; and through LibreOffice, where it is installed."""

import random
import shutil
import subprocess
from datetime import date

import pytest

from alliance.portal.sheets.nouns import NOUNS, export, lines
from partners.models import Organisation
from tests import builders
from tests.portal.sheets_at_hand import Sheets, told

pytestmark = [pytest.mark.faults, pytest.mark.django_db]
OFFICE = shutil.which("soffice")
SIZE, EDITS = 10_000, 500


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


def populate(count: int) -> None:
    commune, axes = builders.commune(), [builders.axis(number) for number in (1, 2, 3)]
    rows = [
        Organisation(
            kind="local", name=f"Organisation {n:05}", slug=f"o-{n}", commune=commune if n % 3 else None,
            summary=f"Résumé « {n} »", description=f"Première ligne {n}\nseconde" if n % 4 else "",
            is_public=n % 2 == 0, source="=1+1" if n % 50 == 0 else "",
        )
        for n in range(count)
    ]  # fmt: skip
    made = Organisation.objects.bulk_create(rows, batch_size=2_000)
    through = Organisation.axes.through
    through.objects.bulk_create(
        [through(organisation_id=one.pk, axis_id=axes[n % 3].pk) for n, one in enumerate(made) if n % 5],
        batch_size=5_000,
    )


def test_ten_thousand_organisations_go_out_and_come_back(tmp_path):
    populate(SIZE)
    sheets = Sheets("organisations", builders.staff())
    before = sheets.lines()
    sheet = sheets.brought(b"".join(export(sheets.noun, sheets.agent)))
    assert sheet.counts() == {"unchanged": SIZE}
    book, expected = sheets.exported(), {}
    places = random.Random(7).sample(
        [(line, key) for line in range(2, SIZE + 2) for key in ("summary", "source")], EDITS
    )
    for line, key in places:
        here = sheets.cell(book, line, key)
        expected.setdefault(line, {})[key] = [here.value or "", f"Nouveau {line}"]
        here.value = f"Nouveau {line}"
    elsewhere = min(expected)
    changed_here = book.worksheets[0].cell(elsewhere, 1).value
    Organisation.objects.filter(public_id=changed_here).update(website="https://depuis.test")
    sheet = sheets.brought(book)
    found = {row.line: row.changes for row in sheet.rows.filter(kind__in=["changed", "conflict"])}
    assert found == expected
    assert sheet.rows.get(kind="conflict").line == elsewhere
    sheets.applied(sheet)
    assert Organisation.objects.get(public_id=changed_here).summary.startswith("Résumé")
    assert sheet.rows.filter(outcome="applied").count() == len(expected) - 1
    sheets.taken_back(sheet)
    Organisation.objects.filter(public_id=changed_here).update(website="")
    assert sheets.lines() == before


FORMS = {
    "xlsx": "xlsx:Calc MS Excel 2007 XML",
    "ods": "ods:calc8",
    "csv": "csv:Text - txt - csv (StarCalc):44,34,76,1",
    "csv of a French office": "csv:Text - txt - csv (StarCalc):59,34,ANSI,1",
}


def saved_again(folder, content: bytes, form: str) -> bytes:
    """Opened and saved by LibreOffice, without a window, in a profile of its own."""
    (folder / "export.xlsx").write_bytes(content)
    out = folder / "out"
    profile = f"-env:UserInstallation=file://{folder}/profile"
    words = [
        OFFICE,
        profile,
        "--headless",
        "--convert-to",
        FORMS[form],
        "--outdir",
        str(out),
        str(folder / "export.xlsx"),
    ]
    subprocess.run(words, check=True, capture_output=True, timeout=120)
    return next(out.iterdir()).read_bytes()


@pytest.fixture
def troubling():
    """Rows of every noun that a spreadsheet would like to put right."""
    commune = builders.commune("01004", "Ambérieu", builders.department("01", "Ain", builders.region("84", "Rhône")))
    lead = builders.organisation(
        name="0012", slug="zeros", commune=commune, siren="005520135",
        summary="Deux lignes\net « guillemets » \"droits\"",
        description="  espaces autour  \n\n1,5\t2/3", source="12345678901234567890", is_public=False, short_name="TRUE",
        website="https://exemple.test/?a=1&b=2",
    )  # fmt: skip
    builders.organisation(name="=1+1", slug="formule", summary="-3", source="1E5", description="01/02/2026", rna="")
    builders.organisation(name="@a; b", slug="arobase", summary="'apostrophe", source="3-4", short_name="+33")
    builders.project(title="1/2", slug="p", lead=lead, commune=commune, lat=45.0, lon=-5.25, starts_on=date(2026, 2, 1))
    builders.agreement(lead, title="2026-02-01", state="draft", amount_cents=1_200_050)
    builders.membership(builders.user(full_name="Oui"), lead, job_title="10 %")


@pytest.mark.skipif(not OFFICE, reason="LibreOffice is not here")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("noun", NOUNS)
def test_what_libreoffice_has_opened_and_saved_again_changes_nothing(tmp_path, troubling, noun, form):
    sheets = Sheets(noun, builders.staff())
    count = len(list(lines(sheets.noun, sheets.agent)))
    content = saved_again(tmp_path, b"".join(export(sheets.noun, sheets.agent)), form)
    sheet = sheets.brought(content, f"export.{form[:4].strip()}")
    assert (sheet.refusal, sheet.state) == ("", "compared")
    assert told(sheet) == [("unchanged", {})] * count
