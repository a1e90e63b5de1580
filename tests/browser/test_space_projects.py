"""The projects of the partner space in a real browser: every width, keyboard alone, with and without JavaScript."""

from itertools import product

import pytest
from django.utils import timezone

from partners.models import Project
from partners.models.project import months_before
from tests import builders
from tests.look.test_guide import violations
from tests.look.test_in_browser import NODES
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/espace/atelier/projets/"


@pytest.fixture
def session(live_portal):
    """The session cookie of a contributor whose organisation has projects of every kind."""
    home = builders.commune()
    seine, gard = builders.department("93", "Seine-Saint-Denis"), builders.department("30", "Gard")
    builders.commune("93066", "Saint-Denis", seine, postal_codes=["93200"], population=150_000)
    builders.commune("30247", "Saint-Denis", gard, postal_codes=["30500"], population=900)
    for number in range(1, 10):
        builders.axis(number, f"Ressources humaines et mobilités {number}")
    local = builders.organisation(name="Atelier du Coin", slug="atelier", commune=home)
    old = months_before(timezone.localdate(), 8)
    builders.project(title="Halle", slug="halle", lead=local, commune=home, confirmed_on=old)
    builders.project(title="Épicerie", slug="epicerie", lead=local, commune=home, confirmed_on=old)
    builders.project(
        title="Lavoir", slug="lavoir", lead=local, moderation="returned", return_motive="Précisez le lieu."
    )
    person = builders.user()
    builders.membership(person, local, "contributor")
    cookie = signed_in(person).cookies["portail_session"]
    return {"name": cookie.key, "value": cookie.value, "url": live_portal.url}


@pytest.mark.parametrize("address", ["", "nouveau/", "halle/modifier/", "lavoir/modifier/"])
def test_the_pages_hold_at_every_width_and_axe_finds_nothing(session, live_portal, page, address):
    page.context.add_cookies([session])
    page.goto(f"{live_portal.url}{LIST}{address}")
    assert page.evaluate(NODES) <= 350
    page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
    for scheme, width in product(("light", "dark"), (320, 768, 1280)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_project_is_described_with_the_keyboard_alone(session, live_portal, page):
    page.context.add_cookies([session])
    page.goto(f"{live_portal.url}{LIST}nouveau/")
    answers = {"id_title": "La Remise", "id_summary": "On répare ensemble.", "id_axes_2": " "}
    for _ in range(60):
        page.keyboard.press("Tab")
        here = page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")
        if here == "Soumettre à La Poste":
            break
        page.keyboard.type(answers.pop(here, ""))
    page.keyboard.press("Enter")
    page.get_by_text("« La Remise » est soumis.").wait_for()
    made = Project.objects.get(title="La Remise")
    assert (made.commune.name, [axis.number for axis in made.axes.all()]) == ("Brest", [3])


def test_two_confirmations_are_two_key_presses_each(session, live_portal, page):
    """After the first, Tab goes on from the message: nobody crosses the whole page again."""
    page.context.add_cookies([session])
    page.goto(f"{live_portal.url}{LIST}")
    page.get_by_role("button", name="Toujours en cours : Halle").press("Enter")
    page.get_by_text("« Halle » est confirmé").wait_for()
    assert page.evaluate("document.activeElement.id") == "suite"
    reached = []
    for _ in range(3):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim()"))
    assert reached == ["Compléter : Lavoir", "Épicerie", "Toujours en cours : Épicerie"]
    page.keyboard.press("Enter")
    page.get_by_text("« Épicerie » est confirmé").wait_for()
    assert {p.confirmed_on for p in Project.objects.public()} == {timezone.localdate()}


def test_without_javascript_the_page_asks_which_commune_and_keeps_the_rest(session, live_portal, browser):
    context = browser.new_context(java_script_enabled=False, locale="fr-FR", viewport={"width": 320, "height": 700})
    context.add_cookies([session])
    page = context.new_page()
    page.goto(f"{live_portal.url}{LIST}nouveau/")
    page.get_by_label("Titre").fill("La Remise")
    page.get_by_label("En une phrase").fill("On répare ensemble.")
    page.get_by_label("Commune").fill("saint-denis")
    page.get_by_label("Ressources humaines et mobilités 4").check()
    page.get_by_role("button", name="Soumettre à La Poste").click()
    page.get_by_label("Saint-Denis (Gard, 30500)").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.get_by_label("Titre").input_value() == "La Remise"
    page.get_by_label("Saint-Denis (Gard, 30500)").check()
    page.get_by_role("button", name="Soumettre à La Poste").click()
    page.get_by_text("« La Remise » est soumis.").wait_for()
    assert Project.objects.get(title="La Remise").commune_id == "30247"
    context.close()


def test_typing_a_commune_proposes_what_the_server_knows(session, live_portal, page):
    page.context.add_cookies([session])
    page.goto(f"{live_portal.url}{LIST}nouveau/")
    page.get_by_label("Commune").fill("")
    page.get_by_label("Commune").press_sequentially("saint d")
    page.locator("datalist option").nth(1).wait_for(state="attached")
    offered = page.locator("datalist option").evaluate_all("options => options.map(option => option.value)")
    assert offered == ["Saint-Denis (93)", "Saint-Denis (30)"]
