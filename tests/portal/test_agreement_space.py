"""Agreements in the partner space: what is shown and when, who may answer, and that the other's answer never leaks."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from partners.actions.agreement_files import attach_file
from partners.actions.agreement_reviews import answer_review, open_review
from partners.actions.agreement_signing import sign_agreement
from partners.actions.agreement_talk import comment_version, remark_agreement
from partners.models import AgreementComment, AgreementSigner, ReviewAnswer
from tests import builders
from tests.charter.conftest import stored  # noqa: F401  fixture
from tests.partners.accords import POWER, after, code_of, make_case, pdf
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
APART = {"innovation": 3, "performance": 1, "confiance": 2}
CANARY = "canari-reponse-couverte"


def recently(person):
    """A session opened a moment ago: what signing asks for."""
    return builders.sign_in(signed_in(person), person, second_factor=True)


def test_a_draft_does_not_exist_for_the_partner_before_it_is_proposed():
    case = make_case()
    client = signed_in(case.contributor)
    assert client.get(case.space()).status_code == 404
    assert "Trois lieux" not in client.get("/espace/marais/accords/").content.decode()
    case.propose()
    assert "Trois lieux partagés" in client.get("/espace/marais/accords/").content.decode()
    assert "Ouvrir trois lieux." in client.get(case.space()).content.decode()


def test_an_amendment_in_preparation_is_not_seen_either():
    from partners.actions.agreement_drafts import amend_agreement

    case = make_case().run()
    amend_agreement(agreement=case.agreement, by=case.agent, changes="Secret de négociation")
    html = signed_in(case.contributor).get(case.space()).content.decode()
    assert ("Secret" in html, "Avenant" in html, "Accord initial" in html) == (False, False, True)
    assert signed_in(case.contributor).get(case.space("?version=1")).context["read"].number == 0


@pytest.mark.parametrize("rest", ["", "commenter/", "signer/", "repondre/"])
def test_a_stranger_finds_nothing(rest):
    case = make_case().send()
    other = builders.user()
    builders.membership(other, builders.organisation(slug="autre"), "administrator")
    client = signed_in(other)
    assert client.get(case.space(rest)).status_code == 404
    assert client.get(case.space(rest).replace("marais", "autre")).status_code == 404


def test_a_contributor_comments_and_a_reader_is_told_why_not():
    case = make_case().propose()
    client = signed_in(case.contributor)
    assert client.post(case.space("commenter/"), {"text": ""}).status_code == 400
    answer = client.post(case.space("commenter/"), {"text": "Trois ans.", "passage": "Article 2. Durée"})
    assert answer.url == case.space() + "#commentaires"
    assert AgreementComment.objects.get().passage == "Article 2. Durée"
    refused = signed_in(case.reader).post(case.space("commenter/"), {"text": "Non."})
    assert (refused.status_code, "permet de lire" in refused.content.decode()) == (403, True)
    assert AgreementComment.objects.count() == 1


def test_a_comment_is_settled_by_either_side_and_once():
    case = make_case().propose()
    comment = comment_version(version=case.version, side="poste", by=case.agent, text="Et la durée ?")
    client, path = signed_in(case.contributor), case.space(f"commentaires/{comment.pk}/regler/")
    assert client.post(path).url == case.space() + "#commentaires"
    assert client.post(path).status_code == 409
    assert client.get(path).status_code == 405


def test_remarks_are_on_no_page_of_the_partner():
    case = make_case().propose()
    remark_agreement(agreement=case.agreement, by=case.agent, text=CANARY)
    pages = [case.space(), "/espace/marais/accords/", "/espace/marais/", case.space("commenter/")]
    client = signed_in(case.signatory)
    assert [path for path in pages if CANARY in client.get(path).content.decode()] == []
    assert CANARY in signed_in(case.agent).get(case.gestion()).content.decode()


def test_signing_asks_who_one_is_once_more_then_for_a_verified_mandate():
    case = make_case().send()
    stale = signed_in(case.signatory)
    asked = stale.get(case.space("signer/"))
    assert "Pour signer, connectez-vous à nouveau" in asked.content.decode()
    stale.post(case.space("signer/"), {"consent": "on"})
    assert AgreementSigner.objects.exclude(signed_at=None).count() == 0
    client = recently(case.signatory)
    assert client.post(case.space("signer/"), {}).status_code == 400
    refused = client.post(case.space("signer/"), {"consent": "on"})
    assert (refused.status_code, refused.context["form"].has_error("__all__", "no_power")) == (409, True)
    assert "mandat vérifié" in refused.content.decode()
    builders.mandate(case.organisation, case.signatory)
    assert client.post(case.space("signer/"), {"consent": "on"}).status_code == 302
    signer = AgreementSigner.objects.get(person=case.signatory)
    assert (signer.state, signer.how, signer.power.startswith("représentation légale")) == ("signed", "portal", True)


def test_whose_turn_it_is_and_that_all_have_signed_is_told():
    case = make_case().send()
    client = signed_in(case.contributor)
    assert client.get(case.space()).content.decode().count("n’a pas encore signé") == 2
    assert "n’a pas encore signé : c’est son tour" in client.get(case.space()).content.decode()
    for person in (case.signatory, case.agent):
        sign_agreement(document=case.document, by=person, power=POWER)
    html = client.get(case.space()).content.decode()
    assert ("Tous ont signé" in html, "son tour" in html) == (True, False)
    assert list(AgreementSigner.objects.order_by("position").values_list("consent", flat=True)) == [
        "J’ai lu cet accord et je l’accepte au nom d’Ateliers du Marais.",
        "J’ai lu cet accord et je l’accepte au nom de La Poste.",
    ]


def test_somebody_else_does_not_sign_at_their_turn():
    case = make_case().send()
    assert recently(case.contributor).post(case.space("signer/"), {"consent": "on"}).status_code == 403


def test_a_refusal_says_why():
    case = make_case().send()
    client = recently(case.signatory)
    assert client.post(case.space("refuser/"), {"motive": " "}).status_code == 400
    assert client.post(case.space("refuser/"), {"motive": "L’article 2."}).status_code == 302
    assert "L’article 2." in client.get(case.space()).content.decode()


def test_the_paper_is_the_frozen_bytes_and_strangers_do_not_get_it():
    case = make_case().send()
    path = case.space(f"papiers/{case.document.public_id}/")
    answer = signed_in(case.reader).get(path)
    assert (answer.content, answer.headers["Content-Type"]) == (bytes(case.document.content), "application/pdf")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert signed_in(builders.user()).get(path).status_code == 404


def test_a_piece_kept_inside_la_poste_does_not_exist_for_the_partner(stored):  # noqa: F811
    case = make_case().propose()
    joined = {"agreement": case.agreement, "side": "poste", "by": case.agent}
    inside = attach_file(**joined, upload=pdf(), name="Interne", shared=False)
    shared = attach_file(**joined, upload=pdf(), name="Vue")
    client = signed_in(case.contributor)
    assert client.get(case.space(f"pieces/{inside.public_id}/")).status_code == 404
    assert b"".join(client.get(case.space(f"pieces/{shared.public_id}/")).streaming_content) == b"%PDF-1.7 essai"
    html = client.get(case.space()).content.decode()
    assert ("Interne" in html, "Vue" in html) == (False, True)


def test_a_piece_is_known_by_its_bytes_and_its_weight_is_bounded(stored):  # noqa: F811
    case = make_case().propose()
    client, path = signed_in(case.contributor), case.space("piece/")
    for content in (b"<script>", b"", b"%PDF-" + b"0" * 10_000_001):
        sent = {"name": "Annexe", "upload": SimpleUploadedFile("a.pdf", content)}
        assert client.post(path, sent).status_code == 400
    assert client.post(path, {"name": "Annexe", "upload": pdf()}).status_code == 302
    assert case.agreement.files.get().shared


def test_an_agreement_holds_forty_pieces_at_most(stored):  # noqa: F811
    case = make_case().propose()
    joined = {"agreement": case.agreement, "side": "poste", "by": case.agent}
    kept = attach_file(**joined, upload=pdf(), name="Première")
    for number in range(39):
        kept.pk, kept.public_id = None, uuid4()
        kept.name = f"Pièce {number}"
        kept.save(force_insert=True)
    assert code_of(attach_file, **joined, upload=pdf(), name="De trop") == "too_many"


def test_no_page_of_either_side_tells_the_other_answer_before_both_are_there():
    """Bodies and API searched for the other's marks and words, until both have answered."""
    case = make_case().run()
    review = open_review(agreement=case.agreement, by=case.agent, due_on=after(9))
    words = {"confiance_words": CANARY, "innovation_words": CANARY, "performance_words": CANARY}
    answer_review(review=review, side="partner", by=case.contributor, **APART, **words)
    agent, partner = signed_in(case.agent), signed_in(case.signatory)
    doors = [
        *(case.gestion(rest) for rest in ("", "repondre/", "clore-bilan/", "?version=0")), "/gestion/",
        "/gestion/accords/", f"/gestion/partners/agreement/{case.agreement.pk}/change/",
        f"/gestion/partners/agreement/{case.agreement.pk}/history/", "/api/v1/agreements/",
        "/api/v1/agreements/?format=csv", "/accords/",
    ]  # fmt: skip
    for path in doors:
        assert CANARY not in body(agent.get(path)), path
    assert agent.get(case.gestion()).context["compared"] == []
    assert CANARY in body(partner.get(case.space()))
    answer_review(review=review, side="poste", by=case.agent, innovation=3, performance=3, confiance=3)
    assert CANARY in body(agent.get(case.gestion()))


def body(response) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    assert response.status_code == 200
    return content.decode()


def test_the_agents_answer_is_covered_for_the_partner_too():
    case = make_case().run()
    review = open_review(agreement=case.agreement, by=case.agent, due_on=after(9))
    answer_review(review=review, side="poste", by=case.agent, **APART, confiance_words=CANARY)
    client = signed_in(case.contributor)
    for path in (case.space(), case.space("repondre/"), "/espace/marais/", "/espace/marais/accords/"):
        assert CANARY not in body(client.get(path)), path
    sent = {"innovation": "3", "performance": "3", "confiance": "4"}
    assert client.post(case.space("repondre/"), sent).url == case.space() + "#bilan"
    html = body(client.get(case.space()))
    assert (CANARY in html, "côte à côte" in html, "écart" in html) == (True, True, True)
    assert client.post(case.space("repondre/"), sent).status_code == 409
    assert ReviewAnswer.objects.count() == 2


def test_an_incomplete_answer_is_kept_and_refused():
    case = make_case().run()
    open_review(agreement=case.agreement, by=case.agent, due_on=after(9))
    answer = signed_in(case.contributor).post(case.space("repondre/"), {"innovation": "3", "confiance": "9"})
    assert (answer.status_code, ReviewAnswer.objects.count()) == (400, 0)


def test_an_act_of_a_moment_that_has_passed_is_a_conflict():
    case = make_case().run()
    for name in ("commenter", "repondre"):
        answer = signed_in(case.contributor).get(case.space(f"{name}/"))
        assert (answer.status_code, answer.context["code"]) == (409, "nothing_there")
    refused = recently(case.contributor).get(case.space("signer/"))
    assert refused.status_code == 409


def test_an_act_of_la_poste_has_no_address_here():
    case = make_case().propose()
    assert signed_in(case.signatory).post(case.space("mettre-fin/"), {"motive": "x"}).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_and_the_page_cost_the_same_queries_whatever_they_hold(count, django_assert_num_queries):
    case = make_case().propose()
    for number in range(count):
        comment_version(version=case.version, side="poste", by=case.agent, text=f"Mot {number}")
        builders.agreement(case.organisation, title=f"Autre {number}")
    client = signed_in(case.contributor)
    with django_assert_num_queries(6):
        client.get("/espace/marais/accords/")
    with django_assert_num_queries(15):
        client.get(case.space())


def test_what_awaits_on_arrival_opens_the_act_itself():
    case = make_case().send()
    titles = {todo.title: todo.url for todo in arrival(case.signatory)}
    assert titles["Signer l’accord « Trois lieux partagés »"] == case.space("signer/")
    assert arrival(case.contributor) == []


def test_a_review_awaits_until_one_of_us_has_answered():
    case = make_case().run()
    review = open_review(agreement=case.agreement, by=case.agent, due_on=after(9))
    assert [todo.url for todo in arrival(case.contributor)] == [case.space("repondre/")]
    answer_review(review=review, side="partner", by=case.signatory, **APART)
    assert arrival(case.contributor) == []


def arrival(person):
    return signed_in(person).get("/espace/marais/").context["todos"]
