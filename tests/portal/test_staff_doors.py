"""The day of a Convention as the team follows it: figures for every agent, names and doors for the national team."""

import html
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from events.actions.entries import check_in
from events.models import CheckIn, Door
from events.models.door_links import door_path
from tests import builders
from tests.events.at_the_door import a_door, gathering, present, somebody
from tests.events.reading import text
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def convention():
    return gathering(slug="c27", title="Convention 2027")


@pytest.fixture
def national():
    return signed_in(builders.staff())


def come(door, registration=None, **fields):
    at = timezone.now()
    told = {"key": uuid4(), "means": "scan", "at": at, "happened_at": at} | fields
    return check_in(door=door, found=registration, **told)


def act(client, entry: CheckIn, **body):
    response = client.post(f"/gestion/conventions/c27/accueil/entrees/{entry.key}/", body, follow=True)
    return html.unescape(response.content.decode())


def test_the_team_reads_who_is_in_and_what_does_not_fit(convention, national):
    ana, ben = somebody(convention), somebody(convention, "Ben Roux")
    door, other = a_door(convention), a_door(convention, "Porte B")
    come(door, ana), come(other, ana), come(other, ben), come(door, said="2222", is_inside=True)
    page = text(national.get("/gestion/conventions/c27/accueil/"))
    assert "2 personnes présentes, pour 2 places confirmées" in page
    assert re.search(r"Ana Le Goff, \d+\sh.*Porte B\. Déjà entrée à .*, Porte A\.", page)
    assert "À reconnaître" in page


def test_the_live_part_comes_alone_and_asks_as_much_for_three_conflicts_as_for_one(
    convention, national, django_assert_num_queries, django_assert_max_num_queries
):
    door, other = a_door(convention), a_door(convention, "Porte B")

    def again(name):
        ana = somebody(convention, name)
        come(door, ana), come(other, ana)

    def live():
        return national.get("/gestion/conventions/c27/accueil/", headers={"HX-Request": "true"})

    again("Un")
    live()
    with django_assert_max_num_queries(24) as first:
        assert "<html" not in live().content.decode()
    again("Deux"), again("Trois")
    with django_assert_num_queries(len(first)):
        live()


def test_the_desk_notes_an_entry_once_and_says_when_it_was_noted_before(national, convention):
    """What the page of a door says to whoever has no JavaScript."""
    door, ana = a_door(convention), somebody(convention)
    desk = "/gestion/conventions/c27/accueil/"
    assert "Noter une entrée" in text(national.get(desk))
    typed = {"door": door.public_id, "code": ana.code.lower(), "key": str(uuid4())}
    for _ in range(2):
        assert "Ana Le Goff est là." in text(national.post(f"{desk}entrer/", typed, follow=True))
    assert CheckIn.objects.count() == 1
    again = text(national.post(f"{desk}entrer/", typed | {"key": str(uuid4())}, follow=True))
    assert "Ana Le Goff : Déjà entrée à" in again
    assert present(convention) == ["Ana Le Goff"]


def test_the_desk_lets_in_neither_an_unknown_ticket_nor_one_without_a_seat(national, convention):
    door, waits = a_door(convention), somebody(convention, "Nora", status="waiting")
    desk, typed = "/gestion/conventions/c27/accueil/entrer/", {"door": door.public_id, "key": str(uuid4())}
    unknown = national.post(desk, typed | {"code": "AAAA2222"})
    assert (unknown.status_code, "Aucun billet de cette Convention" in text(unknown)) == (400, True)
    refused = national.post(desk, typed | {"code": waits.code})
    assert (refused.status_code, "Nora est sur la liste d’attente." in text(refused)) == (409, True)
    assert not CheckIn.objects.exists()


def test_without_an_open_door_the_desk_notes_nothing(national, convention):
    assert "Noter une entrée" not in text(national.get("/gestion/conventions/c27/accueil/"))


def test_the_page_that_renews_itself_may_be_paused(national, convention):
    """WCAG 2.2.2: what changes by itself can be stopped, without a script too."""
    moving = national.get("/gestion/conventions/c27/accueil/").content.decode()
    assert 'data-hx-trigger="every 5s"' in moving
    assert 'href="?pause=1"' in moving
    still = national.get("/gestion/conventions/c27/accueil/?pause=1").content.decode()
    assert "hx-trigger" not in still
    assert "Reprendre la mise à jour" in still


def test_a_delegate_reads_figures_and_no_name(convention):
    come(a_door(convention), somebody(convention))
    delegate = signed_in(builders.staff(regions=[builders.region()], national=False))
    page = text(delegate.get("/gestion/conventions/c27/accueil/"))
    assert ("1 personne présente" in page, "Le Goff" in page, "Badges" in page) == (True, False, False)
    assert delegate.post("/gestion/conventions/c27/accueil/", {"name": "Porte"}).status_code == 403
    assert delegate.get("/gestion/conventions/c27/accueil/badges.pdf").status_code == 403


def test_a_door_is_opened_shown_with_its_link_and_closed(convention, national):
    hours = {"opens_at": "2027-01-01 08:00", "closes_at": "2027-01-01 18:00"}
    response = national.post("/gestion/conventions/c27/accueil/", {"name": "Porte A"} | hours, follow=True)
    door = Door.objects.get()
    assert door_path(door) in response.content.decode()
    again = national.post("/gestion/conventions/c27/accueil/", {"name": "Porte A"} | hours)
    assert (again.status_code, "Une porte ouverte porte déjà ce nom." in text(again)) == (409, True)
    assert national.post("/gestion/conventions/c27/accueil/", {"name": ""}).status_code == 400
    closed = national.post(f"/gestion/conventions/c27/accueil/portes/{door.public_id}/", follow=True)
    assert "Porte A est fermée" in html.unescape(closed.content.decode())
    door.refresh_from_db()
    assert door.revoked_at is not None


def test_somebody_is_recognised_by_their_code_or_their_entry_undone(convention, national):
    ana, door = somebody(convention), a_door(convention)
    entry = come(door, said="2222", is_inside=True)
    assert "Aucun billet de cette Convention n’a ce code." in act(national, entry, act="recognise", code="2")
    assert "Ana Le Goff est bien là." in act(national, entry, act="recognise", code=ana.code)
    assert present(convention) == ["Ana Le Goff"]
    assert "L’entrée est annulée." in act(national, entry, act="undo")
    assert present(convention) == []
    assert "Cette entrée est déjà annulée." in act(national, entry, act="undo")


def test_badges_are_those_of_seats_or_of_the_last_two_days(convention, national):
    assert national.get("/gestion/conventions/c27/accueil/badges.pdf").status_code == 404
    somebody(convention), somebody(convention, "Mona", status="waiting")
    before = timezone.now() - timedelta(days=9)
    builders.registration(convention, registered_at=before)
    whole = national.get("/gestion/conventions/c27/accueil/badges.pdf?par=10&lot=1")
    recent = national.get("/gestion/conventions/c27/accueil/badges.pdf?recents=1")
    assert [answer.content.count(b"QR code du billet") for answer in (whole, recent)] == [2, 1]
    assert national.get("/gestion/conventions/c27/accueil/badges.pdf?lot=2").status_code == 404
    assert national.get("/gestion/conventions/c27/accueil/badges.pdf?lot=x&par=7").status_code == 200
