"""Every component at once in a real browser: axe, no sideways scroll, three widths, light and dark."""

import pytest

WIDTHS = [320, 768, 1280]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """options => axe.run(options).then(({violations}) =>
    violations.flatMap(rule => rule.nodes.map(node => [rule.id, node.html])))"""

pytestmark = [pytest.mark.urls("tests.look.guide"), pytest.mark.django_db(transaction=True)]


def violations(page) -> list[str]:
    """What axe finds on the page as it stands; axe itself is read once a page, and tells only what is wrong."""
    from axe_playwright_python.base import AXE_SCRIPT

    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(RUN, {"runOnly": RULES, "resultTypes": ["violations"]})
    return [f"{rule}: {html[:120]}" for rule, html in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_components_are_accessible_and_never_scroll_sideways(live_portal, page, scheme):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(f"{live_portal.url}/guide/")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_axe_sees_what_is_taken_away(live_portal, page):
    page.goto(f"{live_portal.url}/guide/")
    page.evaluate("document.querySelector('label[for=q]').remove(); document.getElementById('q').placeholder = ''")
    assert [line.split(":")[0] for line in violations(page)] == ["label"]


def test_the_menu_of_a_phone_opens_without_javascript(live_portal, browser):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = context.new_page()
    page.goto(f"{live_portal.url}/guide/")
    assert not page.get_by_role("link", name="Annuaire").is_visible()
    page.get_by_text("Menu", exact=True).click()
    assert page.get_by_role("link", name="Annuaire").is_visible()
    context.close()


def test_filters_stand_open_beside_the_list_and_folded_on_a_phone(live_portal, page):
    page.goto(f"{live_portal.url}/guide/")
    assert page.get_by_label("Lieux partagés").first.is_visible()
    page.set_viewport_size({"width": 320, "height": 700})
    assert not page.get_by_label("Lieux partagés").first.is_visible()


def test_each_wrong_field_is_tied_to_its_error(live_portal, page):
    page.goto(f"{live_portal.url}/guide/")
    field = page.locator("#id_w-name")
    assert field.get_attribute("aria-invalid") == "true"
    described = [
        page.locator(f"#{identifier}").inner_text() for identifier in field.get_attribute("aria-describedby").split()
    ]
    assert described == ["Tel qu’il figure dans ses statuts.", "Ce champ est obligatoire."]
