"""The pages of a spreadsheet: export, deposit, columns, choice, application, errors, and who may see them."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from alliance.outbox.delivery import deliver_all_due
from partners.models import Organisation, SheetImport
from tests import builders
from tests.events.reading import text
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
PAGE = "/gestion/tableurs/"


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


def edited(client) -> bytes:
    answer = client.get(f"{PAGE}organisations.xlsx")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
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
    assert agent.post(f"{address}choisir/", {"shown": ["2"]}).status_code == 302
    refused = agent.post(f"{address}appliquer/", {"motive": "mise à jour"})
    assert (refused.status_code, "Aucune ligne n’est choisie." in text(refused)) == (400, True)
    agent.post(f"{address}choisir/", {"shown": ["2"], "line": ["2"]})
    assert agent.post(f"{address}appliquer/", {"motive": "mise à jour"}).status_code == 302
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
    assert "pas une adresse" in text(agent.get(address))
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
    assert agent.get(f"{PAGE}rien.xlsx").status_code == 404
