"""Likely duplicates: found by number, site and name, with the reason; told apart once for all; told while typing."""

import pytest

from alliance.portal.jobs import look_for_duplicates
from partners.models import LikelyPair, NotDuplicate, Organisation
from partners.models.likeness import likely, typed_of
from tests import builders
from tests.events.reading import text
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
LIST = "/gestion/doublons/"


@pytest.fixture
def brest(brittany):
    return builders.commune()


@pytest.fixture
def atelier(brest):
    return builders.organisation(
        name="Atelier des Liens", slug="atelier", commune=brest, siren="000000018", website="https://www.liens.test/a"
    )


def found(**typed):
    return [(each.organisation.slug, each.reason) for each in likely(typed_of(typed), Organisation.objects.all())]


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"siren": "000 000 018"}, "même SIREN"),
        ({"siret": "00000001800012"}, "même SIREN"),
        ({"name": "Atelier de Liens", "website": "http://liens.test/"}, "même site (liens.test) et nom proche"),
        ({"name": "ATELIER DES LIENS", "commune": "29019"}, "nom proche, dans la même commune"),
        ({"name": "atelier des liéns"}, "nom proche"),
    ],
)
def test_what_is_typed_resembles_with_its_reason(atelier, typed, reason):
    assert found(**typed) == [("atelier", reason)]


@pytest.mark.parametrize(
    "typed", [{}, {"name": "Ate"}, {"name": "Boulangerie du port"}, {"siren": "0000"}, {"website": "x"}]
)
def test_what_resembles_nothing_says_nothing(atelier, typed):
    assert found(**typed) == []


def test_the_night_finds_the_pairs_and_the_surest_come_first(atelier, brest):
    builders.organisation(name="Atelier de liens", slug="liens", commune=brest)
    builders.organisation(name="Tout autre nom", slug="autre", siren="000000018", siret="00000001800012")
    builders.organisation(name="Boulangerie", slug="boulangerie", commune=brest)
    assert look_for_duplicates() == 2
    told = [(pair.first.slug, pair.second.slug, pair.reasons) for pair in LikelyPair.objects.all()]
    assert told == [
        ("atelier", "autre", ["même SIREN"]),
        ("atelier", "liens", ["nom proche, dans la même commune"]),
    ]
    assert look_for_duplicates() == 2


def test_the_list_leads_to_the_merger_and_remembers_who_is_distinct(atelier, brest, brittany):
    builders.organisation(name="Atelier de liens", slug="liens", commune=brest)
    look_for_duplicates()
    client = signed_in(builders.staff(regions=[brittany]))
    answer = client.get(LIST)
    assert "/gestion/fusion/atelier/liens/" in answer.content.decode()
    assert "nom proche, dans la même commune" in text(answer)
    pair = LikelyPair.objects.get()
    assert client.post(LIST, {"pair": pair.pk}).status_code == 302
    assert (LikelyPair.objects.count(), NotDuplicate.objects.count(), look_for_duplicates()) == (0, 1, 0)


def test_a_pair_outside_the_perimeter_is_as_a_missing_one(atelier, brest, elsewhere):
    builders.organisation(name="Atelier de liens", slug="liens", commune=brest)
    look_for_duplicates()
    client = signed_in(builders.staff(regions=[elsewhere]))
    assert client.get(LIST).context["page"].object_list.count() == 0
    answers = [client.post(LIST, {"pair": pair}) for pair in (LikelyPair.objects.get().pk, 999_999, "x", "")]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert signed_in(builders.user()).get(LIST).status_code == 404


@pytest.mark.parametrize("pairs", [1, 3])
def test_the_list_asks_as_much_for_one_pair_as_for_three(brest, pairs, django_assert_num_queries):
    for number in range(pairs):
        for word in ("Les jardins partagés", "Les jardins partages"):
            builders.organisation(name=f"{word} {'abc'[number] * 12}", commune=brest)
    look_for_duplicates()
    client = signed_in(builders.staff())
    assert len(client.get(LIST).context["page"].object_list) >= pairs
    client.get(LIST)
    with django_assert_num_queries(5):
        client.get(LIST)


def test_the_form_warns_then_creates_all_the_same(atelier):
    client = signed_in(builders.staff())
    typed = {"kind": "local", "name": "Atelier des liens", "slug": "atelier-2", "is_public": "on"}
    answer = client.post("/gestion/partners/organisation/add/", typed)
    assert "Peut-être déjà là : « Atelier des Liens », Brest (nom proche)." in text(answer).replace("\u00a0", " ")
    assert Organisation.objects.count() == 1
    client.post("/gestion/partners/organisation/add/", typed | {"another": "on"})
    assert Organisation.objects.filter(slug="atelier-2").exists()


def test_while_typing_the_fragment_tells(atelier):
    client = signed_in(builders.staff())
    said = client.get("/gestion/doublons/ressemblances/", {"name": "Atelier des liens"}).content.decode()
    assert "peut-être déjà là" in said
    assert "nom proche" in said
    assert signed_in(builders.user()).get("/gestion/doublons/ressemblances/").status_code == 404
