"""One main act on the page of an agreement, the one that its moment asks for, on each side and in each state."""

import re

import pytest
import time_machine

from partners.actions.agreement_drafts import amend_agreement, drop_version
from partners.actions.agreement_reviews import answer_review, close_review, decide_action, open_review
from partners.actions.agreement_signing import refuse_agreement, remind_signer, sign_agreement
from partners.actions.agreement_talk import comment_version, resolve_comment
from partners.actions.agreements import end_agreement
from partners.models import Agreement, AgreementVersion
from tests import builders
from tests.partners.accords import POWER, after, make_case
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
BUTTON = re.compile(r'<a class="button" href="([^"]*)">([^<]*)</a>')
SAME, APART = dict.fromkeys(("innovation", "performance", "confiance"), 3), {"innovation": 3, "performance": 1}


def main_acts(person, path: str) -> list[tuple[str, str]]:
    """``(words, address)`` of each button of the page, its own address taken off."""
    html = signed_in(person).get(path).content.decode()
    found = BUTTON.findall(html[html.index("<main") : html.index("</main")])
    return [(words, href.removeprefix(path)) for href, words in found]


def both(case) -> tuple[list, list]:
    return main_acts(case.agent, case.gestion()), main_acts(case.signatory, case.space())


def days_later(days: int):
    return time_machine.travel(f"{after(days)}T10:00:00Z", tick=False)


def test_a_draft_is_written_then_proposed():
    case = make_case()
    assert main_acts(case.agent, case.gestion()) == [("Proposer au partenaire", "proposer/")]
    AgreementVersion.objects.update(text=" ")
    assert main_acts(case.agent, case.gestion()) == [("Écrire le texte", "texte/")]


def test_in_discussion_comments_are_settled_and_the_text_completed_before_the_signature():
    case = make_case().propose()
    read = [("Commenter le texte", "commenter/")]
    assert both(case) == ([("Mettre à la signature", "signature/")], read)
    comment = comment_version(version=case.version, side="partner", by=case.contributor, text="Trois ans ?")
    assert both(case) == ([("Lire les commentaires", "?version=0#commentaires")], read)
    resolve_comment(comment=comment, side="poste", by=case.agent)
    AgreementVersion.objects.update(text="Du {debut} au 3 mai.")
    assert both(case) == ([("Écrire le texte", "texte/")], read)


def test_at_signature_the_one_whose_turn_it_is_signs_and_the_other_reads_or_reminds():
    case = make_case().send()
    to_read = [("Lire le papier (PDF)", f"papiers/{case.document.public_id}/")]
    there = [("Voir où en sont les signatures", "?version=0#signatures")]
    assert both(case) == (there, [("Signer", "signer/")])
    assert main_acts(case.contributor, case.space()) == to_read
    with days_later(2):
        assert main_acts(case.agent, case.gestion()) == [("Relancer Personne signatory", "relancer/")]
        remind_signer(document=case.document, by=case.agent)
        assert main_acts(case.agent, case.gestion()) == there
    sign_agreement(document=case.document, by=case.signatory, power=POWER)
    assert both(case) == ([("Signer", "signer/")], to_read)
    colleague = builders.staff(email="autre@test.invalid", full_name="Basile Autre")
    with days_later(4):
        assert main_acts(colleague, case.gestion()) == [("Relancer Agnès Agent", "relancer/")]


def test_the_signed_copy_is_deposited_by_a_link_beside():
    case = make_case().send()
    html = signed_in(case.agent).get(case.gestion()).content.decode()
    assert f'<a href="{case.gestion("exemplaire/")}">Déposer l’exemplaire signé</a>' in html
    assert "On attend la signature de Personne signatory." in html


def test_a_refusal_brings_it_back_to_discussion():
    case = make_case().send()
    refuse_agreement(document=case.document, by=case.signatory, motive="L’article 2.")
    assert both(case) == ([("Mettre à la signature", "signature/")], [("Commenter le texte", "commenter/")])


def test_signed_by_all_it_is_put_in_force_by_la_poste_and_the_partner_has_nothing_to_do():
    case = make_case().sign()
    assert both(case) == ([("Mettre en vigueur", "mettre-en-vigueur/")], [])
    assert "Vous n’avez plus rien à faire." in signed_in(case.signatory).get(case.space()).content.decode()


def test_in_force_it_is_amended_or_near_its_term_renewed_and_past_it_decided_upon():
    case = make_case().run()
    assert both(case) == ([("Ouvrir un avenant", "avenant/")], [])
    for day in (300, 400):  # fifty-five days before the term, then forty-five after
        with days_later(day):
            assert both(case) == ([("Renouveler", "renouveler/")], [])


def test_an_amendment_asks_before_the_review_does_and_a_commented_one_after():
    case = make_case().run()
    version = amend_agreement(agreement=case.agreement, by=case.agent, changes="Un lieu de plus.")
    open_review(agreement=case.agreement, by=case.agent, due_on=after(9))
    answer = [("Répondre au bilan", "repondre/")]
    assert both(case) == ([("Proposer au partenaire", "proposer/")], answer)
    case.version = version
    case.propose()
    assert main_acts(case.signatory, case.space()) == [("Commenter le texte", "commenter/")]
    comment_version(version=case.version, side="partner", by=case.contributor, text="Combien de lieux ?")
    assert main_acts(case.signatory, case.space()) == answer
    old = case.gestion("?version=0")
    assert main_acts(case.agent, old)[0][0] == "Lire les commentaires"


def test_a_review_is_answered_then_its_gaps_are_decided_upon_then_it_is_closed():
    case = make_case().run()
    review = open_review(agreement=case.agreement, by=case.agent, due_on=after(9))
    answer = [("Répondre au bilan", "repondre/")]
    assert both(case) == (answer, answer)
    assert main_acts(case.reader, case.space()) == []
    answer_review(review=review, side="partner", by=case.signatory, **SAME)
    assert both(case) == (answer, [])
    answer_review(review=review, side="poste", by=case.agent, **SAME | APART)
    assert both(case) == ([("Décider d’une action", "action/")], [])
    decided = {"dimension": "performance", "title": "Un point par mois", "owner": case.agent, "due_on": after(30)}
    decide_action(review=review, by=case.agent, **decided)
    assert both(case) == ([("Clore le bilan", "clore-bilan/")], [])
    close_review(review=review, by=case.agent)
    assert both(case) == ([("Ouvrir un avenant", "avenant/")], [])


def test_while_the_other_side_answers_la_poste_may_go_on():
    case = make_case().run()
    review = open_review(agreement=case.agreement, by=case.agent, due_on=after(9))
    answer_review(review=review, side="poste", by=case.agent, **SAME)
    assert both(case) == ([("Ouvrir un avenant", "avenant/")], [("Répondre au bilan", "repondre/")])


@pytest.mark.parametrize("state", ["ended", "void"])
def test_once_over_another_one_may_be_opened(state):
    case = make_case()
    if state == "ended":
        end_agreement(agreement=case.run().agreement, by=case.agent, motive="D’un commun accord.")
    else:
        drop_version(version=case.propose().version, by=case.agent, motive="Plus tard.")
    assert Agreement.objects.get().state == state
    assert both(case) == ([("Ouvrir un autre accord", "/gestion/accords/nouveau/marais/")], [])


def test_a_delegate_who_only_reads_is_offered_no_act():
    network = builders.organisation(kind="network", commune=builders.commune())
    agreement = builders.agreement(network)
    delegate = builders.staff(regions=[builders.region()])
    assert main_acts(delegate, f"/gestion/accords/{agreement.public_id}/") == []
