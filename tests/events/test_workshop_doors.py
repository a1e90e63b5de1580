"""A place in a workshop on the day, at the welcome desk or at the table: who may have one, and how many there are."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from events.actions.tables import open_table, prepare_tables
from events.actions.workshop_doors import take_seat
from events.actions.workshop_places import ask_place
from events.models import Convention, ProgrammeItem, Registration, WorkshopPlace, WorkshopTable
from tests import builders
from tests.events.coming import let_in
from tests.events.reading import text
from tests.events.waiting import rival, wait_until_one_waits
from tests.events.wishing import gathering, held, published, refusal, room, someone, waiting_for, workshop
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def convention():
    """Allotted with a place of each workshop kept for the day: A and B, two places each, at the same hours; C after."""
    made = gathering(slug="c27")
    type(room("A")).objects.filter(item__convention=made).update(capacity=2)
    someone(made, "A", name="Une")
    published(made, kept=1)
    return made


def here(convention, name="Ana", **fields) -> Registration:
    """Somebody who came in."""
    registration = someone(convention, "", name=name, **fields)
    let_in(registration)
    return registration


def take(registration, title, **given) -> WorkshopPlace:
    return take_seat(registration=registration, workshop=room(title), at=timezone.now(), **given)


def test_who_is_here_takes_a_place_that_was_kept_for_the_day(convention):
    waits = someone(convention, "", name="Une autre")
    ask_place(registration=waits, workshop=room("A"), at=timezone.now())
    assert waiting_for("A") == [waits.pk]  # what is kept goes to nobody before the day
    ana = here(convention)
    assert take(ana, "A").source == "walk_in"
    assert (held(ana), waiting_for("A")) == (["A"], [waits.pk])


def test_who_was_let_in_without_a_seat_sits_in_a_workshop_too(convention):
    over = here(convention, status="over")
    take(over, "C")
    assert held(over) == ["C"]


def test_each_refusal_has_its_code(convention):
    ana, absent, at = here(convention), someone(convention, ""), timezone.now()
    elsewhere = workshop(builders.convention(), title="Ailleurs")
    act = {"registration": ana, "workshop": room("A"), "at": at}
    assert refusal(take_seat, **act | {"registration": absent})[0] == "not_present"
    assert refusal(take_seat, **act | {"workshop": elsewhere})[0] == "no_places"
    assert refusal(take_seat, **act | {"at": room("A").item.ends_at})[0] == "no_places"
    take(ana, "A")
    assert refusal(take_seat, **act)[0] == "already_in"
    code, told = refusal(take_seat, **act | {"workshop": room("B")})
    assert (code, told) == ("overlap", "Cette personne a une place à ces heures, dans « A ».")
    assert refusal(take_seat, **act | {"registration": here(convention, "Bo")})[0] == "full"
    assert WorkshopPlace.objects.live().filter(workshop=room("A")).count() == 2


def test_where_places_were_not_allotted_there_is_none_to_take():
    convention = gathering()
    assert refusal(take_seat, registration=here(convention), workshop=room("A"), at=timezone.now())[0] == "no_places"


def test_who_changes_workshop_leaves_the_other_to_whoever_waits_for_it(convention):
    une = Registration.objects.get(attendee__name="Une")
    let_in(une)
    waits = someone(convention, "", name="Une autre")
    ask_place(registration=waits, workshop=room("A"), at=timezone.now())
    take(une, "B", leaving=True)
    assert (held(une), held(waits), waiting_for("A")) == (["B"], ["A"], [])


def test_a_workshop_that_has_begun_still_takes_whoever_comes_until_it_ends(convention):
    begun = timezone.now() - timedelta(minutes=10)
    ProgrammeItem.objects.filter(title="C").update(starts_at=begun, ends_at=begun + timedelta(hours=1))
    ana = here(convention)
    take(ana, "C")
    assert held(ana) == ["C"]


@pytest.mark.django_db(transaction=True)
def test_two_who_take_the_last_place_are_answered_one_by_one():
    convention = gathering()
    someone(convention, "A")
    published(convention)
    one, two = here(convention, "Une"), here(convention, "Deux")
    with transaction.atomic():
        take(one, "C")
        other = rival(lambda: refusal(take_seat, registration=two, workshop=room("C"), at=timezone.now())[0])
        wait_until_one_waits()
    assert (other.result(), held(one), held(two)) == ("full", ["C"], [])


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_who_asks_first_may_lose_the_place(monkeypatch):
    """Both read a free place; only the database then refuses one of them, and not the one who came second."""
    convention = gathering()
    someone(convention, "A")
    published(convention)
    one, two = here(convention, "Une"), here(convention, "Deux")
    monkeypatch.setattr(type(Convention.objects.all()), "locked", lambda rows, pk: rows.get(pk=pk))
    with pytest.raises(IntegrityError, match="1 places"), transaction.atomic():
        take(one, "C")
        rival(take, two, "C").result()
    assert (held(one), held(two)) == ([], ["C"])


def table_of(title: str) -> WorkshopTable:
    made = WorkshopTable.objects.select_related("workshop__item__convention").get(workshop__item__title=title)
    return open_table(table=made, at=timezone.now())


def test_at_the_table_one_takes_a_free_place_or_changes_for_it(client, convention):
    prepare_tables(convention=convention)
    ana, table, other = here(convention), table_of("A"), table_of("B")
    client.post(table.path, {"act": "identify", "code": ana.code})
    assert "Vous n’avez pas de place dans cet atelier ; 1 place est libre." in text(client.get(table.path))
    assert client.post(table.path, {"act": "seat"}).status_code == 302
    assert "Vous avez une place dans cet atelier." in text(client.get(table.path))
    assert client.post(other.path, {"act": "seat"}).status_code == 409
    assert "À ces heures, votre place est dans « A »" in text(client.get(other.path))
    client.post(other.path, {"act": "move"})
    assert held(ana) == ["B"]


def test_at_a_full_table_one_is_told_so_and_still_proposes(client, convention):
    prepare_tables(convention=convention)
    take(here(convention, "Bo"), "A")
    ana, table = here(convention), table_of("A")
    client.post(table.path, {"act": "identify", "code": ana.code})
    page = text(client.get(table.path))
    assert "Toutes les places de cet atelier sont prises." in page
    assert "Votre proposition" in page


def on_the_day(convention) -> None:
    Convention.objects.filter(pk=convention.pk).update(starts_at=timezone.now() - timedelta(hours=1))


def test_at_the_welcome_desk_the_team_gives_a_place_to_a_ticket(convention):
    on_the_day(convention)
    ana, team = here(convention), signed_in(builders.staff())
    desk = "/gestion/conventions/c27/accueil/"
    assert "A, 1 place libre" in text(team.get(desk))
    typed = {"code": ana.code, "workshop": room("A").pk}
    answer = team.post(f"{desk}ateliers/", typed)
    assert (answer.status_code, answer["Location"]) == (302, f"{desk}#ateliers")
    assert "Ana a une place dans « A »." in text(team.get(desk))
    again = team.post(f"{desk}ateliers/", typed)
    assert (again.status_code, "a déjà une place" in text(again)) == (409, True)
    unknown = team.post(f"{desk}ateliers/", typed | {"code": "AAAA2222"})
    assert (unknown.status_code, "Aucun billet de cette Convention" in text(unknown)) == (400, True)


def test_before_the_day_and_for_delegates_the_desk_gives_no_place(convention):
    desk = "/gestion/conventions/c27/accueil/"
    Convention.objects.filter(pk=convention.pk).update(starts_at=timezone.now() + timedelta(days=3))
    assert "Places d’atelier" not in text(signed_in(builders.staff()).get(desk))
    delegate = signed_in(builders.staff(national=False, regions=[builders.region()]))
    assert delegate.post(f"{desk}ateliers/", {}).status_code == 403
