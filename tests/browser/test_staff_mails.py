"""Mails and steering in a real browser: axe at 768 and 1280, no sideways scroll, and a bulk mail by keyboard alone."""

import re

import pytest
from django.utils import timezone

from partners.actions.steering import create_report
from partners.models import Bounce, Mailing
from tests import builders
from tests.browser.test_project_journey import enter
from tests.look.test_guide import violations

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def agent(transactional_db):
    builders.axis(1)
    organisation = builders.organisation(name="Atelier", commune=builders.commune())
    person = builders.user("ana@test.invalid", full_name="Ana")
    builders.membership(person, organisation)
    Bounce.objects.create(address="ana@ancienne.invalid", kind="refused", bounced_at=timezone.now())
    agent = builders.staff()
    create_report(name="Mois", rhythm="monthly", form="csv", readers=[agent], by=agent)
    return agent


def holds(page) -> None:
    page.evaluate("document.querySelectorAll('main details, #content details').forEach(each => each.open = true)")
    for width in (768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (page.url, width)


def test_every_screen_holds_and_axe_finds_nothing(live_portal, page, agent):
    enter(page, live_portal, agent)
    for path in (
        "courriels/", "courriels/adresses/", "courriels/envois/", "courriels/envois/nouveau/", "pilotage/",
        "pilotage/organisations/?etat=autres", "pilotage/bilans/", "pilotage/envois/", "personnes/", "travaux/",
        f"courriels/adresses/{Bounce.objects.get().pk}/", f"personnes/{agent.pk}/perimetre/",
    ):  # fmt: skip
        assert page.goto(f"{live_portal.url}/gestion/{path}").status == 200
        holds(page)


def test_a_bulk_mail_is_written_read_and_confirmed_without_a_mouse(live_portal, page, agent):
    enter(page, live_portal, agent)
    page.goto(f"{live_portal.url}/gestion/courriels/envois/nouveau/")
    page.get_by_label("Objet").focus()
    page.keyboard.type("Pour {{ organisation }}")
    page.keyboard.press("Tab")
    page.keyboard.type("Bonjour {{ nom }}.")
    page.get_by_label("contributeur").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Voir la liste exacte").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/envois/[0-9a-f-]{36}/$"))
    assert "Bonjour Ana." in page.inner_text("#content")
    holds(page)
    page.get_by_label("Motif de l’envoi").focus()
    page.keyboard.type("Essai")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=C’est confirmé")
    assert Mailing.objects.get().motive == "Essai"
    holds(page)
