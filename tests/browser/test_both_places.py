"""Every screen of the partner space and of the back office in a real browser, taken from the table of all routes.

A new route is walked by itself: the route matrix demands its line and its row. `make test` walks a part of them; the
whole, in every role, is `make faults TESTS=tests/browser/test_both_places.py`.
"""

import pytest

from tests.browser.demonstration import served
from tests.browser.screens import UNFOLD, problems
from tests.portal.matrix import may
from tests.portal.matrix_world import make_world
from tests.portal.test_route_matrix import declared, filled

pytestmark = pytest.mark.django_db

PLACES = {"espace": (320, 700), "gestion": (1280, 900)}
ROLES = {"espace": ("administrator", "contributor", "reader"), "gestion": ("national", "here")}
EVERY = [(place, role) for place, roles in ROLES.items() for role in roles]
PHONE, WIDTH = 320, "document.documentElement.scrollWidth"
LISTS = (
    "/gestion/partners/organisation/",
    "/gestion/partners/user/",
    "/gestion/events/registration/",
    "/gestion/accords/",
)
SAMPLE = 30
"""Of so many addresses, `make test` walks one."""


@pytest.fixture(scope="module")
def portal(browser, django_db_setup, django_db_blocker):
    """A portal, its ``world`` of one row of each noun, and a page for each role."""
    with served(django_db_blocker) as server:
        server.world = make_world()
        yield server


def addresses(world, place: str, role: str) -> list[str]:
    """What opens to the role, each route once; the back office's redirections to its own rows apart."""
    return sorted(
        filled(path, world.nouns[door.on].own if door.on else {}) + door.query
        for _, path, _, door in declared(world)
        if path.startswith(f"{place}/") and door.read and may(door.read, role, "own")
    )


def screens(world, place: str, role: str, one_in: int = 1) -> list[str]:
    """Those of ``addresses`` that answer with a page: files, redirections and parts of pages are no screens."""
    found = []
    for address in addresses(world, place, role)[::one_in]:
        response = world.ask(role, "GET", address)
        if response.status_code == 200 and response.body.lstrip().startswith(b"<!DOCTYPE html>"):
            found.append(address)
    return found


def page_of(browser, portal, role: str, width: int, height: int):
    context = browser.new_context(locale="fr-FR", viewport={"width": width, "height": height}, reduced_motion="reduce")
    cookie = portal.world.clients[role].cookies["portail_session"]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": portal.url}])
    return context.new_page()


def too_wide(page, url: str, paths: list[str]) -> dict[str, int]:
    """The addresses whose page scrolls sideways on a phone, its lines folded or not, and how wide they are."""
    found = {}
    for path in paths:
        page.goto(url + path)
        folded = page.evaluate(WIDTH)
        page.evaluate(UNFOLD)
        if (widest := max(folded, page.evaluate(WIDTH))) > PHONE:
            found[path] = widest
    return found


def walk(browser, portal, place: str, role: str, paths: list[str]) -> dict[str, list[str]]:
    """What is wrong, by address."""
    width, height = PLACES[place]
    page, found = page_of(browser, portal, role, width, height), {}
    page.on("pageerror", lambda error: found.setdefault(page.url, []).append(f"script: {error}"))
    for path in paths:
        page.goto(portal.url + path)
        if wrong := problems(page, width):
            found.setdefault(path, []).extend(wrong)
    page.context.close()
    return found


@pytest.mark.faults
@pytest.mark.parametrize(("place", "role"), EVERY)
def test_every_screen_is_accessible_and_needs_no_mouse(portal, browser, place, role):
    paths = screens(portal.world, place, role)
    assert walk(browser, portal, place, role, paths) == {}
    assert len(paths) > 20


@pytest.mark.parametrize("place", PLACES)
def test_some_screens_of_each_place_are_accessible_and_need_no_mouse(portal, browser, place):
    role = ROLES[place][0]
    paths = screens(portal.world, place, role, SAMPLE)
    assert walk(browser, portal, place, role, paths) == {}
    assert len(paths) > 1


@pytest.mark.faults
def test_no_screen_of_the_back_office_is_wider_than_a_phone(portal, browser):
    page = page_of(browser, portal, "national", PHONE, 700)
    paths = screens(portal.world, "gestion", "national")
    assert too_wide(page, portal.url, paths) == {}
    page.context.close()
    assert len(paths) > 150


def test_lists_of_the_back_office_hold_on_a_phone_and_their_tables_scroll_by_the_keyboard(portal, browser):
    page = page_of(browser, portal, "national", PHONE, 700)
    assert too_wide(page, portal.url, LISTS) == {}
    page.goto(portal.url + LISTS[0])
    table, field = page.locator(".results"), page.locator("#searchbar")
    assert field.bounding_box()["width"] > PHONE / 3
    table.focus()
    page.keyboard.press("ArrowRight")
    assert table.evaluate("each => each.scrollWidth > each.clientWidth && each.matches(':focus')")
    table.evaluate("each => { each.style.position = 'static'; each.style.overflow = 'visible' }")
    assert page.evaluate(WIDTH) > PHONE  # control
    page.context.close()


def test_control_each_fault_of_a_screen_is_told(portal, page):
    page.goto(f"{portal.url}/aide/")
    page.evaluate("""document.querySelector('main').insertAdjacentHTML('beforeend', `
        <h1>Encore</h1><p id="wide">large</p><input id="nameless"><a href="/x/" id="small">x</a>
        <a href="/y/" id="dim">Sans contour</a><button id="trap">Piège</button><a href="/z/" id="after">Après</a>`)""")
    page.evaluate("""() => {
        const one = id => document.getElementById(id)
        one('wide').style.minWidth = '3000px'  // a paragraph has a greatest width
        for (const id of ['small', 'dim']) one(id).style.display = 'block'
        Object.assign(one('small').style, {width: '10px', height: '10px', minHeight: '0', overflow: 'hidden'})
        one('dim').style.setProperty('outline', 'none', 'important')
        one('trap').addEventListener('keydown', event => event.preventDefault())
    }""")
    told = "\n".join(problems(page, 1280))
    for fault in (
        "scrolls sideways",
        "2 titles",
        "label: <input",
        'under 24 px: <a href="/x/"',
        'no focus is seen on <a href="/y/"',
        'Tab does not reach <a href="/z/"',
    ):
        assert fault in told, fault
