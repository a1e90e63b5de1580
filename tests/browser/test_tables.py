"""The table on a phone, in a real browser: loaded again without network, sent once, by keyboard, without JavaScript."""

from uuid import uuid4

import pytest
from playwright.sync_api import Error

from events.models import Proposal, ProposalSupport
from tests.browser.keyboard import press, tab_to
from tests.events.talking import TEXT, person, said, sit, table

pytestmark = pytest.mark.django_db(transaction=True)
FIELD = "Votre proposition"


@pytest.fixture
def phone(browser):
    """That its network is away is no error; anything else in its console is."""
    context = browser.new_context(locale="fr-FR", viewport={"width": 360, "height": 740}, has_touch=True)
    opened, wrong = context.new_page(), []
    opened.set_default_timeout(10_000)
    opened.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    opened.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    yield opened
    context.close()
    assert [line for line in wrong if "net::ERR" not in line and "status of 4" not in line] == []


def proposes(phone, text: str) -> None:
    phone.get_by_label(FIELD).fill(text)
    phone.get_by_role("button", name="Proposer").click()


def test_the_page_opens_again_without_network_with_what_waits_and_its_supports(live_portal, phone):
    here = table()
    ana, leo = person(here), person(here, "Leo")
    said(here, leo, text="Un bus des services")
    sit(phone, live_portal.url + here.path, ana)
    phone.wait_for_selector("#proposer[data-kept=yes]")

    phone.context.set_offline(True)
    proposes(phone, TEXT)
    phone.get_by_text("Pas de réseau").wait_for()
    phone.reload()  # the page comes from the phone, with what waits
    phone.get_by_text("Pas de réseau").wait_for()
    proposes(phone, "Une deuxième idée")
    phone.get_by_role("button", name="Soutenir : Un bus").click()
    phone.get_by_text("Votre soutien à « Un bus des services »").wait_for()
    assert Proposal.objects.count() == 1

    phone.context.set_offline(False)
    phone.get_by_text("3 propositions à cette table").wait_for()
    phone.get_by_role("button", name="Soutenue : Un bus").wait_for()
    assert list(Proposal.objects.order_by("pk").values_list("text", flat=True))[1:] == [TEXT, "Une deuxième idée"]
    assert ProposalSupport.objects.get().registration == ana


def test_whoever_gives_the_phone_back_leaves_nothing_on_it(live_portal, phone):
    here = table()
    said(here, person(here, "Leo"), text="Un bus des services")
    sit(phone, live_portal.url + here.path, person(here))
    phone.wait_for_selector("#proposer[data-kept=yes]")
    phone.get_by_role("button", name="Ce n’est pas vous ?").click()
    phone.get_by_label("Le code de votre billet").wait_for()

    phone.context.set_offline(True)
    phone.reload()
    phone.get_by_label("Le code de votre billet").wait_for()
    assert [words for words in ("Ana", "bus") if words in phone.inner_text("main")] == []


@pytest.mark.parametrize(("key_is_kept", "written"), [(True, 1), (False, 2)], ids=["with its key", "control: without"])
def test_what_was_written_while_the_answer_was_lost_is_not_written_again(live_portal, browser, key_is_kept, written):
    here = table()
    context = browser.new_context(locale="fr-FR", service_workers="block")
    phone, lost = context.new_page(), []

    def lose_the_first_answer(route):
        fields = route.request.post_data or ""
        if "act=propose" not in fields:
            return route.continue_()
        if not key_is_kept:
            fields = fields.replace("key=", f"key={uuid4()}&was=")
        answer = route.fetch(post_data=fields)
        if lost:
            return route.fulfill(response=answer)
        lost.append(answer.status)
        return route.abort()

    sit(phone, live_portal.url + here.path, person(here))
    context.route("**/table/**", lose_the_first_answer)
    proposes(phone, TEXT)
    phone.get_by_role("heading", name=f"{written} proposition").wait_for()
    assert (lost, Proposal.objects.count()) == ([201], written)
    context.close()


def test_one_sits_proposes_and_supports_by_keyboard_alone(live_portal, page):
    here = table()
    ana = person(here)
    said(here, person(here, "Leo"), text="Un bus des services")
    page.goto(live_portal.url + here.path)
    tab_to(page, "code")
    page.keyboard.type(ana.code)
    press(page, "M’asseoir à la table")
    page.get_by_text("Sans réseau, cette page").wait_for()
    tab_to(page, "text")
    page.keyboard.type(TEXT)
    press(page, "Proposer")
    page.get_by_text("2 propositions à cette table").wait_for()
    assert page.evaluate("document.activeElement.name") == "text"
    press(page, "Soutenir")
    page.get_by_role("button", name="Soutenue : Un bus").wait_for()
    assert page.evaluate("document.activeElement.value") == "unsupport"
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Soutenir : Un bus").wait_for()
    assert ProposalSupport.objects.count() == 0


def test_an_empty_proposal_is_asked_for_in_words_beside_the_field(live_portal, page):
    here = table()
    sit(page, live_portal.url + here.path, person(here))
    page.get_by_role("button", name="Proposer").click()
    page.get_by_role("alert").get_by_text("écrivez d’abord votre proposition").wait_for()
    field = page.get_by_label(FIELD)
    assert field.get_attribute("aria-invalid") == "true"
    field.fill("Une idée")
    assert (page.get_by_role("alert").count(), field.get_attribute("aria-invalid")) == (0, None)
    assert Proposal.objects.count() == 0


def test_the_table_serves_without_javascript(live_portal, browser):
    here = table()
    page = browser.new_context(java_script_enabled=False).new_page()
    sit(page, live_portal.url + here.path, person(here), has_script=False)
    proposes(page, TEXT)
    page.get_by_text("1 proposition à cette table").wait_for()
    page.context.close()


def test_control_without_its_worker_the_page_does_not_open_again(live_portal, browser):
    here = table()
    context = browser.new_context(locale="fr-FR", service_workers="block")
    phone = context.new_page()
    sit(phone, live_portal.url + here.path, person(here))
    context.set_offline(True)
    with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
        phone.reload()
    context.close()
