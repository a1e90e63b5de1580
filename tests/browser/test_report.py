"""After a gathering, in a real browser: the bilan, one's own page, the three questions by keyboard, the back office."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.actions.certificates import certify_attendance
from events.models import SurveyAnswer
from events.models.after_links import after_path
from tests import builders
from tests.browser.keyboard import press, tab_to
from tests.browser.test_project_journey import enter, holds
from tests.events import coming, saying

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def convention(live_portal):
    """Eleven people came to one that ended two days ago; an older one has its averages."""
    held = coming.gone_by(slug="c25", title="Convention annuelle 2025", report="Ce que nous en retenons.")
    lead = builders.organisation(name="Réseau des Rives", kind="network", commune=builders.commune())
    for rank in range(11):
        coming.present(
            held, name=f"Ana {rank}", email=f"ana{rank}@test.invalid", organisation=lead if rank % 2 else None
        )
    saying.gave(held)
    builders.convention(slug="c26", title="Convention annuelle 2026")
    return held


def closed(convention) -> None:
    for mark in (3, 4, 4, 5, 5, 2):
        SurveyAnswer.objects.create(convention=convention, innovation=mark, performance=3, confiance=5)
    convention.starts_at -= timedelta(days=40)
    convention.ends_at -= timedelta(days=40)
    convention.save()


def test_the_bilan_and_what_opens_with_it_hold(live_portal, page, convention):
    closed(convention)
    for path in (
        "conventions/c25/bilan/",
        "conventions/c25/bilan/organisations/",
        "conventions/c25/",
        "conventions/c26/",
    ):
        assert page.goto(f"{live_portal.url}/{path}").status == 200
        holds(page)
    page.goto(f"{live_portal.url}/conventions/c26/")
    page.get_by_role("link", name="Lire ce qui en advient").click()
    page.get_by_role("heading", level=1, name="Bilan").wait_for()


def test_three_questions_are_answered_by_keyboard_alone(live_portal, page, convention):
    path = f"{live_portal.url}{after_path(convention.registrations.first())}"
    page.goto(path)
    holds(page)
    press(page, "Répondre")
    page.get_by_role("heading", name="Que retenez-vous de cette rencontre ?").wait_for()
    holds(page)
    press(page, "Envoyer ma réponse")
    page.get_by_text("Choisissez une note de 1 à 5.").first.wait_for()
    holds(page)
    for name in ("innovation", "performance", "confiance"):
        tab_to(page, name)
        page.keyboard.press("ArrowDown")
    press(page, "Envoyer ma réponse")
    page.get_by_role("heading", name="Merci, votre réponse est enregistrée").wait_for()
    assert page.title().startswith("Merci : ")
    holds(page)
    assert SurveyAnswer.objects.count() == 1


def test_a_certificate_is_asked_for_and_verified_without_javascript(live_portal, browser, convention):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_portal.url}{after_path(convention.registrations.first())}")
    page.get_by_role("button", name="Recevoir mon attestation").click()
    page.get_by_role("link", name="la vérifier").click()
    page.get_by_role("heading", name="Cette attestation de présence est valable").wait_for()
    context.close()


def test_the_pages_of_a_certificate_and_the_back_office_hold(live_portal, page, convention):
    first = convention.registrations.first()
    certificate = certify_attendance(registration=first, at=timezone.now())
    for path in (f"/verifier/{certificate.code}/", after_path(first)):
        assert page.goto(f"{live_portal.url}{path}").status == 200
        holds(page)
    enter(page, live_portal, builders.staff())
    assert page.goto(f"{live_portal.url}/gestion/conventions/c25/bilan/").status == 200
    holds(page)
    page.reload()  # every part was opened to be looked at
    page.get_by_text("Retirer une attestation").click()
    page.get_by_role("button", name="Retirer l’attestation").click()
    page.get_by_text("Ce champ est obligatoire.").first.wait_for()
    holds(page)
