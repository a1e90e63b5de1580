"""Sign-in and partner space in a real browser: axe, no sideways scroll, weight, narrow in light, wide in dark."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests import builders
from tests.look.test_guide import WIDTHS, violations

pytestmark = pytest.mark.django_db(transaction=True)
NODES = "document.querySelectorAll('*:not(svg *)').length"
SIGNED_IN = [
    "/espace/",
    "/espace/marais/",
    "/espace/marais/equipe/",
    "/espace/securite/",
    "/espace/securite/application/",
    "/espace/securite/cles/ajouter/",
    "/espace/securite/mot-de-passe/",
    "/deconnexion/",
]


@pytest.fixture
def signed_in(live_portal, page):
    """A signatory and administrator to whom five things are left to do."""
    person = builders.user("ana@test.invalid", full_name="Ana Test")
    organisation = builders.organisation(name="Fédération imaginaire des ateliers", slug="marais", kind="network")
    builders.charter_version("2020")
    builders.convention()
    builders.project(lead=organisation, confirmed_on=timezone.localdate() - timedelta(days=200))
    builders.agreement(organisation, ends_on=timezone.localdate() + timedelta(days=20))
    for role in ("signatory", "administrator"):
        builders.membership(person, organisation, role)
    client = builders.sign_in(Client(), person, second_factor=True)
    session = client.session.session_key
    page.context.add_cookies([{"name": "portail_session", "value": session, "url": live_portal.url}])
    return page


def hold(page) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    for scheme, width in (("light", 320), ("dark", 1280)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == []
    assert page.evaluate(NODES) <= 350


@pytest.mark.parametrize("path", ["/connexion/", "/connexion/mot-de-passe/"])
def test_sign_in_is_open_to_everybody_empty_or_refused(live_portal, page, path):
    page.goto(live_portal.url + path)
    hold(page)
    page.locator("main form.form button").first.click()
    page.get_by_role("alert").first.wait_for()
    assert page.url == live_portal.url + path
    hold(page)


@pytest.mark.parametrize("path", SIGNED_IN)
def test_the_space_is_open_to_everybody(live_portal, signed_in, path):
    answer = signed_in.goto(live_portal.url + path)

    assert answer.status == 200
    hold(signed_in)


def test_a_refused_invitation_is_too(live_portal, signed_in):
    signed_in.goto(f"{live_portal.url}/espace/marais/equipe/")
    signed_in.get_by_role("button", name="Inviter").click()
    signed_in.get_by_role("alert").first.wait_for()

    assert signed_in.evaluate("document.activeElement.className") == "notice notice--alert error-summary"
    hold(signed_in)
