"""Many lines of a spreadsheet written together: a few statements, and each line refused by itself all the same."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alliance.lib.changes import changes_of
from alliance.portal.sheets import acts
from partners.models import Axis, Organisation, Project
from tests import builders
from tests.portal.sheets_at_hand import Sheets

pytestmark = pytest.mark.django_db
TAKEN = "Une organisation porte déjà ce numéro SIREN."


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


@pytest.fixture
def sheets():
    return Sheets("organisations", builders.staff())


@pytest.fixture
def three():
    builders.axis(1), builders.axis(2)
    return [builders.organisation(name=f"Atelier {n}", slug=f"atelier-{n}") for n in range(3)]


def edited(sheets, **columns: list[str]):
    """The export, with the cells of these columns, line by line."""
    book = sheets.exported()
    for key, texts in columns.items():
        for line, text in enumerate(texts, start=2):
            sheets.cell(book, line, key).value = text
    return book


def statements(sheets, count: int) -> tuple[int, int]:
    """Of what applies so many lines, and of what takes them back."""
    Organisation.objects.all().delete()
    for n in range(count):
        builders.organisation(name=f"Atelier {n}", slug=f"atelier-{n}")
    book = edited(sheets, summary=[f"Neuf {n}" for n in range(count)], axes=["1"] * count)
    sheet = sheets.brought(book)
    acts.begin(sheet=sheet, motive="essai")
    with CaptureQueriesContext(connection) as captured:
        acts.work(sheet.pk)
    acts.begin_undo(sheet=sheet)
    with CaptureQueriesContext(connection) as undone:
        acts.work(sheet.pk)
    assert Organisation.objects.filter(summary__startswith="Neuf").count() == 0
    return len(captured), len(undone)


def test_statements_do_not_depend_on_the_number_of_lines(sheets):
    builders.axis(1)
    assert statements(sheets, 2) == statements(sheets, 6)


def test_each_line_is_kept_in_the_history_with_its_own_values(sheets, three):
    sheet = sheets.applied(sheets.brought(edited(sheets, summary=["Un", "Deux", "Trois"], axes=["1", "1 | 2", "2"])))
    for n, (one, summary, axes) in enumerate(zip(three, ("Un", "Deux", "Trois"), (1, 2, 1), strict=True)):
        changes = list(changes_of(one).filter(batch=sheet.public_id).order_by("id"))
        assert [(change.noun, change.verb) for change in changes] == [
            ("partners_organisation", "U"), *[("partners_organisation_axes", "I")] * axes,
        ], n  # fmt: skip
        assert (changes[0].before, changes[0].after) == ({"summary": one.summary}, {"summary": summary})
        assert {(change.by_id, change.why) for change in changes} == {(sheets.agent.pk, "mise à jour")}


def test_a_rule_against_one_line_refuses_it_alone(sheets, three):
    sheet = sheets.brought(edited(sheets, siren=["", "000000018", "000000026"], summary=["Un", "Deux", "Trois"]))
    assert sheet.counts() == {"changed": 3}
    builders.organisation(name="Venue depuis", slug="depuis", siren="000000018")
    sheets.applied(sheet)
    assert list(sheet.rows.values_list("label", "outcome", "words")) == [
        ("Atelier 0", "applied", ""),
        ("Atelier 1", "refused", TAKEN),
        ("Atelier 2", "applied", ""),
    ]
    rows = Organisation.objects.filter(slug__startswith="atelier").order_by("slug")
    assert list(rows.values_list("summary", "siren")) == [
        ("Un", ""), (three[1].summary, ""), ("Trois", "000000026"),
    ]  # fmt: skip


def test_homonyms_that_come_together_each_have_an_address(sheets, three):
    builders.organisation(name="Neuve", slug="neuve-2")
    builders.organisation(name="Compte est bon", slug="compte-est-bon")
    text = "Nature;Nom;SIREN\r\n" + "".join(
        f"organisation locale;{name};{siren}\r\n"
        for name, siren in (("Neuve", "000000018"), ("Neuve !", "000000026"), ("Compte", ""), ("Neuve", ""))
    )
    sheet = sheets.brought(text, "liste.csv")
    acts.match(sheet=sheet, matching=sheet.matching)
    sheets.applied(sheets.worked(sheet))
    made = Organisation.objects.filter(pk__in=sheet.rows.values("row_id"))
    assert dict(made.values_list("slug", "siren")) == {
        "neuve": "000000018", "neuve-3": "000000026", "compte-2": "", "neuve-4": "",
    }  # fmt: skip
    sheets.taken_back(sheet)
    assert not made.exists()


def test_an_axis_that_has_ended_stays_and_the_others_are_those_of_the_file(sheets, three):
    ended = builders.axis(3, valid_to="2020-01-01")
    three[0].axes.set([Axis.objects.get(number=1), ended])
    sheet = sheets.applied(sheets.brought(edited(sheets, axes=["2"])))
    assert sorted(three[0].axes.values_list("number", flat=True)) == [2, 3]
    sheets.taken_back(sheet)
    assert sorted(three[0].axes.values_list("number", flat=True)) == [1, 3]


def test_lines_edited_since_are_kept_and_all_the_others_taken_back(sheets, three):
    sheet = sheets.applied(sheets.brought(edited(sheets, summary=["Un", "Deux", "Trois"])))
    Organisation.objects.filter(pk=three[1].pk).update(website="https://depuis.test")
    sheets.taken_back(sheet)
    assert list(sheet.rows.values_list("outcome", flat=True)) == ["undone", "kept", "undone"]
    assert list(Organisation.objects.order_by("slug").values_list("summary", flat=True)) == [
        three[0].summary, "Deux", three[2].summary,
    ]  # fmt: skip


def test_new_projects_of_demonstration_leads_are_of_the_demonstration():
    sheets = Sheets("projects", builders.staff())
    builders.organisation(slug="vraie"), builders.organisation(slug="fictive", is_demo=True)
    sheet = sheets.brought("Titre;Porteur\r\nUn;vraie\r\nDeux;fictive\r\nTrois;\r\n", "liste.csv")
    acts.match(sheet=sheet, matching=sheet.matching)
    sheets.applied(sheets.worked(sheet))
    assert dict(Project.objects.values_list("title", "is_demo")) == {"Un": False, "Deux": True, "Trois": False}
