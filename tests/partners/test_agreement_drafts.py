"""Texts before they are signed: what the partner sees and when, comments, amendments and renewals."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from alliance.outbox.models import Owed
from partners.actions.agreement_drafts import (
    amend_agreement,
    draft_from_template,
    drop_version,
    propose_version,
    renew_agreement,
    write_version,
)
from partners.actions.agreement_talk import comment_version, remark_agreement, resolve_comment
from partners.models import Agreement, AgreementComment, AgreementTemplate, AgreementVersion
from tests import builders
from tests.events.waiting import rival, wait_until_one_waits
from tests.partners.accords import TEXT, after, code_of, make_case

pytestmark = pytest.mark.django_db


def test_a_draft_begins_with_the_filled_text_of_its_model():
    model = AgreementTemplate.objects.create(
        title="Lieux", text="# {objet}\n\nAvec {organisation}, du {debut} au {fin}."
    )
    version = draft_from_template(
        organisation=builders.organisation(name="Ateliers"), title="Trois lieux", kind="mecenat",
        by=builders.staff(), template=model, starts_on=date(2026, 1, 1),
    )  # fmt: skip
    assert version.text == "# Trois lieux\n\nAvec Ateliers, du 1er janvier 2026 au {fin}."
    assert (version.agreement.state, version.label) == ("draft", "Accord initial")


def test_the_partner_sees_a_draft_from_the_day_it_is_proposed():
    case = make_case()
    before = Agreement.objects.visible_to(case.contributor).count()
    case.propose()
    assert (before, Agreement.objects.visible_to(case.contributor).count()) == (0, 1)
    assert AgreementVersion.objects.visible_to(case.contributor).count() == 1
    assert [owed.work for owed in Owed.objects.all()] == ["partners.send_agreement_news"]


def test_what_cannot_be_proposed_is_a_conflict():
    case = make_case()
    AgreementVersion.objects.update(text=" ")
    assert code_of(propose_version, version=case.version, by=case.agent) == "no_text"
    AgreementVersion.objects.update(text=TEXT)
    case.propose()
    assert code_of(propose_version, version=case.version, by=case.agent) == "not_draft"


def test_a_text_is_written_until_it_is_signed_and_over_nobody():
    case = make_case().propose()
    stale = case.version.updated_at
    written = write_version(version=case.version, by=case.agent, read_at=stale, text="# Autre")
    assert (written.text, written.ends_on) == ("# Autre", after(355))
    assert code_of(write_version, version=case.version, by=case.agent, read_at=stale, text="x") == "changed_meanwhile"
    AgreementVersion.objects.update(stage="signing")
    assert code_of(write_version, version=case.version, by=case.agent, text="x") == "not_writable"


def test_both_sides_comment_what_is_under_discussion_and_settle_it():
    case = make_case()
    with pytest.raises(PermissionDenied):
        comment_version(version=case.version, side="partner", by=case.contributor, text="Déjà ?")
    assert code_of(comment_version, version=case.version, side="poste", by=case.agent, text="x") == "not_shared"
    case.propose()
    theirs = comment_version(version=case.version, side="partner", by=case.contributor, text="Trois ans plutôt.")
    resolve_comment(comment=theirs, side="poste", by=case.agent)
    assert code_of(resolve_comment, comment=theirs, side="poste", by=case.agent) == "already_resolved"
    assert list(AgreementComment.objects.values_list("side", "resolved_by__email")) == [
        ("partner", "agent@test.invalid")
    ]


@pytest.mark.parametrize("who", ["reader", "stranger"])
def test_readers_and_strangers_do_not_comment(who):
    case = make_case().propose()
    person = case.reader if who == "reader" else builders.user()
    with pytest.raises(PermissionDenied):
        comment_version(version=case.version, side="partner", by=person, text="Bonjour.")
    with pytest.raises(PermissionDenied):
        comment_version(version=case.version, side="poste", by=person, text="Bonjour.")


def test_a_remark_is_written_by_agents_only():
    case = make_case().propose()
    with pytest.raises(PermissionDenied):
        remark_agreement(agreement=case.agreement, by=case.contributor, text="x")
    assert remark_agreement(agreement=case.agreement, by=case.agent, text=" Prudence. ").text == "Prudence."


def test_an_empty_comment_is_refused():
    case = make_case().propose()
    with pytest.raises(ValidationError):
        comment_version(version=case.version, side="partner", by=case.contributor, text="  ")


def test_a_dropped_first_text_leaves_an_agreement_without_sequel():
    case = make_case().propose()
    drop_version(version=case.version, by=case.agent, motive="Budget.")
    assert (case.agreement.state, Agreement.objects.public().count()) == ("void", 0)
    assert code_of(drop_version, version=case.version, by=case.agent, motive="x") == "not_open"


def test_an_amendment_copies_what_runs_and_only_one_is_prepared_at_a_time():
    case = make_case().run()
    amendment = amend_agreement(agreement=case.agreement, by=case.agent, changes="Un lieu de plus.")
    assert (amendment.label, amendment.text, amendment.ends_on) == ("Avenant n°\u00a01", TEXT, case.version.ends_on)
    assert code_of(amend_agreement, agreement=case.agreement, by=case.agent, changes="x") == "open_version"
    assert code_of(renew_agreement, agreement=case.agreement, by=case.agent, motive="x") == "open_version"


def test_a_renewal_begins_the_day_after_the_term_and_changes_nothing_by_itself():
    case = make_case().run()
    renewal = renew_agreement(agreement=case.agreement, by=case.agent, motive="Bilan bon.", ends_on=after(800))
    assert (renewal.label, renewal.starts_on, renewal.stage) == ("Renouvellement n°\u00a01", after(356), "draft")
    assert (case.agreement.state, case.agreement.ends_on) == ("active", after(355))


def test_what_cannot_be_amended_or_renewed_is_a_conflict():
    agent = builders.staff()
    over, endless = builders.agreement(ends_on=after(-1)), builders.agreement()
    assert code_of(amend_agreement, agreement=over, by=agent, changes="x") == "not_in_force"
    assert code_of(renew_agreement, agreement=endless, by=agent, motive="x") == "no_term"
    assert code_of(renew_agreement, agreement=builders.agreement(state="ended"), by=agent, motive="x") == "not_active"


def test_a_delegate_of_another_region_drafts_and_proposes_nothing():
    case = make_case()
    elsewhere = builders.staff(regions=[builders.region("11", "Île-de-France", slug="idf")])
    with pytest.raises(PermissionDenied):
        propose_version(version=case.version, by=elsewhere)
    with pytest.raises(PermissionDenied):
        draft_from_template(organisation=case.organisation, title="x", kind="mecenat", by=elsewhere)


@pytest.mark.django_db(transaction=True)
def test_two_agents_who_write_one_text_queue_on_the_agreement():
    case = make_case()
    with transaction.atomic():
        Agreement.objects.select_for_update().get()
        late = rival(lambda: write_version(version=case.version, by=case.agent, text="# Second").text)
        wait_until_one_waits()
        AgreementVersion.objects.update(text="# Premier")
    assert late.result() == "# Second"
