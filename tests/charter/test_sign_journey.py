"""From the invitation to « signataire depuis », in a real browser: by keyboard alone, and without JavaScript."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

import charter.tasks  # noqa: F401  the works, as a worker knows them
from alliance.outbox.delivery import deliver_all_due
from charter.actions import countersign, invite_to_sign
from charter.models import Signature, Withdrawal
from partners.models import User
from tests import builders
from tests.charter.signing import URL
from tests.look.test_guide import violations
from tests.look.test_in_browser import NODES
from tests.passkeys import SoftwareKey
from tests.portal.test_sign_in import code_in
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
FOCUSED = "(document.activeElement.innerText || document.activeElement.id || '').trim()"
OUTLINE = """(() => { const a = document.activeElement;  // its own, or that of the box which holds it and its button
    const seen = (o) => o.outlineStyle === 'none' ? 0 : parseFloat(o.outlineWidth);
    return Math.max(seen(getComputedStyle(a)), seen(getComputedStyle(a.closest('form') || a))) })()"""


def tab_to(page, words: str, *, backwards: bool = False) -> None:
    """Walk with Tab until what has the focus begins with ``words``; the focus is seen at every step."""
    for _ in range(80):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        assert page.evaluate(OUTLINE) >= 2, page.evaluate(FOCUSED)
        if page.evaluate(FOCUSED).startswith(words):
            return
    raise AssertionError(f"the keyboard does not reach « {words} »")


def press(page, words: str) -> None:
    tab_to(page, words)
    page.keyboard.press("Enter")


EVERYWHERE = [(scheme, width) for scheme in ("light", "dark") for width in (320, 768, 1280)]
AT_THE_ENDS = [("light", 320), ("dark", 1280)]


def holds(page, sizes=AT_THE_ENDS) -> None:
    """Axe finds nothing, nothing scrolls sideways, the page is light."""
    assert page.evaluate(NODES) <= 350
    for scheme, width in sizes:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_representative_signs_by_keyboard_and_the_public_sees_it(live_portal, smtp_server, page, case):
    agent = builders.staff()
    invite_to_sign(**case.act, by=agent)
    deliver_all_due()
    invitation = smtp_server.messages[-1].get_body(("plain",)).get_content()

    page.goto(re.search(r"http\S+/signer/", invitation)[0])
    tab_to(page, "id_email")
    page.keyboard.type("camille@test.invalid")
    page.keyboard.press("Enter")
    page.get_by_label("Code à 6 chiffres").wait_for()
    page.get_by_label("Code à 6 chiffres").fill(code_in(smtp_server.messages[-1]))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{URL}")
    holds(page)

    press(page, "Recevoir mon code")
    page.get_by_text("Un code est parti à c•••@test.invalid").wait_for()
    holds(page, EVERYWHERE)
    tab_to(page, "id_code")
    page.keyboard.type(code_in(smtp_server.messages[-1]))
    tab_to(page, "id_consent")
    page.keyboard.press("Space")
    press(page, "Signer la charte")
    page.get_by_role("heading", name="Réseau d’essai a signé").wait_for()
    holds(page, EVERYWHERE)

    signature = Signature.objects.get()
    countersign(signature=signature, by=agent)
    assert deliver_all_due() == 2
    assert [letter["Subject"] for letter in smtp_server.messages[-2:]] == [
        f"Reçu de votre signature {signature.code}",
        "Réseau d’essai est signataire de la charte",
    ]
    page.goto(f"{live_portal.url}/verifier/{signature.code}/")
    page.get_by_role("heading", name="Cette signature est valable").wait_for()
    page.goto(f"{live_portal.url}/annuaire/reseau-d-essai/")
    page.get_by_text("Signataire depuis le").first.wait_for()


def test_every_choice_of_the_page_holds_for_a_contributor(live_portal, browser, page, preparer):
    page.context.add_cookies(cookies(live_portal, preparer))
    page.goto(f"{live_portal.url}{URL}")
    for choice, button in (
        ("Je transmets au représentant", "Transmettre"),
        ("Nous devons délibérer", "Noter la date"),
        ("J’ai un mandat à déposer", "Déposer mon mandat"),
    ):
        page.get_by_label(choice).check()
        assert page.get_by_role("button", name=button).is_visible()
        holds(page)
    page.get_by_role("button", name="Déposer mon mandat").click()
    page.get_by_role("alert").wait_for()
    assert page.get_by_label("J’ai un mandat à déposer").is_checked()
    holds(page)


def test_one_signs_without_javascript(live_portal, smtp_server, browser, case):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
    context.add_cookies(cookies(live_portal, signed_in(case.signer)))
    page = context.new_page()
    page.goto(f"{live_portal.url}{URL}")
    page.get_by_role("button", name="Recevoir mon code").click()
    page.get_by_label("Code reçu à").fill("12")
    page.get_by_role("button", name="Signer la charte").click()
    assert page.get_by_label("Code reçu à").input_value() == "12"
    page.get_by_label("Code reçu à").fill(code_in(smtp_server.messages[-1]))
    page.get_by_label("Au nom de").check()
    page.get_by_role("button", name="Signer la charte").click()
    page.get_by_role("heading", name="Réseau d’essai a signé").wait_for()
    assert Signature.objects.get().state == "pending"
    context.close()


def test_a_representative_signs_with_an_access_key_by_keyboard_with_nothing_but_the_database(live_portal, page, case):
    """No post, no broker, no seal, no authority. The key is added in this browser, then it signs the act itself."""
    device(page)
    page.context.add_cookies(cookies(live_portal, builders.sign_in(Client(), case.signer, second_factor=True)))
    page.goto(f"{live_portal.url}/espace/securite/cles/ajouter/")
    page.get_by_role("button", name="Ajouter cette clé").click()
    page.get_by_role("heading", name="Vos codes de secours").wait_for()

    page.goto(f"{live_portal.url}{URL}")
    holds(page, EVERYWHERE)
    press(page, "Signer avec ma clé d’accès")
    page.get_by_text("Cochez d’abord la case").wait_for()
    holds(page)
    tab_to(page, "id_key_consent", backwards=True)
    page.keyboard.press("Space")
    press(page, "Signer avec ma clé d’accès")
    page.get_by_role("heading", name="Réseau d’essai a signé").wait_for()
    holds(page)
    signature = Signature.objects.get()
    assert (signature.proof_level, signature.assertion["rp_id"]) == ("passkey", "localhost")

    page.get_by_role("link", name="Retirer cette signature").click()
    page.get_by_label("Au nom de").check()
    page.get_by_role("button", name="Retirer avec ma clé d’accès").click()
    page.get_by_role("heading", name="Réseau d’essai n’est plus signataire").wait_for()
    assert Withdrawal.objects.get().proof_level == "passkey"


def test_a_device_that_does_not_know_the_person_leaves_the_code(live_portal, smtp_server, page, case):
    SoftwareKey(case.signer)
    device(page)
    page.context.add_cookies(cookies(live_portal, signed_in(case.signer)))
    page.goto(f"{live_portal.url}{URL}")
    page.get_by_label("Au nom de").check()
    page.get_by_role("button", name="Signer avec ma clé d’accès").click()
    page.get_by_text("La clé n’a pas été confirmée.").wait_for()
    page.get_by_role("button", name="Recevoir mon code").click()
    page.get_by_label("Code reçu à").fill(code_in(smtp_server.messages[-1]))
    assert page.locator("#id_consent").is_checked(), "the tick is kept from one way to the other"
    holds(page, EVERYWHERE)
    page.get_by_role("button", name="Signer la charte").click()
    page.get_by_role("heading", name="Réseau d’essai a signé").wait_for()


def test_what_was_begun_is_found_again_after_signing_in_anew(live_portal, page, preparer, browser):
    page.context.add_cookies(cookies(live_portal, preparer))
    page.goto(f"{live_portal.url}{URL}")
    page.get_by_label("J’ai un mandat à déposer").check()
    page.get_by_label("Votre qualité").fill("Directrice")
    page.get_by_label("d’une délégation écrite").check()
    Session.objects.all().delete()
    page.get_by_role("button", name="Déposer mon mandat").click()
    page.wait_for_url(re.compile(r"/connexion/\?next=/espace/reseau-d-essai/signer/"))
    person = User.objects.get(email="zoe@test.invalid")
    page.context.clear_cookies()
    page.context.add_cookies(cookies(live_portal, signed_in(person)))
    page.goto(f"{live_portal.url}{URL}")
    assert page.get_by_label("J’ai un mandat à déposer").is_checked()
    assert page.get_by_label("Votre qualité").input_value() == "Directrice"
    assert page.get_by_label("d’une délégation écrite").is_checked()


def test_a_session_that_ends_before_the_key_is_asked_leads_to_sign_in_and_back(live_portal, page, case):
    SoftwareKey(case.signer)
    page.context.add_cookies(cookies(live_portal, signed_in(case.signer)))
    page.goto(f"{live_portal.url}{URL}")
    page.get_by_label("Au nom de").check()
    Session.objects.all().delete()
    page.get_by_role("button", name="Signer avec ma clé d’accès").click()
    page.wait_for_url(re.compile(r"/connexion/\?next=/espace/reseau-d-essai/signer/"))
    page.context.clear_cookies()
    page.context.add_cookies(cookies(live_portal, signed_in(case.signer)))
    page.goto(f"{live_portal.url}{URL}")
    assert page.get_by_label("Au nom de").is_checked()


def device(page) -> None:
    """One that holds access keys and recognises its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def cookies(live_portal, client) -> list[dict]:
    return [{"name": name, "value": morsel.value, "url": live_portal.url} for name, morsel in client.cookies.items()]
