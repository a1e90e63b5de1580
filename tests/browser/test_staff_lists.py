"""A list of the back office in a real browser at 1280 px: an act upon many rows by keyboard alone, axe at each step."""

import pytest

from alliance.portal.lists import saved
from partners.models import BulkAct, Organisation
from tests import builders
from tests.browser.keyboard import press, tab_to
from tests.look.test_guide import violations
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
WIDE = {"width": 1280, "height": 900}


@pytest.fixture
def agent():
    return builders.staff(full_name="Alix Agent")


@pytest.fixture
def national(agent, live_portal, page):
    cookie = signed_in(agent).cookies["portail_session"]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_portal.url}])
    page.set_viewport_size(WIDE)
    return page


def test_many_rows_are_changed_and_a_view_kept_by_keyboard_alone(live_portal, national, agent):
    rows = [builders.organisation(name=f"Atelier {n}") for n in range(3)]
    builders.axis(1, label="Lieux partagés")
    view = saved.save_view(
        by=agent, noun="partners.organisation", name="Ateliers", query="q=atelier", shared=False, first=False
    )
    national.goto(f"{live_portal.url}/gestion/partners/organisation/?vue=toutes")
    assert violations(national) == []
    press(national, "Ateliers")
    national.wait_for_url(f"**{saved.address(view)}")
    national.locator("#action-toggle").focus()
    national.keyboard.press("Space")
    national.locator("select[name=action]").focus()
    national.keyboard.type("Masquer")
    press(national, "Continuer")
    national.wait_for_url("**/lots/**")
    assert violations(national) == []
    tab_to(national, "motive")
    national.keyboard.type("Vérification")
    national.keyboard.press("Enter")
    national.wait_for_selector("text=À faire (3)")
    assert violations(national) == []
    national.locator("input[type=submit][value^='Masquer']").focus()
    national.keyboard.press("Enter")
    national.wait_for_selector("text=Faites (3)")
    assert violations(national) == []
    assert BulkAct.objects.get().state == "done"
    assert not Organisation.objects.filter(pk__in=[row.pk for row in rows], is_public=True).exists()


def test_every_column_of_the_widest_lists_is_seen_without_scrolling_sideways(live_portal, national):
    network = builders.organisation(name="Fédération de la Courte Échelle Pliante", kind="network", siren="000000018")
    town = builders.commune(name="Saint-Méard-de-Gurçon")
    lead = builders.organisation(name="Courte Échelle Pliante Centre-Val de Loire", parent=network, commune=town)
    builders.mandate(lead, builders.user(full_name="Jeanne Hirondeau-Grisonnante"), job_title="Coprésidente")
    for noun in ("partners/organisation", "charter/mandate"):
        national.goto(f"{live_portal.url}/gestion/{noun}/?vue=toutes")
        table = national.locator("#result_list")
        assert table.evaluate("each => each.scrollWidth <= each.parentElement.clientWidth"), noun
