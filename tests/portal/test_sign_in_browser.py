"""Signing in in a real browser: the typed code, then an access key held by a virtual device."""

import pytest
from allauth.mfa.models import Authenticator

from partners.models import User
from tests import builders
from tests.portal.test_sign_in import code_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def device(page):
    """A device that holds access keys and recognises its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def enter_by_code(page, portal, smtp_server, email):
    page.goto(f"{portal.url}/connexion/")
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_role("button", name="Recevoir un code").click()
    page.get_by_label("Code à 6 chiffres").fill(code_in(smtp_server.messages[-1]))
    page.get_by_role("button", name="Entrer").click()


def test_a_partner_enters_by_code_adds_a_key_and_enters_with_it(live_portal, smtp_server, page, device):
    builders.user("ana@test.invalid", full_name="Ana Test")

    enter_by_code(page, live_portal, smtp_server, "ana@test.invalid")
    page.get_by_role("heading", name="Bonjour Ana Test").wait_for()
    page.goto(f"{live_portal.url}/espace/securite/cles/ajouter/")
    page.get_by_role("button", name="Ajouter cette clé").click()
    page.get_by_role("heading", name="Vos codes de secours").wait_for()
    page.goto(f"{live_portal.url}/deconnexion/")
    page.get_by_role("main").get_by_role("button", name="Se déconnecter").click()
    page.goto(f"{live_portal.url}/connexion/?next=/espace/securite/")
    page.get_by_role("button", name="Avec ma clé d’accès").click()
    page.get_by_role("heading", name="Sécurité").wait_for()

    assert [(key.type, key.data["name"]) for key in Authenticator.objects.filter(type="webauthn")] == [
        ("webauthn", "Ma clé")
    ]
    assert len(smtp_server.messages) == 1


def test_an_agent_is_led_to_a_key_which_then_opens_the_back_office(live_portal, smtp_server, page, device):
    agent = builders.staff(email="ivan@test.invalid")

    enter_by_code(page, live_portal, smtp_server, agent.email)
    page.get_by_role("heading", name="Choisissez votre second facteur").wait_for()
    page.get_by_role("link", name="Ajouter une clé").click()
    page.get_by_role("button", name="Ajouter cette clé").click()
    page.get_by_role("heading", name="Vos codes de secours").wait_for()
    page.goto(f"{live_portal.url}/gestion/")
    opened = page.url
    page.context.clear_cookies()
    enter_by_code(page, live_portal, smtp_server, agent.email)
    page.get_by_role("heading", name="Votre second facteur").wait_for()
    page.get_by_role("button", name="Avec ma clé d’accès").click()
    page.wait_for_url(f"{live_portal.url}/gestion/")

    assert opened == f"{live_portal.url}/gestion/"
    assert User.objects.get(pk=agent.pk).is_staff
