"""The bilan: figures read from rows, each with its list, none of fewer than five people, nobody named."""

import re

import pytest
from django.utils import timezone

from events import stats
from tests import builders
from tests.events import coming, saying
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def convention():
    return coming.gone_by(slug="c25", title="Convention 2025")


def crowd(convention, number, **organisation):
    lead = builders.organisation(**organisation) if organisation else None
    audience = "network" if organisation.get("kind") == "network" else "partner" if lead else "public"
    for _ in range(number):
        registration = coming.present(convention, name="Canari Présent", organisation=lead)
        registration.audience = audience
        registration.save(update_fields=["audience"])


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"Bretagne": 9, "Corse": 5}, [("Bretagne", 9), ("Corse", 5)]),
        ({"Bretagne": 9, "Corse": 4, "Normandie": 1}, [("Bretagne", 9), ("autres", 5)]),
        ({"Bretagne": 9, "Corse": 7, "Normandie": 1}, [("Bretagne", 9), ("autres", 8)]),
        ({"Bretagne": 9, "Corse": 1}, [("autres", 10)]),
        ({"Bretagne": 2, "Corse": 1}, [("autres", 3)]),
        ({}, []),
    ],
)
def test_no_number_below_five_is_told_nor_can_be_taken_from_the_total(counts, told):
    assert stats.from_least(counts) == told


def test_who_came_is_counted_once_each_through_however_many_doors(convention):
    crowd(convention, 6, name="Réseau", kind="network", commune=builders.commune())
    crowd(convention, 5)
    coming.let_in(convention.registrations.first())
    builders.registration(convention)
    coming.let_in(builders.registration(convention), undone_at=timezone.now())
    found = stats.attendance(convention)
    assert (found.registered, found.present, found.organisations) == (13, 11, 1)
    assert found.by_audience == [("têtes de réseau", 6), ("public", 5)]
    assert found.by_region == [("Bretagne", 6), (stats.NOWHERE, 5)]


def test_organisations_stand_in_the_order_of_the_names_that_one_reads(convention):
    for number, (name, short) in enumerate(
        [("Union Zèbre", "Abeille"), ("Étoile", ""), ("Zoé & Cie", ""), ("Eau", "")]
    ):
        crowd(convention, 2, name=name, short_name=short, slug=f"o{number}")
    assert [each.label for each in stats.organisations_present(convention)] == ["Abeille", "Eau", "Étoile", "Zoé & Cie"]


def test_actions_stand_by_state_then_in_the_order_of_a_french_list(convention):
    workshop = saying.gave(convention)
    for title in ("Zone", "Étude", "essai"):
        saying.proposal_of(workshop, title, "retained", roadmap_item=saying.item_of(title, "planned"))
    assert [item.title for item in stats.roadmap_of(convention)] == [
        "Un lieu où l’on aide",
        "essai",
        "Étude",
        "Zone",
    ]


def test_fewer_than_five_people_are_not_told(convention, client):
    crowd(convention, 4, name="Réseau", kind="network", commune=builders.commune())
    found = stats.attendance(convention)
    assert (found.is_told, found.by_audience, found.by_region, found.organisations) == (False, [], [], 0)
    convention.report = "Peu de monde."
    convention.save()
    page = client.get("/conventions/c25/bilan/").content.decode()
    assert "Qui est venu</h2>" not in page
    assert client.get("/conventions/c25/bilan/organisations/").status_code == 404


def test_what_became_of_proposals_is_a_sentence_of_what_the_rows_say(convention):
    saying.gave(convention)
    found = stats.report(convention)
    assert found.became == "6\u00a0propositions, 2\u00a0retenues, 1\u00a0lancée"
    assert (found.actions, found.is_empty) == (1, False)
    assert stats.by_workshop(convention) == [
        {"item": convention.programme.get().pk, "title": "Dématérialiser sans exclure", "said": 6, "retained": 2}
    ]


def test_the_page_says_it_with_each_figure_opening_its_list(convention, client):
    crowd(convention, 6, name="Réseau des Rives", slug="rives", kind="network", commune=builders.commune())
    saying.gave(convention)
    page = client.get("/conventions/c25/bilan/").content.decode()
    assert "6\u00a0propositions, 2\u00a0retenues, 1\u00a0lancée." in page
    assert "Un lieu où l’on aide" in page
    assert "Canari" not in page
    figures = re.findall(r'<dt>([^<]+) <a href="([^"]+)">[^<]+</a></dt>\s*<dd>([^<]+)</dd>', page)
    assert [(label.strip(), path, value) for label, path, value in figures] == [
        ("personnes présentes", "#venus", "6"),
        ("organisation représentée", "/conventions/c25/bilan/organisations/", "1"),
        ("propositions", "/conventions/c25/propositions/", "6"),
        ("retenues", "/conventions/c25/propositions/?etat=retenues", "2"),
        ("lancée", "/conventions/c25/propositions/?etat=lancees", "1"),
    ]
    assert "Réseau des Rives" in client.get(figures[1][1]).content.decode()
    assert client.get(figures[3][1]).content.decode().count('class="became"') == 2
    assert client.get(figures[4][1]).content.decode().count('class="became"') == 1


def test_there_is_no_bilan_before_nor_of_what_was_called_off_nor_of_nothing(client):
    saying.gave(builders.convention(slug="demain"))
    saying.gave(coming.gone_by(slug="annulee", state="cancelled"))
    coming.gone_by(slug="rien")
    for slug in ("demain", "annulee", "rien", "inconnue"):
        for path in ("", "organisations/"):
            assert client.get(f"/conventions/{slug}/bilan/{path}").status_code == 404, slug
        assert client.get(f"/api/v1/conventions/{slug}/report/").status_code == 404, slug


def test_somebody_who_came_and_is_signed_in_finds_the_way_to_their_certificate(convention):
    person = builders.user("ana@test.invalid")
    saying.gave(convention)
    assert "Mon attestation" not in signed_in(person).get("/conventions/c25/bilan/").content.decode()
    coming.present(convention, name="Ana", email="ana@test.invalid", user=person)
    assert "Mon attestation de présence" in signed_in(person).get("/conventions/c25/bilan/").content.decode()


def test_the_next_gathering_opens_with_it(convention, client):
    builders.convention(slug="c26", title="Convention 2026")
    assert "De la précédente à celle-ci" not in client.get("/conventions/c26/").content.decode()
    saying.gave(convention)
    coming.gone_by(days=1, slug="muette")
    page = client.get("/conventions/c26/").content.decode()
    assert "De la précédente à celle-ci" in page
    assert "6\u00a0propositions, 2\u00a0retenues, 1\u00a0lancée" in page
    assert 'href="/conventions/c25/bilan/"' in page
    assert "De la précédente" not in client.get("/conventions/c25/").content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_costs_the_same_whatever_the_number_of_rows(convention, client, django_assert_num_queries, number):
    for rank in range(number):
        crowd(convention, 5, name=f"Réseau {rank}", kind="network")
        workshop = saying.workshop_of(convention, title=f"Atelier {rank}")
        saying.proposal_of(workshop, "Oui", "retained", roadmap_item=saying.item_of(f"Action {rank}"))
    with django_assert_num_queries(QUERIES):
        assert client.get("/conventions/c25/bilan/").status_code == 200


QUERIES = 10
