"""The spreadsheet round-trip of organisations: what a file would change, exactly; applied at once; taken back."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from alliance.lib.changes import changes_of
from alliance.lib.errors import Conflict
from alliance.portal.sheets import acts
from alliance.portal.sheets.nouns import NOUNS, errors, export, lines
from partners.models import Organisation, SheetImport
from tests import builders

pytestmark = pytest.mark.django_db
NOUN = NOUNS["organisations"]


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


@pytest.fixture
def agent():
    return builders.staff()


@pytest.fixture
def atelier():
    found = builders.organisation(name="Atelier", slug="atelier", commune=builders.commune(), summary="Répare")
    found.axes.set([builders.axis(1), builders.axis(3)])
    return found


def exported(agent) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(b"".join(export(NOUN, agent))))


def cell(book, name: str, title: str):
    """The cell of the line of this name, under this title."""
    sheet = book.worksheets[0]
    titles = [each.value for each in sheet[1]]
    line = next(row for row in sheet.iter_rows(min_row=2) if row[titles.index("Nom")].value == name)
    return line[titles.index(title)]


def sent(agent, book_or_text, name="export.xlsx") -> SheetImport:
    if isinstance(book_or_text, openpyxl.Workbook):
        target = io.BytesIO()
        book_or_text.save(target)
        content = target.getvalue()
    else:
        content = book_or_text.encode()
    sheet = acts.deposit(noun="organisations", upload=SimpleUploadedFile(name, content), by=agent)
    acts.work(sheet.pk)
    sheet.refresh_from_db()
    return sheet


def told(sheet) -> list:
    return list(sheet.rows.values_list("label", "kind", "changes"))


def applied(sheet, motive="mise à jour"):
    acts.begin(sheet=sheet, motive=motive)
    acts.work(sheet.pk)
    sheet.refresh_from_db()


def test_an_export_protects_identity_and_version_and_lists_what_is_accepted(agent, atelier):
    book = exported(agent)
    assert book.sheetnames == ["Organisations", "Listes"]
    sheet = book.worksheets[0]
    assert sheet.protection.sheet is True
    assert (sheet["A2"].value, sheet["A2"].protection.locked) == (str(atelier.public_id), True)
    assert cell(book, "Atelier", "Nom").protection.locked is False
    assert cell(book, "Atelier", "Commune (nom)").protection.locked is True
    assert cell(book, "Atelier", "Axes (numéros)").value == "1 | 3"
    assert [rule.formula1 for rule in sheet.data_validations.dataValidation] == ["Listes!$A$2:$A$5", "Listes!$C$2:$C$3"]
    assert [each.value for each in book["Listes"]["A"]] == ["Nature", *Organisation.Kind.labels]


def test_what_comes_back_untouched_changes_nothing(agent, atelier):
    builders.organisation(name="=1+1", summary=" espaces \r\n lignes ", siren="123456782", parent=None)
    sheet = sent(agent, exported(agent))
    assert (sheet.state, sheet.counts()) == ("compared", {"unchanged": 2})


def test_edited_cells_are_shown_exactly_applied_and_kept_in_the_history(agent, atelier):
    book = exported(agent)
    cell(book, "Atelier", "En une phrase").value = "Répare et prête"
    cell(book, "Atelier", "Axes (numéros)").value = "3"
    sheet = sent(agent, book)
    assert told(sheet) == [("Atelier", "changed", {"axes": ["1 | 3", "3"], "summary": ["Répare", "Répare et prête"]})]
    applied(sheet)
    atelier.refresh_from_db()
    assert (sheet.state, atelier.summary, [axis.number for axis in atelier.axes.all()]) == (
        "applied",
        "Répare et prête",
        [3],
    )
    change = changes_of(atelier).filter(batch=sheet.public_id).first()
    assert (change.by_id, change.why, change.via) == (agent.pk, "mise à jour", "gestion tableurs")


def test_a_line_changed_here_since_is_a_conflict_and_is_never_written(agent, atelier):
    book = exported(agent)
    cell(book, "Atelier", "En une phrase").value = "La mienne"
    Organisation.objects.filter(pk=atelier.pk).update(website="https://atelier.test")
    sheet = sent(agent, book)
    assert told(sheet) == [("Atelier", "conflict", {"summary": ["Répare", "La mienne"]})]
    with pytest.raises(ValidationError, match="Aucune ligne"):
        acts.begin(sheet=sheet, motive="x")


def test_a_line_that_was_not_edited_is_unchanged_whatever_happened_here(agent, atelier):
    book = exported(agent)
    Organisation.objects.filter(pk=atelier.pk).update(summary="Nouveau")
    assert sent(agent, book).counts() == {"unchanged": 1}


def test_what_changes_between_comparison_and_application_is_refused_and_left_alone(agent, atelier):
    book = exported(agent)
    cell(book, "Atelier", "En une phrase").value = "La mienne"
    sheet = sent(agent, book)
    Organisation.objects.filter(pk=atelier.pk).update(summary="La leur")
    applied(sheet)
    atelier.refresh_from_db()
    assert atelier.summary == "La leur"
    assert list(sheet.rows.values_list("outcome", "words")) == [
        ("refused", "changée ici depuis la comparaison : rien n’a été écrit.")
    ]


def test_an_undone_batch_restores_every_exported_column_but_of_lines_edited_since(agent, atelier):
    other = builders.organisation(name="Autre", slug="autre", commune=builders.commune())
    before = list(lines(NOUN, agent))
    book = exported(agent)
    for name in ("Atelier", "Autre"):
        cell(book, name, "En une phrase").value = "Tout autre chose"
        cell(book, name, "Commune (code INSEE)").value = None
        cell(book, name, "Axes (numéros)").value = "1"
        cell(book, name, "Nom").value = f"{name} bis"
    sheet = sent(agent, book)
    applied(sheet)
    assert list(lines(NOUN, agent)) != before
    acts.begin_undo(sheet=sheet)
    acts.work(sheet.pk)
    assert list(lines(NOUN, agent)) == before
    sheet = sent(agent, book)
    applied(sheet)
    Organisation.objects.filter(pk=other.pk).update(website="https://depuis.test")
    acts.begin_undo(sheet=sheet)
    acts.work(sheet.pk)
    other.refresh_from_db()
    assert other.name == "Autre bis"
    assert list(sheet.rows.values_list("label", "outcome")) == [("Atelier", "undone"), ("Autre", "kept")]


def test_nothing_is_taken_back_after_thirty_days(agent, atelier):
    book = exported(agent)
    cell(book, "Atelier", "En une phrase").value = "Autre"
    sheet = sent(agent, book)
    applied(sheet)
    SheetImport.objects.filter(pk=sheet.pk).update(applied_at=timezone.now() - timedelta(days=31))
    with pytest.raises(Conflict) as refusal:
        acts.begin_undo(sheet=sheet)
    assert refusal.value.code == "too_late"


def test_errors_name_line_and_column_and_come_back_in_a_file_of_the_same_columns(agent, atelier):
    book = exported(agent)
    cell(book, "Atelier", "SIRET").value = "12345678900000"
    cell(book, "Atelier", "Axes (numéros)").value = "99"
    sheet = sent(agent, book)
    assert sheet.counts() == {"error": 1}
    file = openpyxl.load_workbook(io.BytesIO(b"".join(errors(sheet)))).worksheets[0]
    assert [each.value for each in file[1]] == [*sheet.headers, "Ce qui ne va pas"]
    assert file[2][-1].value.splitlines() == [
        "Ligne 2, colonne « SIRET » : Ce numéro SIRET n’existe pas : il compte 14 chiffres, dont une clé de contrôle.",
        "Ligne 2, colonne « Axes (numéros) » : L’axe « 99 » n’existe pas : écrivez des numéros séparés par « | ».",
    ]


def test_a_foreign_file_has_its_columns_recognised_once_and_finds_organisations_by_their_number(agent, atelier):
    Organisation.objects.filter(pk=atelier.pk).update(siren="123456782")
    text = (
        "Structure;Type;N° SIREN;Remarque\r\nAtelier neuf;organisation locale;123 456 782;Brest\r\n"
        "Neuve;local;;Brest\r\n"
    )
    sheet = sent(agent, text, "liste.csv")
    assert (sheet.state, sheet.matching) == ("matching", {"0": "name", "1": "kind", "2": "siren"})
    acts.match(sheet=sheet, matching=sheet.matching | {"3": "summary"})
    acts.work(sheet.pk)
    assert told(sheet) == [
        ("Atelier", "changed", {"name": ["Atelier", "Atelier neuf"], "summary": ["Répare", "Brest"]}),
        ("Neuve", "created", {"kind": ["", "local"], "name": ["", "Neuve"], "summary": ["", "Brest"]}),
    ]
    sheet.refresh_from_db()
    applied(sheet)
    assert Organisation.objects.get(slug="neuve").summary == "Brest"
    assert sent(agent, text, "liste.csv").state == "compared"
    acts.begin_undo(sheet=sheet)
    acts.work(sheet.pk)
    assert not Organisation.objects.filter(slug="neuve").exists()


def test_an_agent_exports_and_changes_only_the_organisations_of_the_perimeter(agent, atelier):
    paris = builders.department("75", "Paris", builders.region("11", "Île-de-France", slug="ile-de-france"))
    builders.organisation(name="Voisine", commune=builders.commune("75056", "Paris", paris))
    delegate = builders.staff(national=False, regions=[atelier.commune.region])
    assert [line[2] for line in lines(NOUN, delegate)] == ["Atelier"]
    book = exported(agent)
    cell(book, "Voisine", "En une phrase").value = "Prise"
    cell(book, "Atelier", "Commune (code INSEE)").value = "75056"
    sheet = sent(delegate, book)
    assert list(sheet.rows.values_list("kind", "wrong")) == [
        ("error", {"8": "Cette organisation sortirait de votre périmètre : l’équipe nationale peut l’écrire."}),
        ("error", {"0": "Aucune ligne que vous puissiez changer n’a cet identifiant : laissez-le vide pour créer."}),
    ]


def test_a_file_that_cannot_be_read_leaves_a_sentence_and_no_line(agent):
    sheet = sent(agent, "<html><table></table></html>", "liste.xls")
    assert (sheet.state, sheet.rows.count()) == ("refused", 0)
    assert sheet.refusal == "C’est une page web enregistrée comme un tableur : ouvrez-la et enregistrez-la en .xlsx."


def test_work_that_breaks_off_leaves_nothing_and_begins_again(agent, atelier, monkeypatch):
    book = exported(agent)
    cell(book, "Atelier", "En une phrase").value = "Autre"
    sheet = sent(agent, book)
    acts.begin(sheet=sheet, motive="x")

    class Killed(BaseException):
        pass

    def dies(self, done):
        raise Killed

    with monkeypatch.context() as death, pytest.raises(Killed):
        death.setattr("alliance.portal.sheets.progress.Progress.tick", dies)
        acts.work(sheet.pk)
    atelier.refresh_from_db()
    assert atelier.summary == "Répare"
    acts.work(sheet.pk)
    atelier.refresh_from_db()
    assert atelier.summary == "Autre"
