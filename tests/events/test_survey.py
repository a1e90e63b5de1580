"""The survey: once each, for those who came, and no way from an answer back to a person."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from events import stats
from events.actions.survey import answer_survey
from events.models import SurveyAnswer, SurveyMark
from events.models.after_links import after_path
from tests import builders
from tests.events import coming

pytestmark = pytest.mark.django_db
MARKS = {"innovation": 4, "performance": 3, "confiance": 5}


@pytest.fixture
def convention():
    return coming.gone_by(title="Convention d’essai")


def answer(registration, at=None, **marks) -> None:
    answer_survey(registration=registration, marks=MARKS | marks, words="", at=at or timezone.now())


def refused(registration, at=None) -> str:
    with pytest.raises(Conflict) as conflict:
        answer(registration, at)
    return conflict.value.code


def test_who_came_answers_once(convention):
    ana = coming.present(convention)
    answer_survey(registration=ana, marks=MARKS, words="  Trop court. ", at=timezone.now())
    assert refused(ana) == "already_answered"
    assert list(SurveyMark.objects.values_list("registration", flat=True)) == [ana.pk]
    kept = SurveyAnswer.objects.values("convention", "innovation", "performance", "confiance", "words").get()
    assert kept == MARKS | {"convention": convention.pk, "words": "Trop court."}


def test_neither_before_nor_long_after_nor_without_coming(convention):
    ana, absent = coming.present(convention), builders.registration(convention)
    assert refused(ana, convention.ends_at - timedelta(seconds=1)) == "not_yet"
    assert refused(ana, convention.ends_at + timedelta(days=21)) == "closed"
    assert refused(absent) == "not_present"
    assert SurveyMark.objects.count() == SurveyAnswer.objects.count() == 0


def test_nothing_of_an_answer_leads_to_a_person(convention):
    """No column, and neither the order of rows nor the transaction that wrote them: each answer is laid down afresh."""
    names = {field.name for field in SurveyAnswer._meta.get_fields()}
    assert names == {"id", "convention", "innovation", "performance", "confiance", "words"}
    people = [coming.present(convention) for _ in range(12)]
    for rank, registration in enumerate(people):
        answer_survey(registration=registration, marks=MARKS, words=str(rank), at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM events_surveyanswer ORDER BY ctid")
        order = [int(words) for (words,) in cursor.fetchall()]
        cursor.execute("SELECT count(DISTINCT (xmin::text, cmin::text)) FROM events_surveyanswer")
        assert cursor.fetchone() == (1,)
    assert sorted(order) == list(range(12))
    assert order != list(range(12))


def test_control_without_mixing_the_order_tells(convention, monkeypatch):
    monkeypatch.setattr(type(SurveyAnswer.objects), "mix", lambda self, convention: None)
    for rank in range(12):
        registration = coming.present(convention)
        answer_survey(registration=registration, marks=MARKS, words=str(rank), at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM events_surveyanswer ORDER BY ctid")
        assert [int(words) for (words,) in cursor.fetchall()] == list(range(12))


def test_mixing_one_gathering_leaves_the_others_alone(convention):
    other = coming.gone_by()
    SurveyAnswer.objects.create(convention=other, **MARKS)
    answer(coming.present(convention))
    assert sorted(SurveyAnswer.objects.values_list("convention", flat=True)) == sorted([convention.pk, other.pk])


@pytest.mark.parametrize("mark", [0, 6])
def test_the_database_keeps_marks_from_1_to_5(convention, mark):
    with pytest.raises(IntegrityError), transaction.atomic():
        SurveyAnswer.objects.create(convention=convention, **MARKS | {"confiance": mark})


def test_averages_are_told_once_it_is_closed_and_from_five_answers(convention):
    people = [coming.present(convention) for _ in range(5)]
    closed = convention.ends_at + timedelta(days=21)
    for registration in people[:4]:
        answer(registration)
    assert stats.survey(convention, timezone.now()).state == "open"
    assert (stats.survey(convention, closed).state, stats.survey(convention, closed).answers) == ("too_few", 0)
    answer(people[4], innovation=1)
    assert stats.survey(convention, timezone.now()) == stats.Survey("open")
    told = stats.survey(convention, closed)
    assert (told.state, told.answers) == ("told", 5)
    assert told.averages == {"innovation": 34, "performance": 30, "confiance": 50}
    assert [row["said"] for row in told.rows] == ["3,4", "3,0", "5,0"]


def test_one_answers_by_the_link_of_ones_letter_without_an_account_nor_a_cookie(client, convention):
    path = f"{after_path(coming.present(convention))}questionnaire/"
    page = client.get(path)
    assert (page.status_code, page.cookies.output()) == (200, "")
    assert "Que retenez-vous de cette rencontre" in page.content.decode()
    sent = client.post(path, {"innovation": "5", "performance": "4", "confiance": "3", "words": "Bien."})
    assert (sent.status_code, sent.url) == (302, path)
    assert "Merci, votre réponse est enregistrée" in client.get(path).content.decode()
    assert SurveyAnswer.objects.values_list("innovation", "performance", "confiance", "words").get() == (
        5, 4, 3, "Bien.",
    )  # fmt: skip
    again = client.post(path, {"innovation": "1", "performance": "1", "confiance": "1"})
    assert (again.status_code, SurveyAnswer.objects.count()) == (409, 1)


def test_a_note_that_is_missing_or_wrong_is_asked_for_again(client, convention):
    path = f"{after_path(coming.present(convention))}questionnaire/"
    response = client.post(path, {"innovation": "5", "performance": "9"})
    page = response.content.decode()
    assert (response.status_code, SurveyMark.objects.exists()) == (400, False)
    assert "Choisissez une note de 1 à 5." in page
    assert "De 1 à 5." in page


def test_a_link_that_we_did_not_write_opens_nothing(client, convention):
    path = after_path(coming.present(convention))
    for wrong in (path[:-4] + "xyz/", "/ma-presence/x/", path.replace("/ma-presence/", "/ma-presence/x")):
        for more in ("", "questionnaire/", "attestation.pdf"):
            assert client.get(wrong + more).status_code == 404
        assert client.post(f"{wrong}attestation/").status_code == 404


def test_ones_own_page_gives_the_certificate(client, convention, stored):
    registration = coming.present(convention, name="Ana Essai", email="ana@test.invalid")
    path = after_path(registration)
    assert "Recevoir mon attestation" in client.get(path).content.decode()
    assert client.get(f"{path}attestation.pdf").status_code == 404
    assert client.get(f"{path}attestation/").status_code == 405
    assert client.post(f"{path}attestation/").url == path
    code = registration.certificate.code
    assert code in client.get(path).content.decode()
    file = client.get(f"{path}attestation.pdf")
    assert (file.status_code, file["Content-Disposition"]) == (200, f'attachment; filename="presence-{code}.pdf"')
    assert file.content.startswith(b"%PDF-")


def test_somebody_who_did_not_come_is_told_so_and_gets_nothing(client, convention):
    path = after_path(builders.registration(convention))
    page = client.get(path).content.decode()
    assert "Aucune entrée n’est enregistrée à votre nom" in page
    assert "Recevoir mon attestation" not in page
    refusal = client.post(f"{path}attestation/")
    assert (refusal.status_code, "Aucune entrée n’est enregistrée à ce nom." in refusal.content.decode()) == (409, True)
    asked = client.get(f"{path}questionnaire/").content.decode()
    assert "s’adresse aux personnes présentes" in asked
    assert "Aucune entrée n’est enregistrée à votre nom" in asked
    assert "Il ouvre à la fin de la rencontre" not in asked  # it is over


def test_before_the_gathering_and_once_cancelled_there_is_nothing_to_ask(client):
    coming_soon = builders.registration(builders.convention())
    assert "La rencontre n’a pas encore eu lieu" in client.get(after_path(coming_soon)).content.decode()
    asked = client.get(f"{after_path(coming_soon)}questionnaire/").content.decode()
    assert "Il ouvre à la fin de la rencontre, le " in asked
    called_off = builders.registration(builders.convention(state="cancelled"))
    for path in (after_path(called_off), f"{after_path(called_off)}questionnaire/"):
        assert "Cette rencontre a été annulée" in client.get(path).content.decode()
    assert client.get(after_path(builders.registration(builders.convention(state="draft")))).status_code == 404
