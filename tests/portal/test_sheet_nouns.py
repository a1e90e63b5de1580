"""Projects, agreements and people in spreadsheets: the same round trip, through the rules of their own pages."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from alliance.outbox.models import Owed
from alliance.portal.sheets import acts
from alliance.portal.sheets.applying import rule
from partners.models import Agreement, AgreementVersion, GroupEntity, Membership, Project, User
from tests import builders
from tests.portal.sheets_at_hand import Sheets, told, wrong

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


@pytest.fixture
def brest():
    return builders.commune()


@pytest.fixture
def agent(brest):
    return builders.staff(regions=[brest.region], national=False, email="agent@laposte.invalid")


@pytest.fixture
def atelier(brest):
    return builders.organisation(name="Atelier", slug="atelier", commune=brest, siren="123456782")


@pytest.fixture
def halle(atelier, brest):
    return builders.project(
        axes=[builders.axis(2)], title="La halle", slug="halle", commune=brest, lead=atelier, lat=48.1, lon=-4.25,
        summary=" deux\nlignes ", starts_on=date(2026, 2, 1),
    )  # fmt: skip


@pytest.fixture
def accord(atelier):
    found = builders.agreement(atelier, title="Prêt de locaux", state="draft", starts_on=date(2026, 1, 1))
    found.axes.set([builders.axis(1)])
    found.regions.set([atelier.commune.region])
    return found


@pytest.mark.parametrize("noun", ["projects", "agreements", "people"])
def test_what_comes_back_untouched_changes_nothing(noun, agent, halle, accord, atelier):
    builders.membership(builders.user(), atelier, job_title="=1+1")
    sheets = Sheets(noun, agent)
    assert len(sheets.lines()) == 1
    assert told(sheets.brought(sheets.exported())) == [("unchanged", {})]


def test_a_project_is_changed_cell_by_cell_and_taken_back_whole(agent, halle):
    builders.axis(4)
    sheets = Sheets("projects", agent)
    before = sheets.lines()
    edits = {"axes": "4", "ends_on": "31/12/2026", "lat": "48,2", "lead": None, "state": "terminé", "title": "Halle"}
    sheet = sheets.brought(sheets.edited(**edits))
    assert told(sheet) == [
        ("changed", {
            "axes": ["2", "4"], "ends_on": ["", "31/12/2026"], "lat": ["48,1", "48,2"], "lead": ["atelier", ""],
            "state": ["en cours", "terminé"], "title": ["La halle", "Halle"],
        })
    ]  # fmt: skip
    sheets.applied(sheet)
    halle.refresh_from_db()
    assert (halle.title, halle.state, halle.ends_on, halle.lat, halle.lead) == (
        "Halle", "done", date(2026, 12, 31), 48.2, None,
    )  # fmt: skip
    assert sheets.taken_back(sheet).state == "undone"
    assert sheets.lines() == before


def test_a_new_project_waits_for_moderation_and_is_found_again_by_its_title_and_commune(agent, halle):
    text = "Projet;Ville;Début\r\nLa halle;Brest;01/02/2026\r\nFablab;Brest;1er mars 2026\r\nFablab;Brest;2/3/2026\r\n"
    sheets = Sheets("projects", agent)
    sheet = sheets.brought(text, "mairie.csv")
    assert sheet.matching == {"0": "title", "1": "commune", "2": "starts_on"}
    acts.match(sheet=sheet, matching=sheet.matching)
    sheets.worked(sheet)
    assert [kind for kind, _ in told(sheet)] == ["unchanged", "created", "error"]
    assert wrong(sheet)[2] == {"Projet": "La même ligne figure déjà plus haut dans le fichier."}
    sheets.applied(sheet)
    made = Project.objects.get(title="Fablab")
    assert (made.moderation, made.submitted_by, made.starts_on) == ("submitted", agent, date(2026, 3, 1))
    assert [kind for kind, _ in told(sheets.brought(text, "mairie.csv"))] == ["unchanged", "unchanged", "error"]
    sheets.taken_back(sheet)
    assert not Project.objects.filter(title="Fablab").exists()


def test_errors_of_a_project_are_told_at_their_cell(agent, halle):
    builders.commune("75056", "Paris", builders.department("75", "Paris", builders.region("11", "Île-de-France")))
    edits = {"ends_on": "2026-01-01", "lon": None, "commune": "75056"}
    sheet = Sheets("projects", agent).brought(Sheets("projects", agent).edited(**edits))
    assert wrong(sheet) == [
        {
            "Fin (incluse)": "La date de fin précède la date de début.",
            "Latitude (degrés)": "Donnez la latitude et la longitude, ou aucune des deux.",
            "Commune (code INSEE)": "Cette ligne sortirait de votre périmètre : l’équipe nationale peut l’écrire.",
        }
    ]


def test_an_agreement_is_changed_through_its_verbs_and_taken_back_whole(agent, accord, atelier):
    GroupEntity.objects.create(label="Docaposte")
    builders.membership(builders.user("camille@atelier.invalid"), atelier)
    sheets = Sheets("agreements", agent)
    before = sheets.lines()
    edits = {
        "amount_cents": "12 000,50 €", "entities": "docaposte", "ends_on": "31/12/2027", "regions": None,
        "partner_referent": "Camille@atelier.invalid", "referent": "agent@laposte.invalid", "is_public": "non",
    }  # fmt: skip
    sheet = sheets.applied(sheets.brought(sheets.edited(**edits)))
    assert list(sheet.rows.values_list("outcome", "words")) == [("applied", "")]
    accord.refresh_from_db()
    version = AgreementVersion.objects.get(agreement=accord)
    assert (version.amount_cents, version.ends_on) == (1_200_050, date(2027, 12, 31))
    assert (accord.referent, accord.partner_referent.email) == (agent, "camille@atelier.invalid")
    assert ([*accord.entities.values_list("label", flat=True)], accord.regions.count()) == (["Docaposte"], 0)
    sheets.taken_back(sheet)
    assert sheets.lines() == before


def test_what_is_signed_gives_an_error_at_its_cell_and_never_changes(agent, atelier):
    signed = builders.agreement(atelier, title="Signé", ends_on=date(2027, 1, 1))
    sheets = Sheets("agreements", agent)
    sheet = sheets.brought(sheets.edited(ends_on="31/12/2030", kind="coopération économique", organisation="autre"))
    frozen = "Ce texte est à la signature ou signé : il ne change plus. Ouvrez un avenant sur la page de l’accord."
    stays = "Un accord ne change pas d’organisation : commencez-en un autre."
    assert wrong(sheet) == [{"Organisation (SIREN, SIRET ou adresse)": stays}]
    sheet = sheets.brought(sheets.edited(ends_on="31/12/2030", kind="coopération économique"))
    assert wrong(sheet) == [
        {"Jusqu’au (inclus)": frozen, "Nature": "L’accord n’est plus en préparation : cela ne change plus. "
         "Ouvrez un avenant, ou un autre accord."}
    ]  # fmt: skip
    assert AgreementVersion.objects.get(agreement=signed).ends_on == date(2027, 1, 1)


def test_a_text_that_goes_to_the_signature_meanwhile_is_refused_by_the_database_in_french(agent, accord):
    """The comparison saw a draft; the trigger is the last word."""
    sheets = Sheets("agreements", agent)
    sheet = sheets.brought(sheets.edited(ends_on="31/12/2030"))
    AgreementVersion.objects.filter(agreement=accord).update(stage="signing", shared_at=timezone.now())
    sheets.applied(sheet)
    assert [*sheet.rows.values_list("outcome", flat=True)] == ["refused"]
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        AgreementVersion.objects.filter(agreement=accord).update(ends_on=date(2030, 12, 31))
    assert rule(sheets.noun, refusal.value).startswith("Ce texte est à la signature ou signé")


def test_a_new_agreement_is_a_draft_that_its_partner_does_not_see_and_is_left_when_taken_back(agent, atelier):
    text = "Partenaire;Titre;Nature;Montant\r\n123456782;Mécénat 2027;mecenat;1500\r\n"
    sheets = Sheets("agreements", agent)
    sheet = sheets.brought(text, "accords.csv")
    acts.match(sheet=sheet, matching=sheet.matching)
    sheets.applied(sheets.worked(sheet))
    made = Agreement.objects.get(title="Mécénat 2027")
    assert (made.state, made.shared_at, made.referent, made.versions.get().amount_cents) == (
        "draft",
        None,
        agent,
        150_000,
    )
    sheets.taken_back(sheet)
    made.refresh_from_db()
    assert (made.state, [*sheet.rows.values_list("outcome", "words")]) == (
        "void", [("undone", "L’accord est classé sans suite : sa vie ne s’efface pas.")],
    )  # fmt: skip


def test_people_are_invited_ended_and_never_renamed_by_a_file(agent, atelier):
    here = builders.membership(builders.user("camille@atelier.invalid"), atelier, job_title="Cheffe")
    sheets = Sheets("people", agent)
    sheet = sheets.brought(
        sheets.edited(full_name="Autre Nom", email="autre@atelier.invalid", role="lecteur ou lectrice")
    )
    assert set(wrong(sheet)[0]) == {"Adresse électronique", "Prénom et nom", "Rôle"}
    sheet = sheets.applied(
        sheets.brought(sheets.edited(job_title="Directrice", ends_on=f"{timezone.localdate():%d/%m/%Y}"))
    )
    here.refresh_from_db()
    assert (here.job_title, here.ends_on, here.ended_at is not None) == ("Directrice", timezone.localdate(), True)
    sheets.taken_back(sheet)
    here.refresh_from_db()
    assert (here.job_title, here.ends_on, here.ended_at) == ("Cheffe", None, None)


def test_the_last_administrator_is_not_ended_by_a_file(agent, atelier):
    builders.membership(builders.user("camille@atelier.invalid"), atelier, "administrator")
    sheets = Sheets("people", agent)
    sheet = sheets.applied(sheets.brought(sheets.edited(ends_on=f"{timezone.localdate():%d/%m/%Y}")))
    assert list(sheet.rows.values_list("outcome", "words")) == [
        ("refused", "Personne d’autre n’administre cette organisation : donnez d’abord ce rôle à quelqu’un d’autre.")
    ]


def test_new_people_get_an_invitation_once_and_the_attachment_goes_when_taken_back(agent, atelier):
    text = (
        "Nom;Mail;SIREN;Rôle;Fonction\r\nAda Neuve;ada@atelier.invalid;123456782;contributor;Élue\r\n"
        "Sans adresse;;123456782;contributor;\r\nLoin;loin@x.invalid;999;contributor;\r\n"
    )
    sheets = Sheets("people", agent)
    sheet = sheets.brought(text, "contacts.csv")
    acts.match(sheet=sheet, matching=sheet.matching)
    sheets.worked(sheet)
    assert [kind for kind, _ in told(sheet)] == ["created", "error", "error"]
    sheets.applied(sheet)
    made = Membership.objects.get(user__email="ada@atelier.invalid")
    assert (made.role, made.job_title, made.user.full_name) == ("contributor", "Élue", "Ada Neuve")
    assert Owed.objects.filter(work="partners.send_invitation", args=[made.pk, agent.pk]).count() == 1
    assert [kind for kind, _ in told(sheets.brought(text, "contacts.csv"))] == ["unchanged", "error", "error"]
    sheets.taken_back(sheet)
    assert not Membership.objects.filter(pk=made.pk).exists()
    assert User.objects.filter(email="ada@atelier.invalid").exists()


@pytest.mark.parametrize("noun", ["projects", "agreements", "people"])
def test_a_delegate_of_another_region_exports_nothing_and_finds_nothing(noun, agent, halle, accord, atelier):
    builders.membership(builders.user(), atelier)
    elsewhere = builders.staff(regions=[builders.region("11", "Île-de-France")], national=False)
    assert Sheets(noun, elsewhere).lines() == []
    sheet = Sheets(noun, elsewhere).brought(Sheets(noun, agent).exported())
    assert [*wrong(sheet)[0].values()] == [
        "Aucune ligne que vous puissiez changer n’a cet identifiant : laissez-le vide pour créer."
    ]


def test_a_line_of_a_person_is_told_by_their_name(agent, atelier):
    builders.membership(builders.user(full_name="Ada Essai"), atelier)
    sheets = Sheets("people", agent)
    sheet = sheets.brought(sheets.edited(job_title="Trésorière"))
    assert [row.label for row in sheet.rows.all()] == ["Ada Essai, Atelier"]


def test_a_column_that_the_whole_file_lacks_is_told_by_its_name(brest):
    sheets = Sheets("organisations", builders.staff())
    sheet = sheets.brought("Structure;Commune\r\nNeuve;Brest\r\n", "x.csv")
    acts.match(sheet=sheet, matching=sheet.matching)
    assert wrong(sheets.worked(sheet)) == [
        {"": "Pour créer, il faut une colonne « Nature », que ce fichier n’a pas : ajoutez-la, puis rapportez-le."}
    ]
