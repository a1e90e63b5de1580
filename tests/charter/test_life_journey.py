"""Leaving, comparing and verifying a file, in a real browser."""

import hashlib

import pytest
from django.utils import timezone

import charter.tasks  # noqa: F401  the works, as a worker knows them
from charter.models import Withdrawal
from charter.models.paper import Paper
from tests import builders
from tests.charter.test_sign_journey import cookies, holds
from tests.charter.test_withdraw_page import URL
from tests.portal.test_sign_in import code_in
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
PDF = b"%PDF-1.7\nune attestation\n%%EOF\n"


@pytest.fixture
def signed(case):
    return builders.signature(case.organisation, case.version, signer=case.signer, mandate=case.mandate)


@pytest.mark.parametrize("javascript", [True, False])
def test_one_withdraws_on_one_page(live_portal, smtp_server, browser, signed, case, javascript):
    context = browser.new_context(java_script_enabled=javascript, viewport={"width": 320, "height": 700})
    context.add_cookies(cookies(live_portal, signed_in(case.signer)))
    page = context.new_page()
    page.goto(f"{live_portal.url}{URL}")
    page.get_by_role("button", name="Recevoir mon code").click()
    page.get_by_label("Code reçu à").fill("12")
    page.get_by_label("Motif").fill("Nous fusionnons.")
    page.get_by_role("button", name="Retirer la signature").click()
    assert page.get_by_label("Code reçu à").input_value() == "12"
    assert page.get_by_label("Motif").input_value() == "Nous fusionnons."
    if javascript:
        holds(page)
    page.get_by_label("Code reçu à").fill(code_in(smtp_server.messages[-1]))
    page.get_by_label("Au nom de").check()
    page.get_by_role("button", name="Retirer la signature").click()
    page.get_by_role("heading", name="Réseau d’essai n’est plus signataire").wait_for()
    if javascript:
        holds(page)
    assert Withdrawal.objects.get().motive == "Nous fusionnons."
    context.close()


def test_without_power_the_page_holds(live_portal, page, signed, preparer):
    page.context.add_cookies(cookies(live_portal, preparer))
    page.goto(f"{live_portal.url}{URL}")
    assert page.get_by_role("button", name="Retirer la signature").count() == 0
    holds(page)


def test_two_versions_are_chosen_and_compared(live_portal, page, case):
    builders.charter_version("2021", effective_on="2021-01-01", articles=("Préambule", "Partage des lieux"))
    page.goto(f"{live_portal.url}/charte/")
    page.get_by_role("link", name="Comparer deux versions").click()
    holds(page)
    page.get_by_label("De la version").select_option("2020")
    page.get_by_label("À la version").select_option("2021")
    page.get_by_role("button", name="Comparer").click()
    page.get_by_role("heading", name="De la version 2020 à la version 2021").wait_for()
    assert page.url.endswith("/charte/versions/2020/comparer/2021/") or "de=2020" in page.url
    holds(page)


def test_a_file_is_hashed_in_the_browser_and_does_not_leave_it(live_portal, page, signed):
    Paper.objects.create(
        signature=signed, revision=1, digest=hashlib.sha256(PDF).hexdigest(), facts_at=signed.signed_at, file="x",
        sealed_at=timezone.now(), seal_name="Cachet de démonstration", seal_fingerprint="a" * 64,
    )  # fmt: skip
    sent = []
    page.on("request", lambda request: sent.append((request.method, request.post_data)))
    page.goto(f"{live_portal.url}/verifier/")
    page.get_by_text("le fichier ne le quitte pas").wait_for()
    holds(page)
    page.get_by_label("L’attestation en PDF").set_input_files(
        {"name": "attestation.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    page.get_by_role("button", name="Vérifier ce fichier").click()
    page.get_by_role("heading", name="Cette attestation est authentique, et la signature est valable").wait_for()
    holds(page)
    assert {method for method, _ in sent} == {"GET"}

    page.goto(f"{live_portal.url}/verifier/")
    page.evaluate(
        """() => {
            const transfer = new DataTransfer();
            transfer.items.add(new File(["%PDF-1.7 autre"], "autre.pdf", { type: "application/pdf" }));
            const form = document.querySelector("[data-verify-file]");
            form.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
        }"""
    )
    page.get_by_role("heading", name="Ce fichier n’est pas une attestation du portail").wait_for()
    holds(page)
    assert {method for method, _ in sent} == {"GET"}


def test_a_file_is_verified_without_javascript(live_portal, browser, signed):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = context.new_page()
    page.goto(f"{live_portal.url}/verifier/")
    page.get_by_label("L’attestation en PDF").set_input_files(
        {"name": "autre.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    page.get_by_role("button", name="Vérifier ce fichier").click()
    page.get_by_role("heading", name="Ce fichier n’est pas une attestation du portail").wait_for()
    assert page.locator("h1").count() == 1
    context.close()
