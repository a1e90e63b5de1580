"""Spreadsheet screens in a real browser: axe at three widths, light and dark; a file applied by keyboard alone."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from alliance.outbox.delivery import deliver_all_due
from alliance.outbox.models import Owed
from alliance.portal.sheets import acts, exporting
from partners.models import Organisation, SheetImport
from tests import builders
from tests.browser.keyboard import press, tab_to
from tests.browser.test_staff_campaigns import holds
from tests.portal.sheets_at_hand import Sheets, csv_of
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def agent():
    return builders.staff()


@pytest.fixture
def staff_page(agent, live_portal, page):
    cookie = signed_in(agent).cookies["portail_session"]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_portal.url}])
    return page


@pytest.fixture
def sheets(agent, settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }
    commune = builders.commune()
    for number in range(6):
        name = f"Fédération des épiceries itinérantes et des lavoirs partagés {number}"
        builders.organisation(name=name, slug=f"lavoir-{number}", commune=commune, summary="Avant")
    return Sheets("organisations", agent)


def brought(sheets, content: bytes) -> SheetImport:
    upload = SimpleUploadedFile("associations.csv", content)
    return acts.deposit(noun="organisations", upload=upload, by=sheets.agent)


def every_kind(sheets) -> bytes:
    """A file with a line of each kind: changed, in conflict, wrong, unchanged, new."""
    edits = {0: {"summary": "Après"}, 1: {"summary": "Le mien"}, 2: {"siret": "1,23457E+13", "axes": "99"}}
    content = csv_of(sheets.noun, sheets.agent, lambda n, cells: cells | edits.get(n, {}))
    Organisation.objects.filter(slug="lavoir-1").update(summary="Le leur")
    return content + b";organisation locale;Lavoir neuf\r\n"


def test_the_screens_hold_at_every_width(live_portal, staff_page, sheets):
    base = f"{live_portal.url}/gestion/tableurs/"
    foreign = brought(sheets, "Structure;Ville;Notes\r\nLavoir 9;Brest;à rappeler\r\n".encode())
    refused = brought(sheets, b"<html><table>")
    deliver_all_due()
    export = exporting.ask(noun="organisations", by=sheets.agent)
    reading = brought(sheets, every_kind(sheets))
    for path in ("", f"{foreign.public_id}/", f"{refused.public_id}/", f"{reading.public_id}/"):
        staff_page.goto(base + path)
        holds(staff_page)
    staff_page.goto(f"{base}exports/{export.public_id}/")
    holds(staff_page)
    deliver_all_due()
    staff_page.goto(f"{base}exports/{export.public_id}/")
    holds(staff_page)
    for kind in ("changed", "created", "conflict", "error", "unchanged"):
        staff_page.goto(f"{base}{reading.public_id}/?quoi={kind}")
        assert staff_page.locator("tbody tr").count() > 0, kind
        holds(staff_page)
    acts.begin(sheet=SheetImport.objects.get(pk=reading.pk), motive="essai")
    Owed.objects.pending().update(state="dead")
    staff_page.goto(f"{base}{reading.public_id}/")
    assert "s’est arrêté" in staff_page.inner_text("main")
    holds(staff_page)


def test_a_file_is_chosen_applied_and_taken_back_by_keyboard_alone(live_portal, staff_page, sheets):
    sheet = brought(sheets, every_kind(sheets))
    staff_page.goto(f"{live_portal.url}/gestion/tableurs/{sheet.public_id}/")
    assert "Lecture du fichier…" in staff_page.inner_text("main")
    deliver_all_due()
    staff_page.get_by_text("À changer (1)").wait_for()  # the page has seen by itself that the work is over
    tab_to(staff_page, "motive")
    staff_page.keyboard.type("Mise à jour")
    press(staff_page, "Appliquer les lignes choisies")
    staff_page.get_by_text("Application…").wait_for()
    deliver_all_due()
    staff_page.get_by_text("lignes appliquées").wait_for()
    assert Organisation.objects.get(slug="lavoir-0").summary == "Après"
    press(staff_page, "Annuler tout ce qui a été appliqué")
    staff_page.get_by_text("Annulation en cours…").wait_for()
    deliver_all_due()
    staff_page.get_by_text("2 annulées").wait_for()
    assert Organisation.objects.get(slug="lavoir-0").summary == "Avant"
