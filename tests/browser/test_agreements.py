"""Agreements in a real browser, on both sides: axe at every width, and a review answered by keyboard alone."""

from itertools import product

import pytest

from partners.actions.agreement_drafts import amend_agreement
from partners.actions.agreement_reviews import answer_review, open_review
from partners.actions.agreement_talk import comment_version, remark_agreement
from partners.models import ReviewAnswer
from partners.models.agreement_review import DIMENSIONS
from tests.browser.keyboard import press, tab_to
from tests.look.test_guide import violations
from tests.look.test_in_browser import NODES
from tests.partners.accords import after, make_case
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def enter(page, person, url: str) -> None:
    cookie = signed_in(person).cookies["portail_session"]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])


def holds(page, sizes) -> None:
    assert page.evaluate(NODES) <= 350
    for scheme, width in sizes:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


ENDS = [("light", 320), ("dark", 1280)]


def test_the_screens_of_la_poste_hold(live_portal, page):
    case = make_case().propose()
    said = {"text": "Trois ans ?", "passage": "Article 1. Objet"}
    comment_version(version=case.version, side="partner", by=case.contributor, **said)
    remark_agreement(agreement=case.agreement, by=case.agent, text="Prudence.")
    enter(page, case.agent, live_portal.url)
    own = [case.gestion(rest) for rest in ("", "signature/", "texte/", "classer/")]
    for path in (*own, "/gestion/accords/?etat=preparation", "/gestion/accords/nouveau/?q=marais"):
        assert page.goto(live_portal.url + path).status == 200
        holds(page, ENDS)


def test_a_running_agreement_with_its_amendment_and_review_holds_on_both_sides(live_portal, page):
    case = make_case().run()
    review = open_review(agreement=case.agreement, by=case.agent, due_on=after(9))
    answer_review(review=review, side="partner", by=case.contributor, innovation=3, performance=1, confiance=2)
    answer_review(review=review, side="poste", by=case.agent, innovation=3, performance=3, confiance=4)
    amend_agreement(agreement=case.agreement, by=case.agent, changes="Un lieu de plus.")
    for person, path in ((case.agent, case.gestion()), (case.contributor, case.space())):
        page.context.clear_cookies()
        enter(page, person, live_portal.url)
        assert page.goto(live_portal.url + path).status == 200
        holds(page, product(("light", "dark"), (320, 768, 1280)))


def test_the_review_is_answered_by_keyboard_alone(live_portal, page):
    case = make_case().run()
    open_review(agreement=case.agreement, by=case.agent, due_on=after(9))
    enter(page, case.contributor, live_portal.url)
    for rest in ("../", "", "repondre/"):
        page.goto(live_portal.url + case.space(rest))
        holds(page, ENDS)
    for name in DIMENSIONS:
        tab_to(page, name)
        page.keyboard.press("ArrowDown")
    press(page, "Donner cette réponse")
    page.wait_for_url("**#bilan")
    assert ReviewAnswer.objects.get().side == "partner"
