"""The reciprocal review: nobody reads the other's answer before giving their own; gaps become actions."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from alliance.outbox.models import Owed
from partners.actions.agreement_reviews import answer_review, close_review, decide_action, finish_action, open_review
from partners.models import Agreement, AgreementReview, ReviewAnswer
from partners.models.agreement_review import gaps
from tests import builders
from tests.events.waiting import rival, wait_until_one_waits
from tests.partners.accords import after, code_of, make_case

pytestmark = pytest.mark.django_db
GOOD = {"innovation": 3, "performance": 3, "confiance": 4}
APART = {"innovation": 3, "performance": 1, "confiance": 2}
SECRET = "canari-confiance-abimee"


@pytest.fixture
def case():
    return make_case().run()


@pytest.fixture
def review(case):
    return open_review(agreement=case.agreement, by=case.agent, due_on=after(20))


def partner_answers(case, review, **answers):
    return answer_review(review=review, side="partner", by=case.contributor, **(APART | answers))


def poste_answers(case, review, **answers):
    return answer_review(review=review, side="poste", by=case.agent, **(GOOD | answers))


def test_both_sides_are_asked_but_whoever_opened_it(case, review):
    asked = Owed.objects.filter(work="partners.send_agreement_news", args__0=case.agreement.events.last().pk)
    assert [owed.args[1] for owed in asked] == [case.signatory.pk]


def test_what_cannot_be_opened_is_a_conflict(case, review):
    assert code_of(open_review, agreement=case.agreement, by=case.agent, due_on=after(3)) == "review_open"
    other = builders.agreement()
    assert code_of(open_review, agreement=other, by=case.agent, due_on=after(-1)) == "past_day"
    ended = builders.agreement(state="ended")
    assert code_of(open_review, agreement=ended, by=case.agent, due_on=after(3)) == "not_active"


@pytest.mark.parametrize(("first", "other"), [("partner", "poste"), ("poste", "partner")])
def test_an_answer_is_not_even_fetched_for_the_other_side_before_it_has_answered(case, review, first, other):
    answers = {"partner": partner_answers, "poste": poste_answers}
    answers[first](case, review, confiance_words=SECRET)
    with CaptureQueriesContext(connection) as queries:
        assert (list(review.answers_for(first)), review.answers_for(other)) == ([first], {})
    assert len(queries) == 2
    answers[other](case, review)
    assert set(review.answers_for(first)) == set(review.answers_for(other)) == {"partner", "poste"}


def test_each_side_answers_once_and_for_good(case, review):
    partner_answers(case, review)
    assert code_of(partner_answers, case=case, review=review) == "already_answered"
    with pytest.raises(IntegrityError, match="not allowed"), transaction.atomic():
        ReviewAnswer.objects.update(confiance=4)


@pytest.mark.parametrize("who", ["reader", "stranger"])
def test_readers_and_strangers_answer_for_nobody(case, review, who):
    person = case.reader if who == "reader" else builders.user()
    for side in ("partner", "poste"):
        with pytest.raises(PermissionDenied):
            answer_review(review=review, side=side, by=person, **GOOD)


def test_an_agent_does_not_answer_for_the_partner(case, review):
    with pytest.raises(PermissionDenied):
        answer_review(review=review, side="partner", by=case.agent, **GOOD)


def test_two_steps_apart_is_a_gap_and_so_is_not_at_all(case, review):
    partner_answers(case, review, innovation=1)
    poste_answers(case, review, innovation=2)
    assert gaps(review.answers_for("poste")) == ["innovation", "performance", "confiance"]
    assert gaps({}) == []


def decide(case, review, **fields):
    said = {"dimension": "performance", "title": "Un point par trimestre", "owner": case.contributor} | fields
    return decide_action(review=review, by=case.agent, **({"due_on": after(60)} | said))


def test_a_review_closes_when_each_gap_has_an_action(case, review):
    assert code_of(decide, case=case, review=review) == "not_compared"
    partner_answers(case, review)
    poste_answers(case, review)
    assert code_of(decide, case=case, review=review, due_on=after(-1)) == "past_day"
    assert code_of(close_review, review=review, by=case.agent) == "gap_without_action"
    decide(case, review)
    decide(case, review, dimension="confiance", title="Une visite", owner=case.agent)
    assert close_review(review=review, by=case.agent).closed_at
    assert code_of(close_review, review=review, by=case.agent) == "closed"
    assert code_of(poste_answers, case=case, review=review) == "closed"


def test_a_review_without_both_answers_closes_with_a_reason_only(case, review):
    partner_answers(case, review)
    assert code_of(close_review, review=review, by=case.agent) == "no_answer"
    assert close_review(review=review, by=case.agent, motive="Référent parti.").closed_at
    assert review.answers_for("poste") == {}
    assert case.agreement.events.last().words == "Bilan clos"


def test_an_action_is_done_once_by_either_side(case, review):
    partner_answers(case, review)
    poste_answers(case, review)
    action = decide(case, review)
    finish_action(action=action, side="partner", by=case.contributor)
    assert code_of(finish_action, action=action, side="poste", by=case.agent) == "already_done"


@pytest.mark.django_db(transaction=True)
def test_two_people_of_one_side_who_answer_at_once_queue():
    case = make_case().run()
    review = open_review(agreement=case.agreement, by=case.agent, due_on=after(20))
    with transaction.atomic():
        Agreement.objects.select_for_update().get()
        late = rival(lambda: code_of(partner_answers, case=case, review=AgreementReview.objects.get()))
        wait_until_one_waits()
        partner_answers(case, review)
    assert late.result() == "already_answered"
