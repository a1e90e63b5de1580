"""Agreements of a spreadsheet written together: as line by line, rule for rule, in a few statements."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.lib.models import Change
from alliance.portal.sheets import acts
from alliance.portal.sheets.agreements import Agreements
from alliance.portal.sheets.comparing import whole
from alliance.portal.sheets.nouns import texts
from partners.actions.agreements_together import draft_many, write_many
from partners.models import Agreement, AgreementEvent, AgreementVersion, GroupEntity
from tests import builders
from tests.portal.sheets_at_hand import Sheets
from tests.portal.test_sheets_together import edited

pytestmark = pytest.mark.django_db
FROZEN = "Ce texte est à la signature ou signé : il ne change plus."
EDITS = {
    "title": ["Un", "Prêt 1", "Trois"], "starts_on": ["01/03/2027", "02/03/2027", "03/03/2027"],
    "amount_cents": ["10", "", "30,50"], "axes": ["2", "1 | 2", "1"], "regions": ["Bretagne", "", "Bretagne"],
    "departments": ["29", "29", ""], "entities": ["Docaposte", "", "Docaposte"], "is_public": ["non", "oui", "non"],
    "referent": ["agent@laposte.invalid"] * 3, "partner_referent": ["camille@atelier.invalid", "", ""],
}  # fmt: skip
NEW = "SIREN;Titre;Nature;Montant;Début;Axes\r\n" + "".join(
    f"123456782;{title};mecenat;{amount};01/04/2027;{axes}\r\n"
    for title, amount, axes in (("Neuf", "1500", "1"), ("Autre neuf", "", "1 | 2"), ("Dernier", "2,50", ""))
)


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


@pytest.fixture
def sheets():
    return Sheets("agreements", builders.staff(email="agent@laposte.invalid"))


@pytest.fixture
def three(sheets):
    GroupEntity.objects.create(label="Docaposte")
    builders.axis(1), builders.axis(2)
    ended = builders.axis(3, valid_to="2020-01-01")
    atelier = builders.organisation(name="Atelier", slug="atelier", siren="123456782", commune=builders.commune())
    builders.membership(builders.user("camille@atelier.invalid"), atelier)
    made = [builders.agreement(atelier, title=f"Prêt {n}", state="draft") for n in range(3)]
    AgreementVersion.objects.filter(agreement=made[0]).update(text="Du {debut} au {fin}")
    AgreementVersion.objects.filter(agreement=made[2]).update(stage="shared", shared_at=timezone.now())
    made[1].axes.set([ended])
    return made


def made_known(sheets, text: str):
    sheet = sheets.brought(text, "accords.csv")
    if sheet.state == "compared":  # these headings are known from the first time
        return sheet
    acts.match(sheet=sheet, matching=sheet.matching)
    return sheets.worked(sheet)


def without(row: dict) -> dict:
    own = {"id", "public_id", "created_at", "updated_at", "agreement_id", "at", "title"}
    return {name: value for name, value in row.items() if name not in own}


def all_that_stands(sheet) -> tuple:
    """Of every agreement: its columns, links, texts and life, and what the history of the sheet says of it."""
    found = {}
    for agreement in Agreement.objects.all():
        links = [sorted(str(one) for one in getattr(agreement, name).all())
                 for name in ("axes", "regions", "departments", "entities")]  # fmt: skip
        tables = (Agreement.objects.filter(pk=agreement.pk), agreement.versions, agreement.events)
        parts = [[without(row) for row in rows.order_by("pk").values()] for rows in tables]
        changes = Change.objects.filter(batch=sheet.public_id, subject="partners_agreement", subject_id=agreement.pk)
        said = sorted((change.noun, change.verb, sorted({*(change.before or {}), *(change.after or {})} - {"id"}),
                       change.by_id, change.why) for change in changes)  # fmt: skip
        found[agreement.title] = (links, parts, said)
    return found, list(sheet.rows.order_by("line").values_list("label", "outcome", "words"))


@pytest.mark.parametrize("what", ["changed", "created"])
def test_together_or_line_by_line_the_same_is_written_and_kept_in_the_history(sheets, three, monkeypatch, what):
    sheet = sheets.brought(edited(sheets, **EDITS)) if what == "changed" else made_known(sheets, NEW)
    assert sheet.counts() == {what: 3}
    together = all_that_stands(sheets.applied(sheet))
    assert {outcome for _, outcome, _ in together[1]} == {"applied"}
    assert all(said for title, (_, _, said) in together[0].items() if what == "changed" or "Prêt" not in title)
    sheets.taken_back(sheet)
    Agreement.objects.filter(state="void").update(state="draft", title="Repris")
    again = sheets.brought(edited(sheets, **EDITS)) if what == "changed" else made_known(sheets, NEW)
    monkeypatch.setattr(Agreements, "write_together", lambda *given: None)
    alone = all_that_stands(sheets.applied(again))
    assert alone[1] == together[1]
    if what == "created":
        assert {title: alone[0][title] for title in ("Neuf", "Autre neuf", "Dernier")} == {
            title: together[0][title] for title in ("Neuf", "Autre neuf", "Dernier")
        }
        return
    events = alone[0]["Trois"][1].pop(), together[0]["Trois"][1].pop()
    assert [event["what"] for event in events[0]] == [
        event["what"] for event in events[1]
    ] * 2  # told twice, life stays
    assert alone[0] == together[0]


def statements(sheets, count: int) -> tuple[int, int]:
    Agreement.objects.all().delete()
    lead = builders.organisation(name=f"Porteur {count}")
    for n in range(count):
        builders.agreement(lead, title=f"Accord {n}", state="draft")
    sheet = sheets.brought(edited(sheets, title=[f"Neuf {n}" for n in range(count)], ends_on=["31/12/2030"] * count))
    acts.begin(sheet=sheet, motive="essai")
    with CaptureQueriesContext(connection) as captured:
        acts.work(sheet.pk)
    acts.begin_undo(sheet=sheet)
    with CaptureQueriesContext(connection) as undone:
        acts.work(sheet.pk)
    assert not Agreement.objects.filter(title__startswith="Neuf").exists()
    AgreementVersion.objects.all().delete()
    return len(captured), len(undone)


def test_statements_do_not_depend_on_the_number_of_lines(sheets):
    assert statements(sheets, 2) == statements(sheets, 6)


def test_one_that_goes_to_the_signature_meanwhile_is_refused_alone(sheets, three):
    sheet = sheets.brought(edited(sheets, ends_on=["31/12/2030"] * 3, title=["Un", "Deux", "Trois"]))
    AgreementVersion.objects.filter(agreement=three[1]).update(stage="signing", shared_at=timezone.now())
    for row in sheet.rows.all():  # as when it goes between the look at the line and its writing
        row.mark = marks(sheets)[row.row_id]
        row.save()
    sheets.applied(sheet)
    assert list(sheet.rows.order_by("line").values_list("label", "outcome", "words")) == [
        ("Prêt 0", "applied", ""), ("Prêt 1", "refused", FROZEN), ("Prêt 2", "applied", ""),
    ]  # fmt: skip
    assert list(AgreementVersion.objects.order_by("pk").values_list("ends_on", flat=True)) == [
        date(2030, 12, 31), None, date(2030, 12, 31),
    ]  # fmt: skip
    assert list(Agreement.objects.order_by("pk").values_list("title", flat=True)) == ["Un", "Prêt 1", "Trois"]


def marks(sheets) -> dict[int, str]:
    return {row.pk: whole(texts(sheets.noun, row)) for row in sheets.noun.rows(sheets.agent)}


def test_many_texts_are_refused_as_one_would_be(three):
    away = builders.staff(national=False, regions=[builders.region("75", "Ailleurs")])
    agent = builders.staff(email="autre@laposte.invalid")
    pk, draft = three[0].pk, {"organisation": three[0].organisation_id, "title": "A", "kind": "mecenat", "said": {}}
    with pytest.raises(PermissionDenied):
        write_many(said={pk: {"amount_cents": 1}}, by=away)
    with pytest.raises(PermissionDenied):
        draft_many(drafts=[draft], by=away)
    with pytest.raises(ValidationError):
        draft_many(drafts=[draft, draft | {"title": "A" * 201}], by=agent)
    AgreementVersion.objects.filter(agreement=three[1]).update(stage="signing", shared_at=timezone.now())
    with pytest.raises(Conflict) as refusal:
        write_many(said={pk: {"amount_cents": 1}, three[1].pk: {"amount_cents": 1}}, by=agent)
    assert refusal.value.code == "not_writable"
    assert Agreement.objects.count() == 3
    assert not AgreementVersion.objects.filter(amount_cents=1).exists()
    assert not AgreementEvent.objects.filter(kind="drafted", by=agent).exists()
