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
        f"courriels/adresses/{Bounce.objects.get().pk}/", f"personnes/{agent.pk}/perimetre/", "a-faire/plusieurs/",
        "courriels/?etat=revenus",
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


@pytest.mark.parametrize("scripts", [True, False])
def test_ticked_organisations_are_written_to_without_a_mouse_and_without_scripts(live_portal, browser, agent, scripts):
    context = browser.new_context(java_script_enabled=scripts, locale="fr-FR")
    page = context.new_page()
    enter(page, live_portal, agent)
    page.goto(f"{live_portal.url}/gestion/partners/organisation/")
    page.locator("input.action-select").first.focus()
    page.keyboard.press("Space")
    page.get_by_label("Avec les lignes cochées").focus()
    page.keyboard.press("ArrowDown")  # the first act
    page.get_by_role("button", name="Continuer").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/envois/nouveau/\?selection="))
    assert "1 organisation choisie dans une liste" in page.inner_text("#content")
    if scripts:
        holds(page)
    page.get_by_label("Objet").fill("Pour {{ organisation }}")
    page.get_by_label("Texte", exact=True).fill("Bonjour {{ nom }}.")
    page.get_by_label("contributeur").check()
    page.get_by_role("button", name="Voir la liste exacte").press("Enter")
    page.wait_for_url(re.compile(r"/envois/[0-9a-f-]{36}/$"))
    assert "Bonjour Ana." in page.inner_text("#content")
    if scripts:
        holds(page)
    context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_several_lines_are_confided_without_a_mouse_and_without_scripts(live_portal, browser, agent, scripts):
    Bounce.objects.create(address="autre@ancienne.invalid", kind="returned", bounced_at=timezone.now())
    context = browser.new_context(java_script_enabled=scripts, locale="fr-FR")
    page = context.new_page()
    enter(page, live_portal, agent)
    page.goto(f"{live_portal.url}/gestion/")
    page.get_by_role("link", name="Confier plusieurs lignes à la fois").press("Enter")
    for box in page.locator("input.work__tick").all():
        box.press("Space")
    page.get_by_label("Confier les lignes cochées à").focus()
    page.keyboard.press("ArrowDown")
    if scripts:
        holds(page)
    page.get_by_role("button", name="Confier les lignes cochées").press("Enter")
    page.wait_for_url(re.compile(r"/gestion/$"))
    assert "2 lignes sont confiées à" in page.inner_text("body")
    context.close()
