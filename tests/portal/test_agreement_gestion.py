"""Agreements in the back office: from a draft to its end by the pages, within the perimeter."""

import re

import pytest
import time_machine

from alliance.outbox.models import Owed
from partners.models import Agreement, AgreementAction, AgreementVersion
from tests import builders
from tests.charter.conftest import stored  # noqa: F401  fixture
from tests.partners.accords import TEXT, after, make_case, pdf
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db


def act(client, case, name, **sent):
    return client.post(case.gestion(f"{name}/"), sent)


def test_an_agreement_goes_from_a_blank_page_to_its_end(stored):  # noqa: F811
    case = make_case()
    client = signed_in(case.agent)
    assert act(client, case, "proposer").status_code == 302
    order = {
        f"rank_{case.signatory.pk}": "1", f"job_{case.signatory.pk}": "présidente",
        f"rank_{case.agent.pk}": "2", f"job_{case.agent.pk}": "déléguée",
    }  # fmt: skip
    assert act(client, case, "signature", **order).status_code == 302
    assert act(client, case, "exemplaire", upload=pdf(), signed_on=str(after(0))).status_code == 302
    assert act(client, case, "mettre-en-vigueur").status_code == 302
    assert act(client, case, "bilan", due_on=str(after(20))).status_code == 302
    assert act(client, case, "clore-bilan", motive="Référent parti.").status_code == 302
    assert act(client, case, "avenant", changes="Un lieu de plus.").status_code == 302
    assert act(client, case, "classer", motive="Plus tard.").status_code == 302
    assert act(client, case, "renouveler", motive="Bon bilan.", ends_on="").status_code == 302
    assert act(client, case, "mettre-fin", motive="D’un commun accord.", on="").status_code == 302
    html = client.get(case.gestion()).content.decode()
    assert case.agreement.state == "ended"
    for words in ("Fin de l’accord", "D’un commun accord.", "Un lieu de plus.", "Mis en vigueur"):
        assert words in html


def test_a_new_agreement_begins_with_an_organisation_and_a_model():
    builders.organisation(slug="quai", name="Régie du Quai", commune=builders.commune())
    client = signed_in(builders.staff())
    assert "Régie du Quai" in client.get("/gestion/accords/nouveau/?q=regie").content.decode()
    path = "/gestion/accords/nouveau/quai/"
    assert client.get(path).status_code == 200
    assert client.post(path, {"title": "", "kind": "mecenat"}).status_code == 400
    answer = client.post(path, {"title": "Repas portés", "kind": "mecenat"})
    assert answer.url == f"/gestion/accords/{Agreement.objects.get().public_id}/"


def test_a_text_is_written_and_a_stale_page_overwrites_nothing():
    case = make_case()
    client = signed_in(case.agent)
    html = client.get(case.gestion("texte/")).content.decode()
    read_at = re.search(r'name="read_at" value="([^"]+)"', html)[1]
    sent = {"text": "# Autre\n\nMot.", "starts_on": "2026-01-01", "ends_on": "", "amount": "12 000,50"}
    sent["read_at"] = read_at
    assert act(client, case, "texte", **sent).status_code == 302
    version = AgreementVersion.objects.get()
    assert (version.text, version.amount_cents, version.ends_on) == ("# Autre\n\nMot.", 1_200_050, None)
    assert act(client, case, "texte", **sent).status_code == 409


@pytest.mark.parametrize("rest", ["", "texte/", "mettre-fin/", "repondre/"])
def test_a_delegate_elsewhere_and_a_partner_find_nothing(rest):
    case = make_case().propose()
    missing = case.gestion(rest).replace(str(case.agreement.public_id), "00000000-0000-0000-0000-000000000000")
    for person in (builders.staff(regions=[builders.region("11", "Île-de-France", slug="idf")]), case.signatory):
        client = signed_in(person)
        assert {client.get(case.gestion(rest)).status_code, client.get(missing).status_code} == {404}


def test_a_delegate_reads_the_agreement_of_a_network_and_writes_nothing():
    network = builders.organisation(kind="network", commune=builders.commune())
    agreement = builders.agreement(network)
    client = signed_in(builders.staff(regions=[builders.region()]))
    path = f"/gestion/accords/{agreement.public_id}/"
    page = client.get(path)
    assert (page.status_code, page.context["offers"]) == (200, [])
    assert client.post(f"{path}mettre-fin/", {"motive": "x"}).status_code == 403
    assert Agreement.objects.get().state == "active"


def test_a_refused_act_says_why_and_keeps_what_was_typed():
    case = make_case()
    client = signed_in(case.agent)
    answer = act(client, case, "mettre-fin", motive="Fini.")
    assert (answer.status_code, "Seul un accord en vigueur" in answer.content.decode()) == (409, True)
    assert "Fini." in answer.content.decode()
    assert act(client, case, "classer", motive="").status_code == 400
    assert client.get(case.gestion("rien/")).status_code == 404


def test_the_order_of_signatures_has_neither_hole_nor_twin():
    case = make_case().propose()
    client = signed_in(case.agent)
    for ranks in (("1", "1"), ("1", "3"), ("", "")):
        sent = {f"rank_{person.pk}": rank for person, rank in zip((case.signatory, case.agent), ranks, strict=True)}
        sent |= {f"job_{person.pk}": "qualité" for person in (case.signatory, case.agent)}
        assert act(client, case, "signature", **sent).status_code in {400, 409}
    assert case.document is None


def test_each_tab_counts_the_very_rows_that_it_opens():
    make_case()
    over, soon = builders.agreement(ends_on=after(-3)), builders.agreement(ends_on=after(30))
    builders.agreement_version(soon, kind="amendment", number=1)
    builders.agreement(state="ended")
    client = signed_in(builders.staff())
    tabs = client.get("/gestion/accords/").context["tabs"]
    found = {name: list(client.get(f"/gestion/accords/?etat={name}").context["rows"]) for name, _, _ in tabs}
    assert {name: len(rows) for name, rows in found.items()} == {name: count for name, _, count in tabs}
    assert [len(rows) for rows in found.values()] == [1, 1, 2, 0, 0, 1, 1]
    assert found["a-decider"] == [over]


def test_the_list_is_searched_and_kept_to_mine():
    case = make_case()
    builders.agreement(title="Éclairage")
    client = signed_in(case.agent)
    both = client.get("/gestion/accords/?etat=preparation&q=LIEUX").context["rows"]
    mine = client.get("/gestion/accords/?etat=en-vigueur&miens=1").context["rows"]
    assert ([row.title for row in both], list(mine)) == (["Trois lieux partagés"], [])
    accented = client.get("/gestion/accords/?etat=en-vigueur&q=eclai").context["rows"]
    assert [row.title for row in accented] == ["Éclairage"]


def test_past_the_term_the_page_asks_for_a_decision_and_offers_the_ways_out():
    case = make_case(ends_on=after(5)).run()
    with time_machine.travel(f"{after(6)}T10:00:00Z", tick=False):
        page = signed_in(case.agent).get(case.gestion())
    assert "arrivé à terme, à décider" in page.content.decode().lower()
    assert [name for name, _ in page.context["offers"]] == ["renouveler", "bilan", "mettre-fin"]


def test_the_signer_is_reminded_by_the_page_and_a_second_time_too_soon_is_said():
    case = make_case().send()
    with time_machine.travel(f"{after(2)}T10:00:00Z", tick=False):
        client = signed_in(case.agent)
        assert "reçoit à nouveau le courriel" in client.get(case.gestion("relancer/")).content.decode()
        assert act(client, case, "relancer").url == case.gestion() + "#signatures"
        again = act(client, case, "relancer")
    assert (again.status_code, "Un courriel est parti il y a moins d’un jour" in again.content.decode()) == (409, True)
    assert Owed.objects.filter(work="partners.send_agreement_turn").last().args[1:] == [True]


def test_a_gap_becomes_an_action_that_is_done():
    from partners.actions.agreement_reviews import answer_review, open_review

    case = make_case().run()
    review = open_review(agreement=case.agreement, by=case.agent, due_on=after(9))
    answer_review(review=review, side="partner", by=case.contributor, innovation=3, performance=1, confiance=3)
    client = signed_in(case.agent)
    assert act(client, case, "repondre", innovation="3", performance="3", confiance="3").status_code == 302
    sent = {"dimension": "performance", "title": "Un point par mois", "owner": case.agent.pk, "due_on": str(after(40))}
    assert act(client, case, "action", **sent).status_code == 302
    action = AgreementAction.objects.get()
    assert client.post(case.gestion(f"actions/{action.public_id}/faite/")).url == case.gestion() + "#actions"
    assert client.post(case.gestion(f"actions/{action.public_id}/faite/")).status_code == 409


def test_the_text_in_force_stays_readable_while_an_amendment_is_written():
    case = make_case().run()
    client = signed_in(case.agent)
    act(client, case, "avenant", changes="Un lieu de plus.")
    page = client.get(case.gestion("?version=0"))
    assert (page.context["in_force"].number, page.context["read"].number, page.context["prepared"].number) == (0, 0, 1)
    assert page.context["read"].text == TEXT


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_and_the_page_cost_the_same_queries_whatever_they_hold(count, django_assert_num_queries):
    from partners.actions.agreement_talk import remark_agreement

    case = make_case().propose()
    for number in range(count):
        remark_agreement(agreement=case.agreement, by=case.agent, text=f"Mot {number}")
        builders.agreement(title=f"Autre {number}", referent=case.agent)
    client = signed_in(case.agent)
    with django_assert_num_queries(7):
        client.get("/gestion/accords/?etat=en-vigueur")
    with django_assert_num_queries(19):
        client.get(case.gestion())
