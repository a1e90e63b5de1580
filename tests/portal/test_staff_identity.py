"""The pages of a merger: what it would do, its motive, what it did, taking it back."""

import pytest

from partners.models import Merge, Organisation
from tests import builders
from tests.events.reading import text
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
ADDRESS = "/gestion/fusion/atelier/atelier-brest/"


@pytest.fixture
def agent(brittany):
    return signed_in(builders.staff(regions=[brittany]))


@pytest.fixture
def pair(brittany):
    keep = builders.organisation(name="Atelier", slug="atelier", commune=builders.commune())
    gone = builders.organisation(
        name="Atelier de Brest", slug="atelier-brest", commune=builders.commune(), siren="000000018"
    )
    builders.project(lead=gone, title="Halle")
    return keep, gone


def test_the_preview_writes_nothing(agent, pair):
    answer = agent.get(ADDRESS)
    said = text(answer)
    assert answer.status_code == 200
    assert "1 ligne rattachée passe à « Atelier »" in said.replace("\u00a0", " ")
    assert "SIREN 000000018" in said
    assert (Merge.objects.count(), Organisation.objects.get(pk=pair[1].pk).is_public) == (0, True)


def test_the_preview_names_the_network_that_passes(agent, pair):
    network = builders.organisation(name="Réseau des ateliers", kind="network")
    Organisation.objects.filter(pk=pair[1].pk).update(parent=network)
    assert "Réseau de rattachement Réseau des ateliers" in text(agent.get(ADDRESS))


def test_merged_with_a_motive_then_taken_back(agent, pair):
    answer = agent.post(ADDRESS, {"motive": "Même association."}, follow=True)
    merge = Merge.objects.get()
    assert answer.redirect_chain == [(f"/gestion/fusions/{merge.public_id}/", 302)]
    assert "Même association." in text(answer)
    answer = agent.post(f"/gestion/fusions/{merge.public_id}/", {"motive": "Deux antennes."}, follow=True)
    assert "« Deux antennes. »" in text(answer).replace("\u00a0", " ")
    assert Organisation.objects.get(pk=pair[1].pk).siren == "000000018"


def test_without_a_motive_nothing_happens(agent, pair):
    answer = agent.post(ADDRESS, {"motive": " "})
    assert (answer.status_code, answer.context["form"].errors["motive"]) == (
        400, ["Donnez le motif en quelques mots."],
    )  # fmt: skip
    assert Merge.objects.count() == 0


def test_a_merger_that_cannot_be_says_why_and_offers_no_button(agent, pair):
    builders.signature(pair[1])
    said = text(agent.get(ADDRESS))
    assert "Gardez plutôt la fiche qui a signé." in said
    assert 'value="Fusionner les deux fiches"' not in agent.get(ADDRESS).content.decode()
    assert agent.post(ADDRESS, {"motive": "Quand même."}).status_code == 409


def test_a_row_of_another_region_is_as_a_missing_one(elsewhere, pair):
    stranger = signed_in(builders.staff(regions=[elsewhere]))
    for address in (ADDRESS, "/gestion/fusion/atelier/rien-ici/"):
        assert stranger.get(address).status_code == 404
        assert stranger.post(address, {"motive": "Non."}).status_code == 404
    partner = builders.user()
    builders.membership(partner, pair[0], "administrator")
    assert signed_in(partner).get(ADDRESS).status_code == 404


def test_the_preview_asks_as_much_whatever_there_is(agent, pair, django_assert_max_num_queries):
    with django_assert_max_num_queries(90):
        agent.get(ADDRESS)
