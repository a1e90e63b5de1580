"""The bilan in the back office: every agent reads figures, the national team certifies and withdraws."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alliance.outbox.delivery import deliver_all_due
from events import jobs  # noqa: F401  the outbox learns its works
from events.actions.certificates import certify_attendance
from events.actions.survey import answer_survey
from events.models import Certificate, SurveyAnswer
from tests import builders
from tests.events import coming, saying
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
HERE = "/gestion/conventions/c25/bilan/"


@pytest.fixture
def convention():
    return coming.gone_by(slug="c25", title="Convention 2025")


@pytest.fixture
def national():
    return signed_in(builders.staff())


def test_it_says_where_things_stand_and_sends_the_certificates_that_are_missing(convention, national, stored):
    saying.gave(convention)
    for _ in range(3):
        coming.present(convention)
    builders.registration(convention)
    page = national.get(HERE).content.decode()
    assert "6\u00a0propositions, 2\u00a0retenues, 1\u00a0lancée. 3\u00a0personnes présentes" in page
    assert "0\u00a0attestation délivrée" in page
    sent = national.post(HERE, {"act": "certify"}, follow=True)
    assert "3\u00a0attestations partent : chacune est scellée" in sent.content.decode()
    deliver_all_due()
    assert "3\u00a0attestations délivrées" in national.get(HERE).content.decode()


def test_a_delegate_reads_and_sends_nothing_a_partner_finds_nothing(convention, brittany):
    coming.present(convention)
    delegate = signed_in(builders.staff(regions=[brittany]))
    page = delegate.get(HERE).content.decode()
    assert "Bilan, attestations, questionnaire" in page
    assert "Envoyer les attestations" not in page
    assert delegate.post(HERE, {"act": "certify"}).status_code == 403
    assert signed_in(builders.user()).get(HERE).status_code == 404
    assert not Certificate.objects.exists()


def test_before_the_end_there_is_nothing_to_send(national):
    builders.convention(slug="c25")
    assert "La rencontre n’a pas encore eu lieu" in national.get(HERE).content.decode()
    response = national.post(HERE, {"act": "certify"})
    assert (response.status_code, "se délivre après la rencontre" in response.content.decode()) == (409, True)


def test_a_certificate_is_withdrawn_by_its_code_and_for_a_motive(convention, national):
    certificate = certify_attendance(registration=coming.present(convention), at=timezone.now())
    for typed, wrong in (
        ({"code": "AAAA-AAAA-AAAA", "because": "Erreur."}, "Aucune attestation de cette rencontre ne porte ce code."),
        ({"code": certificate.code, "because": " "}, "Ce champ est obligatoire."),
    ):
        response = national.post(HERE, {"act": "withdraw"} | typed)
        assert (response.status_code, wrong in response.content.decode()) == (400, True), typed
    typed = {"act": "withdraw", "code": certificate.code.lower().replace("-", " "), "because": "Entrée d’une autre."}
    assert national.post(HERE, typed).status_code == 302
    certificate.refresh_from_db()
    assert certificate.withdrawn_because == "Entrée d’une autre."
    assert national.post(HERE, typed).status_code == 409


def test_another_gathering_s_certificate_is_not_withdrawn_here(convention, national):
    other = certify_attendance(registration=coming.present(coming.gone_by()), at=timezone.now())
    assert national.post(HERE, {"act": "withdraw", "code": other.code, "because": "Erreur."}).status_code == 400


def test_certificates_of_entries_undone_since_are_shown_to_the_national_team(convention, national):
    registration = coming.present(convention, name="Ana Essai", email="ana@test.invalid")
    certificate = certify_attendance(registration=registration, at=timezone.now())
    assert "Entrée annulée depuis" not in national.get(HERE).content.decode()
    registration.check_ins.update(undone_at=timezone.now())
    page = national.get(HERE).content.decode()
    assert f"Ana Essai, code {certificate.code}" in page


def test_words_are_read_by_the_national_team_alone_after_the_end_and_from_five(national, brittany):
    convention = coming.gone_by(slug="c25")
    for rank in range(5):
        answer_survey(
            registration=coming.present(convention),
            marks={"innovation": 4, "performance": 3, "confiance": 5},
            words=f"Mot {rank}",
            at=convention.ends_at + timedelta(days=1),
        )
    page = national.get(HERE).content.decode()
    assert "5\u00a0personnes ont répondu" in page
    assert "Mot 1" not in page
    convention.starts_at -= timedelta(days=30)
    convention.ends_at -= timedelta(days=30)
    convention.save()
    page = national.get(HERE).content.decode()
    assert "5\u00a0réponses. Innovation : 4,0 sur 5." in page
    assert all(f"Mot {rank}" in page for rank in range(5))
    assert "Mot 1" not in signed_in(builders.staff(regions=[brittany])).get(HERE).content.decode()
    SurveyAnswer.objects.first().delete()
    page = national.get(HERE).content.decode()
    assert "Moins de cinq personnes ont répondu" in page
    assert "Mot 1" not in page


def test_an_unknown_act_changes_nothing(convention, national):
    assert national.post(HERE, {"act": "x"}).status_code == 400
