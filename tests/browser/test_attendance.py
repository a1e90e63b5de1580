"""The day of a Convention in the back office, in a real browser: the page renews itself under somebody's hands."""

from uuid import uuid4

import pytest
from django.utils import timezone

from events.actions.entries import check_in
from tests import builders
from tests.browser.test_agreements import enter
from tests.events.at_the_door import a_door, gathering, somebody

pytestmark = pytest.mark.django_db(transaction=True)


def come(door, registration=None, **fields) -> None:
    at = timezone.now()
    check_in(door=door, found=registration, **{"key": uuid4(), "means": "scan", "at": at, "happened_at": at} | fields)


def renew(page) -> None:
    with page.expect_response(lambda response: "hx-request" in response.request.headers):
        page.evaluate("void htmx.ajax('GET', location.pathname, {source: '#direct', target: '#direct'})")


def test_what_is_typed_and_where_one_stands_stay_when_the_page_renews(live_portal, page):
    door = a_door(gathering(slug="c27"))
    come(door, said="2222", is_inside=True)
    enter(page, builders.staff(), live_portal.url)
    page.goto(f"{live_portal.url}/gestion/conventions/c27/accueil/")
    code, undo = page.get_by_label("Code du billet"), page.get_by_role("button", name="Annuler l’entrée de 2222")
    code.fill("ABCD")
    undo.focus()
    come(door, somebody(door.convention))
    renew(page)
    page.get_by_text("1 personne présente").wait_for()
    assert code.input_value() == "ABCD"
    assert undo.evaluate("each => each === document.activeElement")
