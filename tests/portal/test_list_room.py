"""Lists of the back office: chosen columns, capped counts, history of a row."""

import pytest

from alliance.lib import back_office_lists
from alliance.lib.changes import because
from partners.models import Organisation
from tests import builders
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
LIST = "/gestion/partners/organisation/"


def shown(response):
    return [name for name in response.context_data["cl"].list_display if name != "action_checkbox"]


def test_columns_are_those_asked_for_in_the_order_of_the_list():
    client = signed_in(builders.staff())
    builders.organisation(commune=builders.commune())
    answer = client.get(f"{LIST}?colonnes=region&colonnes=siren&colonnes=inconnue&kind__exact=local")
    assert shown(answer) == ["name", "siren", "region"]
    kept = "?colonnes=region&amp;colonnes=siren&amp;colonnes=inconnue&amp;kind__exact=network"
    assert kept in answer.content.decode()
    assert shown(client.get(f"{LIST}?colonnes=siren,region")) == ["name", "siren", "region"]


@pytest.mark.parametrize("query", ["?colonnes=", "?colonnes=inconnue", "?colonnes=%00"])
def test_columns_that_no_list_knows_give_the_usual_ones(query):
    answer = signed_in(builders.staff()).get(f"{LIST}{query}")
    assert shown(answer) == ["name", "glance", "kind", "parent", "commune", "siren", "is_public", "updated_at"]


@pytest.mark.parametrize("number", [1, 3])
def test_chosen_columns_cost_no_query_for_each_row(number, django_assert_num_queries):
    network = builders.organisation(kind="network")
    for _ in range(number):
        builders.organisation(commune=builders.commune(), parent=network)
    client = signed_in(builders.staff())
    path = f"{LIST}?colonnes=parent,commune,region,department&kind__exact=local"
    client.get(path)
    with django_assert_num_queries(9):
        client.get(path)


def test_counts_stop_at_their_bound(monkeypatch):
    monkeypatch.setattr(back_office_lists, "COUNTED", 2)
    for _ in range(3):
        builders.organisation()
    assert "plus de 2 organisations" in " ".join(signed_in(builders.staff()).get(LIST).content.decode().split())


def test_what_nothing_contains_gives_what_resembles_it():
    for name in ("Atelier des Marais", "Jardin du Port"):
        builders.organisation(name=name)
    agent = signed_in(builders.staff())
    near, nothing = agent.get(f"{LIST}?q=atellier+marais"), agent.get(f"{LIST}?q=zzzz+qqqq")
    assert [row.name for row in near.context_data["cl"].result_list] == ["Atelier des Marais"]
    assert "Rien ne contient « atellier marais » : voici ce qui y ressemble." in near.content.decode()
    assert list(nothing.context_data["cl"].result_list) == []
    assert "Rien ne contient « zzzz qqqq », et rien n’y ressemble." in nothing.content.decode()
    assert "Rien ne contient" not in agent.get(f"{LIST}?q=marais").content.decode()


def test_the_history_of_a_row_says_who_and_why():
    agent, organisation = builders.staff(full_name="Alix Agent"), builders.organisation(name="Avant")
    with because(agent, "Vote de l’assemblée"):
        Organisation.objects.filter(pk=organisation.pk).update(name="Après")
    page = signed_in(agent).get(f"{LIST}{organisation.pk}/history/")
    words = page.content.decode()
    assert [word for word in ("Avant → Après", "Alix Agent", "Vote de l’assemblée") if word not in words] == []


def test_the_history_goes_back_page_by_page():
    organisation = builders.organisation()
    for turn in range(35):
        Organisation.objects.filter(pk=organisation.pk).update(name=f"Nom {turn}")
    client = signed_in(builders.staff())
    first = client.get(f"{LIST}{organisation.pk}/history/").context_data
    second = client.get(f"{LIST}{organisation.pk}/history/?avant={first['older']}").context_data
    assert (len(first["told"]), len(second["told"]), second["older"]) == (30, 6, "")


def test_the_history_of_elsewhere_is_not_found():
    organisation = builders.organisation(commune=builders.commune())
    away = builders.staff(regions=[builders.region("11", "Île-de-France", slug="idf")])
    assert signed_in(away).get(f"{LIST}{organisation.pk}/history/").status_code == 404


def test_lists_that_have_a_page_of_their_own_keep_it_and_the_tools():
    words = signed_in(builders.staff()).get("/gestion/charter/mandate/").content.decode()
    assert "Déposer un mandat pour une personne" in words
    assert "Colonnes à montrer" in words
