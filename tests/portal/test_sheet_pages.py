"""The pages of a spreadsheet: export, deposit, columns, choice, application, errors, and who may see them."""

import io
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from alliance.outbox.delivery import deliver_all_due
from alliance.outbox.models import Owed
from alliance.portal.sheets import acts, exporting
from partners.models import Organisation, SheetExport, SheetImport
from tests import builders
from tests.events.reading import text
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
PAGE = "/gestion/tableurs/"
ORGANISATIONS = "/gestion/partners/organisation/"


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


@pytest.fixture
def atelier():
    return builders.organisation(name="Atelier", slug="atelier", commune=builders.commune(), summary="Répare")


@pytest.fixture
def agent(atelier):
    return signed_in(builders.staff(regions=[atelier.commune.region], national=False))


def brought(client, content: bytes, name="liste.xlsx") -> str:
    answer = client.post(PAGE, {"noun": "organisations", "file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302
    return answer["Location"]


def fetched(client, noun="organisations") -> bytes:
    """Asked for, made by the worker, fetched."""
    page = client.post(f"{PAGE}exporter/", {"noun": noun})["Location"]
    assert "En préparation…" in text(client.get(page))
    deliver_all_due()
    assert client.get(page, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert "Le tableur est prêt" in text(client.get(page))
    answer = client.get(f"{page.rstrip('/')}.xlsx")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def edited(client) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(fetched(client)))
    line = next(book.worksheets[0].iter_rows(min_row=2))
    line[[each.value for each in book.worksheets[0][1]].index("En une phrase")].value = "Répare et prête"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_file_goes_out_comes_back_is_chosen_applied_and_taken_back(agent, atelier):
    address = brought(agent, edited(agent))
    assert "Lecture du fichier…" in text(agent.get(address))
    deliver_all_due()
    told = text(agent.get(address))
    assert "En une phrase : Répare Répare et prête" in told
    assert agent.post(f"{address}choisir/", {"shown": ["2", "9" * 5000]}).status_code == 302
    refused = agent.post(f"{address}appliquer/", {"motive": "mise à jour"})
    assert (refused.status_code, "Aucune ligne n’est choisie." in text(refused)) == (400, True)
    assert (
        agent.post(f"{address}appliquer/", {"motive": "mise à jour", "shown": ["2"], "line": ["2"]}).status_code == 302
    )
    assert agent.get(address, headers={"HX-Request": "true"}).status_code == 200
    deliver_all_due()
    assert agent.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    atelier.refresh_from_db()
    assert atelier.summary == "Répare et prête"
    assert agent.post(f"{address}appliquer/", {"motive": "encore"}).status_code == 409
    agent.post(f"{address}annuler/")
    deliver_all_due()
    atelier.refresh_from_db()
    assert atelier.summary == "Répare"
    assert "1 annulée" in text(agent.get(address))


def test_a_foreign_file_asks_for_its_columns_and_tells_its_errors(agent, atelier):
    Organisation.objects.filter(pk=atelier.pk).update(siren="123456782")
    address = brought(agent, "Structure;N° SIREN;Site web\r\nAtelier;123456782;pas une adresse\r\n".encode(), "x.csv")
    deliver_all_due()
    page = agent.get(address)
    assert "pas une adresse" in text(page)
    for name, key in (("c0", "name"), ("c1", "siren"), ("c2", "website")):
        chosen = page.content.decode().partition(f'<select id="{name}"')[2].partition("</select>")[0]
        assert f'<option value="{key}" selected>' in chosen
        assert chosen.count("<option") == 17  # nothing, 14 columns that a file may change, identity and version
    agent.post(f"{address}colonnes/", {"c0": "name", "c1": "siren", "c2": "website"})
    deliver_all_due()
    assert "Ligne 2, colonne « Site web » : " in text(agent.get(address))
    file = openpyxl.load_workbook(io.BytesIO(b"".join(agent.get(f"{address}erreurs.xlsx").streaming_content)))
    assert [each.value for each in file.worksheets[0][1]] == ["Structure", "N° SIREN", "Site web", "Ce qui ne va pas"]


def test_a_file_is_its_agent_s_alone(agent, atelier):
    address = brought(agent, edited(agent))
    deliver_all_due()
    stranger, partner = signed_in(builders.staff(national=False)), signed_in(builders.user())
    for client in (stranger, partner):
        assert {client.get(f"{address}{more}").status_code for more in ("", "erreurs.xlsx")} == {404}
        assert client.post(f"{address}appliquer/", {"motive": "x"}).status_code == 404
    national = signed_in(builders.staff())
    assert national.get(address).status_code == 200
    assert national.post(f"{address}appliquer/", {"motive": "x"}).status_code == 404
    assert SheetImport.objects.get().state == "compared"


def test_what_is_not_a_file_or_not_a_list_is_refused(agent):
    assert "Choisissez une liste et un fichier." in text(agent.post(PAGE, {"noun": "rien"}))
    empty = agent.post(PAGE, {"noun": "organisations", "file": SimpleUploadedFile("x.csv", b"")})
    assert empty.status_code == 400
    assert agent.post(f"{PAGE}exporter/", {"noun": "rien"}).status_code == 404


def test_an_export_is_its_agent_s_alone_can_be_stopped_and_goes_after_three_days(agent, atelier):
    page = agent.post(f"{PAGE}exporter/", {"noun": "people"})["Location"]
    assert agent.post(f"{PAGE}exporter/", {"noun": "people"})["Location"] == page
    stranger = signed_in(builders.staff())
    assert {stranger.get(page).status_code, stranger.get(f"{page.rstrip('/')}.xlsx").status_code} == {404}
    assert agent.post(f"{page}abandonner/").status_code == 302
    SheetExport.objects.update(state="cancelled")  # the worker reads it on a connection of its own: tests/faults
    assert "arrêtée" in text(agent.get(page))
    assert agent.get(f"{page.rstrip('/')}.xlsx").status_code == 404
    assert exporting.forget(at=timezone.now() + timedelta(days=2)) == 0
    assert exporting.forget(at=timezone.now() + timedelta(days=4)) == 1
    assert "Ce fichier a été effacé." in text(agent.get(page))


def test_what_can_no_longer_be_taken_back_is_erased_and_its_trace_stays(agent, atelier):
    address = brought(agent, edited(agent))
    deliver_all_due()
    agent.post(f"{address}appliquer/", {"motive": "mise à jour"})
    deliver_all_due()
    sheet = SheetImport.objects.get()
    path = sheet.file.path
    assert acts.forget(at=timezone.now() + timedelta(days=30)) == 0
    assert acts.forget(at=timezone.now() + timedelta(days=32)) == 1
    sheet.refresh_from_db()
    assert (sheet.state, sheet.rows.count(), sheet.headers, Path(path).exists()) == ("erased", 0, [], False)
    assert (sheet.motive, sheet.applied_at is not None) == ("mise à jour", True)
    assert "ont été effacés" in text(agent.get(address))
    assert agent.post(f"{address}annuler/").status_code == 409


def test_work_given_up_after_every_attempt_is_told_and_taken_up_again(agent, atelier):
    address = brought(agent, edited(agent))
    Owed.objects.filter(work="portal.work_on_sheet").update(state="dead")
    assert "Le travail s’est arrêté après plusieurs essais : rien n’a été écrit." in text(agent.get(address))
    assert agent.post(f"{address}reprendre/").status_code == 302
    assert agent.post(f"{address}reprendre/").status_code == 409
    deliver_all_due()
    assert SheetImport.objects.get().state == "compared"


def test_work_that_has_stopped_can_be_left(agent, atelier):
    address = brought(agent, edited(agent))
    Owed.objects.filter(work="portal.work_on_sheet").update(state="dead")
    agent.post(f"{address}abandonner/")
    assert SheetImport.objects.get().state == "cancelled"


def test_one_spreadsheet_is_worked_on_at_a_time(agent, atelier):
    """Another connection holds the place: the work is owed again, a little later."""
    address, other = brought(agent, b"Structure;Nature\r\nNeuve;local\r\n", "x.csv"), connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('alliance.portal.sheets'))")
    deliver_all_due()
    other.close()
    assert SheetImport.objects.get().state == "reading"
    later = Owed.objects.pending().get(work="portal.work_on_sheet")
    assert later.due_at > timezone.now()
    Owed.objects.filter(pk=later.pk).update(due_at=Now())
    deliver_all_due()
    assert "Dites quelle colonne est laquelle" in text(agent.get(address))


def test_work_that_ends_while_its_page_is_read_has_not_stopped(agent, atelier):
    brought(agent, edited(agent))
    read_before = SheetImport.objects.get()
    deliver_all_due()
    assert (read_before.is_working, acts.has_stopped(read_before)) == (True, False)


def test_a_file_that_changes_nothing_offers_nothing_to_apply(agent, atelier):
    address = brought(agent, fetched(agent))
    deliver_all_due()
    page = agent.get(address)
    assert "Rien à appliquer : le fichier dit ce qui est déjà ici." in text(page)
    assert "Appliquer les lignes choisies" not in text(page)
    assert "Revoir les colonnes" not in text(page)


def test_once_applied_its_lines_are_told_in_the_past(agent, atelier):
    address = brought(agent, edited(agent))
    deliver_all_due()
    assert "À changer (1)" in text(agent.get(address))
    agent.post(f"{address}appliquer/", {"motive": "mise à jour", "shown": ["2"], "line": ["2"]})
    deliver_all_due()
    told = text(agent.get(address))
    assert ("Changements (1)" in told, "Ce qui a changé" in told, "À changer" in told) == (True, True, False)


def test_columns_that_were_badly_recognised_are_asked_again(agent, atelier):
    Organisation.objects.filter(pk=atelier.pk).update(siren="123456782")
    file = "Structure;N° SIREN;Remarque\r\nAtelier;123456782;Répare\r\n".encode()
    address = brought(agent, file, "x.csv")
    deliver_all_due()
    assert agent.post(f"{address}revoir-les-colonnes/").status_code == 409
    agent.post(f"{address}colonnes/", {"c0": "summary", "c1": "siren", "c2": "name"})
    deliver_all_due()
    assert "Revoir les colonnes" in text(agent.get(address))
    agent.post(f"{address}revoir-les-colonnes/")
    deliver_all_due()
    assert "Dites quelle colonne est laquelle." in text(agent.get(address))
    agent.post(f"{address}colonnes/", {"c0": "name", "c1": "siren"})
    deliver_all_due()
    assert "Rien à appliquer" in text(agent.get(address))


def test_the_ticked_rows_of_a_list_or_all_those_of_the_view_make_a_spreadsheet(agent, atelier):
    other = builders.organisation(name="Autre", slug="autre", commune=atelier.commune)
    builders.organisation(name="Lue seulement", kind="network")
    action = {"action": "export_sheet", "_selected_action": [str(other.pk)]}
    page = agent.post(f"{ORGANISATIONS}?vue=toutes", action)["Location"]
    deliver_all_due()
    assert "Le tableur est prêt : 1 ligne choisie, au" in text(agent.get(page)).replace("\u00a0", " ")
    assert names_in(agent, page) == ["Autre"]
    page = agent.post(f"{ORGANISATIONS}?q=u", {"action": "export_sheet", "select_across": "1"})["Location"]
    deliver_all_due()
    told = text(agent.get(page)).replace("\u00a0", " ")
    assert ("1 ligne choisie" in told, "que vous ne pouvez que lire n’y sont pas" in told) == (True, True)
    assert names_in(agent, page) == ["Autre"]
    assert sorted(SheetExport.objects.values_list("total", flat=True)) == [1, 1]


def test_rows_that_nobody_may_see_make_no_spreadsheet(agent):
    sent = {"action": "export_sheet", "_selected_action": ["999999999"]}
    assert "Aucune ligne n’est choisie." in text(agent.post(ORGANISATIONS, sent, follow=True))
    assert not SheetExport.objects.exists()


def names_in(client, page: str) -> list[str]:
    file = client.get(f"{page.rstrip('/')}.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(file.streaming_content))).worksheets[0]
    return [row[2] for row in sheet.iter_rows(min_row=2, values_only=True)]
