"""Views of a list: kept, shared, opened first, renamed, dropped."""

import pytest

from alliance.portal.lists import saved
from partners.models import DefaultView, SavedView
from tests import builders
from tests.events.reading import text
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
LIST = "/gestion/partners/organisation/"
NEW = "/gestion/vues/nouvelle/partners.organisation/"
QUERY = "?kind__exact=local&q=atelier&o=-1&colonnes=siren,region&p=2"


@pytest.fixture
def here():
    return builders.commune()


@pytest.fixture
def agent(here):
    return builders.staff(regions=[here.region], full_name="Alix Agent")


@pytest.fixture
def away():
    return builders.staff(regions=[builders.region("11", "Île-de-France", slug="idf")])


def kept(user, query=QUERY, **typed):
    answer = signed_in(user).post(f"{NEW}{query}", {"name": "Mes ateliers"} | typed)
    assert answer.status_code == 302, text(answer)
    return SavedView.objects.get(owner=user, name=typed.get("name", "Mes ateliers"))


def test_a_view_keeps_filters_words_order_and_columns(agent, here):
    client = signed_in(agent)
    asked = text(client.get(f"{NEW}{QUERY}"))
    assert "nature : organisation locale · recherche : atelier · un ordre choisi" in asked.lower()
    view = kept(agent)
    assert (view.query, view.columns) == ("kind__exact=local&o=-1&q=atelier", ["siren", "region"])
    builders.organisation(name="Atelier", commune=here)
    page = client.get(saved.address(view))
    assert [str(row) for row in page.context_data["cl"].result_list] == ["Atelier"]
    assert list(page.context_data["cl"].list_display) == ["action_checkbox", "name", "siren", "region"]
    assert "Mes ateliers" in text(page)


def test_a_shared_view_shows_each_agent_the_rows_of_their_own_perimeter(here, away):
    national = builders.staff(full_name="Nadia Nationale")
    view = kept(national, "?kind__exact=local", shared="on")
    builders.organisation(name="Ici", commune=here)
    page = signed_in(away).get(saved.address(view))
    assert list(page.context_data["cl"].result_list) == []
    assert "Mes ateliers · Nadia Nationale" in text(page)


def test_a_view_that_is_not_shared_is_nobody_else_s(agent):
    view = kept(agent)
    other = signed_in(builders.staff())
    assert "Mes ateliers" not in text(other.get(LIST))
    for name in ("", "garder/", "supprimer/", "par-defaut/"):
        assert other.post(f"/gestion/vues/{view.public_id}/{name}", {"name": "x"}).status_code == 404
    assert other.get(f"/gestion/vues/{view.public_id}/").status_code == 404


def test_a_shared_view_is_changed_by_its_owner_only_and_opened_first_by_anyone(agent):
    national = builders.staff()
    view = kept(national, shared="on")
    client = signed_in(agent)
    assert client.post(f"/gestion/vues/{view.public_id}/", {"name": "Prise"}).status_code == 404
    assert client.post(f"/gestion/vues/{view.public_id}/supprimer/").status_code == 404
    client.post(f"/gestion/vues/{view.public_id}/par-defaut/", {"first": "1"})
    assert client.get(LIST)["Location"] == saved.address(view)
    assert client.get(f"{LIST}?vue=toutes").status_code == 200
    assert signed_in(national).get(LIST).status_code == 200
    client.post(f"/gestion/vues/{view.public_id}/par-defaut/", {"first": "0"})
    assert client.get(LIST).status_code == 200


def test_a_view_no_longer_shared_no_longer_opens_first(agent):
    view = kept(builders.staff(), shared="on")
    saved.open_first(user=agent, view=view, first=True)
    saved.change_view(view=view, name="Mes ateliers", shared=False, first=False, by=view.owner)
    assert signed_in(agent).get(LIST).status_code == 200


def test_a_view_is_renamed_its_filters_replaced_and_dropped(agent):
    client, view = signed_in(agent), kept(agent, first="on")
    answer = client.post(f"/gestion/vues/{view.public_id}/", {"name": "Autre nom"})
    view.refresh_from_db()
    assert (answer["Location"], view.name, DefaultView.objects.count()) == (saved.address(view), "Autre nom", 0)
    moved = client.get(f"{LIST}?kind__exact=network&vue={view.public_id}")
    assert "Garder ces filtres dans « Autre nom »" in text(moved)
    client.post(f"/gestion/vues/{view.public_id}/garder/", {"query": f"kind__exact=network&vue={view.public_id}"})
    view.refresh_from_db()
    assert (view.query, view.columns) == ("kind__exact=network", [])
    assert "Autre nom" in text(client.get("/gestion/vues/"))
    client.post(f"/gestion/vues/{view.public_id}/supprimer/")
    assert not SavedView.objects.exists()


def test_a_name_serves_once_for_each_list(agent):
    client = signed_in(agent)
    kept(agent)
    again = client.post(f"{NEW}{QUERY}", {"name": " Mes  ateliers "})
    assert (again.status_code, saved.NAME_ONCE in text(again)) == (409, True)
    assert client.post(f"{NEW}{QUERY}", {"name": ""}).status_code == 400
    kept(agent, "?kind__exact=network", name="Réseaux")
    other = SavedView.objects.get(name="Réseaux")
    refused = client.post(f"/gestion/vues/{other.public_id}/", {"name": "Mes ateliers"})
    assert refused.status_code == 409


def test_filters_that_no_list_knows_are_not_kept(agent):
    client = signed_in(agent)
    for query in ("?password__startswith=a", "?siren__regex=(", "?kind__exact=", "?parent__memberships__user__email=x"):
        client.post(f"{NEW}{query}", {"name": "Vue"})
    assert [view.query for view in SavedView.objects.all()] in ([], [""])
    assert client.get("/gestion/vues/nouvelle/partners.inconnue/").status_code == 404
    assert client.get("/gestion/vues/nouvelle/proof.journalentry/").status_code == 404


def test_views_have_a_bound(agent, monkeypatch):
    monkeypatch.setattr(saved, "VIEWS_MAX", 1)
    kept(agent)
    refused = signed_in(agent).post(f"{NEW}{QUERY}", {"name": "Deuxième"})
    assert (refused.status_code, "supprimez-en une" in text(refused)) == (409, True)  # code "too_many"
