"""The programme as everybody reads it: its version, its list of changes, its drafts nowhere."""

import pytest

from events.models.online import online_items_of
from tests import builders
from tests.events import wishing
from tests.events.drafting import change, publish, temps
from tests.events.reading import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def convention():
    return builders.convention(slug="c30", title="Convention 2030")


def test_a_draft_is_on_no_page_and_in_no_file(client, convention):
    change(temps(convention, room="Verrière"), title="Secret", room="Cachette", online_url="https://visio.example/x")
    for path in ("/conventions/c30/", "/api/v1/conventions/c30/", "/conventions/c30.ics"):
        told = client.get(path).content.decode()
        assert "Secret" not in told
        assert "Cachette" not in told
    publish(convention)
    for path in ("/conventions/c30/", "/api/v1/conventions/c30/"):
        assert "Secret" in client.get(path).content.decode()


def test_the_address_to_join_online_is_on_no_public_page(client, convention):
    temps(convention, online_url="https://visio.example/x")
    publish(convention)
    assert "en ligne" in text(client.get("/conventions/c30/"))
    for path in ("/conventions/c30/", "/api/v1/conventions/c30/", "/conventions/c30/programme/changements/"):
        assert "visio.example" not in client.get(path).content.decode()


def test_the_list_of_changes_tells_each_version_the_last_first(client, convention):
    item = temps(convention, room="Verrière")
    publish(convention)
    change(item, room="Grande salle")
    publish(convention, note="La verrière est en travaux.")
    told = text(client.get("/conventions/c30/programme/changements/"))
    assert "La verrière est en travaux. Plénière Grande salle, au lieu de Verrière." in told
    assert told.index("Version 2 ") < told.index("Premier programme publié, 1 temps.")
    assert "Version 2, publiée le" in text(client.get("/conventions/c30/"))
    assert "/conventions/c30/programme/changements/" in client.get("/conventions/c30/").content.decode()


def test_a_programme_without_a_version_has_no_list_of_changes(client, convention):
    temps(convention)
    assert client.get("/conventions/c30/programme/changements/").status_code == 404


def test_that_of_a_convention_in_preparation_is_not_there(client, convention):
    temps(convention)
    publish(convention)
    type(convention).objects.update(state="draft")
    assert client.get("/conventions/c30/programme/changements/").status_code == 404


def test_the_list_costs_the_same_however_many_versions(client, convention, django_assert_num_queries):
    item = temps(convention)
    for number in range(3):
        change(item, room=f"Salle {number}")
        publish(convention)
        item.refresh_from_db()
        with django_assert_num_queries(2):
            client.get("/conventions/c30/programme/changements/")


def test_one_joins_online_from_ones_own_page_once_confirmed(client, convention):
    temps(convention, title="Table ronde", online_url="https://visio.example/x")
    user = builders.user()
    registration = builders.registration(convention, builders.attendee(user=user), status="waiting")
    builders.sign_in(client, user)
    assert "visio.example" not in client.get("/conventions/c30/inscription/").content.decode()
    type(registration).objects.update(status="confirmed", confirmed_at=registration.registered_at)
    assert "https://visio.example/x" in client.get("/conventions/c30/inscription/").content.decode()


def test_a_workshop_is_joined_online_by_those_who_have_a_place_in_it():
    convention = wishing.gathering()
    first, second = wishing.someone(convention, "A"), wishing.someone(convention, "A")
    convention.programme.filter(title="A").update(online_url="https://visio.example/a")
    assert [item.title for item in online_items_of(first)] == ["A"]
    wishing.published(convention)
    joining = {bool(wishing.held(person)): online_items_of(person) for person in (first, second)}
    assert ([item.title for item in joining[True]], joining[False]) == (["A"], [])
