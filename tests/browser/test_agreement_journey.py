"""An agreement from its first draft to its end, by both sides, each in a browser: no step but those of the pages."""

import time
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.utils import timezone

from partners.models import Agreement, AgreementSigner, AgreementVersion
from tests import builders
from tests.browser.test_agreements import holds
from tests.portal.test_sign_in import code_in
from tests.sessions import signed_in

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
ENDS = [("light", 320), ("dark", 1280)]


class Hand:
    """One person at a browser of their own."""

    def __init__(self, browser, url: str, person, side: str):
        self.url, self.person, self.side, self.secret = url, person, side, ""
        self.context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", reduced_motion="reduce")
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        self.enter()

    def enter(self) -> None:
        session = signed_in(self.person).session
        if "account_authentication_methods" in session:  # an hour ago
            session["account_authentication_methods"][0]["at"] = time.time() - 3_600
            session.save()
        self.context.add_cookies([{"name": "portail_session", "value": session.session_key, "url": self.url}])

    def opens(self, path: str, name: str) -> None:
        assert self.page.goto(self.url + path).status == 200
        self.looks(name)

    def looks(self, name: str) -> None:
        """The screen of this step holds, on a phone and on a desk."""
        try:
            holds(self.page, ENDS)
        except AssertionError as error:
            error.add_note(f"{self.side}: {name}")
            raise

    def follows(self, words: str, name: str) -> None:
        self.page.get_by_role("link", name=words, exact=True).first.click()
        self.page.wait_for_load_state()
        self.looks(name)

    def presses(self, words: str, name: str) -> None:
        self.page.get_by_role("main").get_by_role("button", name=words, exact=True).first.click()
        self.page.wait_for_load_state()
        self.looks(name)

    def reads(self, *words: str) -> None:
        text = " ".join(self.page.locator("body").inner_text().split())
        for each in words:
            assert each in text, (each, text)

    def fills(self, **values: str) -> None:
        for name, value in values.items():
            field = self.page.locator(f"[name={name}]").first
            if field.evaluate("each => each.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    def proves(self, messages) -> None:
        """Who signs has proved who they are a moment ago: by the application's code, or by signing in again."""
        if self.secret:
            self.looks(f"{self.side}-second-factor")
            _, current, _ = yield_hotp_counters_from_time()  # the former would be too old half a minute's turn later
            code = format_hotp_value(hotp_value(self.secret, current))
            self.page.get_by_label("Code").first.fill(code)
            self.presses("Confirmer", f"{self.side}-sign-form")
        else:
            self.looks(f"{self.side}-sign-in-again")
            self.page.get_by_role("main").get_by_role("button").first.click()
            self.page.get_by_label("Adresse électronique").fill(self.person.email)
            self.page.get_by_role("button", name="Recevoir un code").click()
            self.page.get_by_label("Code à 6 chiffres").fill(code_in(messages[-1]))
            self.presses("Entrer", f"{self.side}-sign-form")

    def ends(self) -> None:
        self.context.close()
        assert self.wrong == []


@pytest.fixture
def organisation(live_portal):
    builders.commune()
    return builders.organisation(slug="marais", name="Ateliers du Marais", commune_id="29019", summary="Un atelier.")


@pytest.fixture
def partner(live_portal, browser, organisation):
    person = builders.user("presidente@test.invalid", full_name="Aïcha Benali")
    builders.membership(person, organisation, "signatory", job_title="présidente")
    builders.mandate(organisation, person)
    hand = Hand(browser, live_portal.url, person, "espace")
    yield hand
    hand.ends()


@pytest.fixture
def agent(live_portal, browser, organisation):
    person = builders.staff(email="agnes@test.invalid", full_name="Agnès Le Goff")
    hand = Hand(browser, live_portal.url, person, "gestion")
    hand.secret = generate_totp_secret()
    TOTP.activate(person, hand.secret)
    yield hand
    hand.ends()


def day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_an_agreement_lives_from_its_draft_to_its_end(smtp_server, agent, partner):
    here = drafted(agent)
    there = here.replace("/gestion/", "/espace/marais/")
    discussed(agent, partner, here, there)
    signed(agent, partner, here, there, smtp_server.messages)
    amended(agent, partner, here, there)
    reviewed(agent, partner, here, there)
    ended(agent, partner, here, there)


def drafted(agent) -> str:
    agent.opens("/gestion/accords/nouveau/?q=marais", "choose")
    agent.page.get_by_role("link", name="Ouvrir un accord avec Ateliers du Marais").click()
    agent.looks("new")
    agent.presses("Ouvrir le brouillon", "new-empty")
    agent.reads("Donnez l’objet de l’accord.")
    agent.fills(title="Trois lieux partagés", kind="mecenat", starts_on=day(-1), ends_on=day(400))
    agent.presses("Ouvrir le brouillon", "draft")
    here = agent.page.url.removeprefix(agent.url).split("#")[0]
    agent.follows("Écrire le texte", "write")
    agent.fills(
        text="# Article 1. Objet\n\nOuvrir trois lieux partagés.\n\n# Article 2. Durée\n\nUn an.", amount="12 000,50"
    )
    agent.presses("Enregistrer", "written")
    agent.reads("Ouvrir trois lieux partagés.", "12 000,50")
    return here


def discussed(agent, partner, here, there) -> None:
    assert partner.page.goto(partner.url + there).status == 404
    agent.follows("Proposer au partenaire", "propose")
    agent.presses("Proposer", "proposed")
    partner.opens("/espace/marais/", "home-to-read")
    partner.opens("/espace/marais/accords/", "list-to-read")
    partner.opens(there, "to-read")
    partner.reads("Un texte à relire", "Ouvrir trois lieux partagés.")
    partner.follows("Commenter le texte", "comment")
    partner.presses("Ajouter le commentaire", "comment-empty")
    partner.reads("Écrivez votre commentaire.")
    partner.fills(text="Deux ans plutôt qu’un ?", passage="Article 2. Durée")
    partner.presses("Ajouter le commentaire", "commented")
    agent.opens(here, "comment-read")
    agent.reads("Deux ans plutôt qu’un ?")
    agent.follows("Écrire le texte", "rewrite")
    agent.fills(text="# Article 1. Objet\n\nOuvrir trois lieux partagés.\n\n# Article 2. Durée\n\nDeux ans.")
    agent.presses("Enregistrer", "rewritten")
    agent.page.get_by_role("button", name="C’est réglé").first.click()
    agent.looks("settled")
    partner.opens(there, "settled-read")
    partner.reads("Réglé par Agnès Le Goff", "Deux ans.")


def signed(agent, partner, here, there, messages) -> None:
    agent.opens(here, "before-signature")
    agent.follows("Mettre à la signature", "order")
    ranks = agent.page.locator("select[name^=rank_]")
    assert [ranks.nth(n).input_value() for n in range(ranks.count())] == ["1", "2"]
    agent.page.locator("input[name^=job_]").nth(1).fill("directrice de l’engagement")
    agent.presses("Mettre à la signature", "at-signature")
    agent.reads("Aïcha Benali, présidente", "c’est son tour")
    partner.opens("/espace/marais/", "home-to-sign")
    partner.opens(there, "my-turn")
    partner.reads("C’est à vous de signer")
    partner.page.get_by_role("link", name="Signer", exact=True).click()
    partner.proves(messages)
    partner.presses("Signer l’accord", "unticked")
    partner.reads("Cochez la phrase pour signer.")
    partner.page.get_by_role("checkbox").check()
    partner.presses("Signer l’accord", "partner-signed")
    partner.reads("C’est signé.", "a signé le")
    agent.opens(here, "turn-of-la-poste")
    agent.page.get_by_role("link", name="Signer", exact=True).click()
    agent.proves(messages)
    agent.page.get_by_role("checkbox").check()
    agent.presses("Signer l’accord", "all-signed")
    assert AgreementSigner.objects.filter(signed_at__isnull=False).count() == 2
    partner.opens(there, "signed-not-in-force")
    agent.opens(here, "to-activate")
    agent.follows("Mettre en vigueur", "activate")
    agent.presses("Mettre en vigueur", "in-force")
    partner.opens(there, "in-force-read")
    partner.reads("En vigueur aujourd’hui")
    partner.opens("/espace/marais/accords/", "list-in-force")


def amended(agent, partner, here, there) -> None:
    agent.opens(here, "to-amend")
    agent.follows("Ouvrir un avenant", "amend")
    agent.fills(changes="Un quatrième lieu.")
    agent.presses("Ouvrir l’avenant", "amendment")
    agent.reads("Avenant")
    agent.follows("Écrire le texte", "amendment-write")
    agent.fills(text="# Article 1. Objet\n\nOuvrir quatre lieux partagés.", starts_on=day(0))
    agent.presses("Enregistrer", "amendment-written")
    agent.follows("Proposer au partenaire", "amendment-propose")
    agent.presses("Proposer", "amendment-proposed")
    partner.opens(there, "amendment-read")
    partner.reads("quatre lieux", "En vigueur aujourd’hui")
    agent.follows("Mettre à la signature", "amendment-order")
    agent.page.locator("input[name^=job_]").nth(1).fill("directrice de l’engagement")
    agent.presses("Mettre à la signature", "amendment-at-signature")
    for hand, path in ((partner, there), (agent, here)):
        hand.opens(path, "amendment-turn")
        hand.page.get_by_role("link", name="Signer", exact=True).click()
        hand.page.get_by_role("checkbox").check()
        hand.presses("Signer l’accord", "amendment-signed")
    agent.opens(here, "amendment-to-activate")
    agent.follows("Mettre en vigueur", "amendment-activate")
    agent.presses("Mettre en vigueur", "amendment-in-force")
    partner.opens(there, "amendment-in-force-read")
    assert list(AgreementVersion.objects.order_by("number").values_list("runs_from", "runs_until")) == [
        (timezone.localdate() - timedelta(days=1), timezone.localdate() - timedelta(days=1)),
        (timezone.localdate(), timezone.localdate() + timedelta(days=400)),
    ]


def reviewed(agent, partner, here, there) -> None:
    agent.follows("Ouvrir un bilan partagé", "open-review")
    agent.presses("Ouvrir le bilan", "review-open")
    marks = {agent: ("4", "3", "4"), partner: ("4", "1", "3")}
    partner.opens("/espace/marais/", "home-to-answer")
    for hand, path in ((partner, there), (agent, here)):
        hand.opens(path, "review-to-answer")
        hand.follows("Répondre au bilan", "answer")
        hand.presses("Donner cette réponse", "answer-empty")
        hand.reads("Choisissez une réponse.")
        for name, mark in zip(("innovation", "performance", "confiance"), marks[hand], strict=True):
            hand.page.locator(f"input[name={name}][value='{mark}']").check()
        hand.fills(performance_words="Des délais tenus, sauf en mai.")
        hand.presses("Donner cette réponse", "answered")
    partner.opens(there, "side-by-side")
    partner.reads("Les deux réponses, côte à côte", "écart")
    agent.opens(here, "gap")
    agent.follows("Clore le bilan", "close-review")
    agent.presses("Clore", "close-refused")
    agent.opens(here, "gap-again")
    agent.follows("Décider d’une action", "decide")
    agent.fills(dimension="performance", title="Fixer les délais ensemble", due_on=day(60))
    agent.page.locator("[name=owner]").select_option(label="Aïcha Benali")
    agent.presses("Décider", "decided")
    agent.follows("Clore le bilan", "close-review-again")
    agent.presses("Clore", "review-closed")
    partner.opens(there, "action-to-do")
    partner.reads("Fixer les délais ensemble")
    partner.page.get_by_role("button", name="C’est fait").first.click()
    partner.looks("action-done")


def ended(agent, partner, here, there) -> None:
    agent.opens(here, "to-renew")
    agent.follows("Renouveler", "renew")
    agent.fills(motive="Le bilan est bon.", ends_on=day(800))
    agent.presses("Préparer le renouvellement", "renewal")
    agent.follows("Classer sans suite", "drop")
    agent.fills(motive="Autre cadre à venir.")
    agent.presses("Classer sans suite", "dropped")
    agent.follows("Mettre fin à l’accord", "end")
    agent.presses("Mettre fin", "end-empty")
    agent.fills(motive="D’un commun accord.")
    agent.presses("Mettre fin", "ended")
    partner.opens(there, "ended-read")
    assert Agreement.objects.get().events.count() > 10
    partner.opens("/espace/marais/accords/", "list-ended")
