"""Who is told of what a new version of the programme changes."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from alliance.outbox.delivery import deliver_all_due
from events.actions.programme import add_item, withdraw_item
from events.models import ProgrammeChange, ProgrammeItem, Workshop
from tests import builders
from tests.events import wishing
from tests.events.drafting import change, letters, publish, temps, told, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def convention():
    return builders.convention(title="Convention 2030")


def test_what_is_drafted_is_seen_by_nobody_until_it_is_published(convention):
    plenary = temps(convention, room="Verrière")
    change(plenary, room="Grande salle")
    drafted = add_item(
        convention=convention,
        kind="workshop",
        words=words(plenary, title="Neuf"),
        capacity=7,
        by=None,
        at=timezone.now(),
    )
    assert list(convention.programme.values_list("title", "room")) == [("Plénière", "Verrière")]
    assert not Workshop.objects.exists()
    publish(convention)
    assert set(convention.programme.values_list("title", "room")) == {
        ("Plénière", "Grande salle"),
        ("Neuf", "Verrière"),
    }
    assert Workshop.objects.get().capacity == 7
    assert ProgrammeItem.objects.get(pk=drafted.pk).stage == "live"
    assert not ProgrammeChange.objects.exists()


def test_those_seated_are_told_of_a_plenary_and_nobody_else(convention):
    item = temps(convention, room="Verrière")
    seated = builders.registration(convention)
    builders.registration(convention, status="waiting")
    builders.registration(convention, status="cancelled")
    builders.registration(builders.convention())
    change(item, room="Grande salle")
    publish(convention)
    assert told() == {seated.pk: [str(item.public_id)]}
    (body,) = letters().values()
    assert "« Plénière »\n- Grande salle, au lieu de Verrière." in body


def test_a_new_title_or_summary_troubles_nobody(convention):
    item = temps(convention)
    builders.registration(convention)
    change(item, title="Autre titre", summary="Autre contenu")
    publish(convention)
    assert told() == {}


def test_of_a_workshop_only_those_who_have_a_place_are_told_once_of_all_that_changes():
    convention = wishing.gathering()
    a, c = wishing.someone(convention, "AC"), wishing.someone(convention, "B")
    wishing.someone(convention, "A")
    wishing.published(convention)
    room_a, room_c = wishing.room("A").item, wishing.room("C").item
    change(room_a, room="Loire")
    change(room_c, room="Rance")
    publish(convention)
    holders = {r.pk: wishing.held(r) for r in convention.registrations.all()}
    assert set(told()) == {pk for pk, held in holders.items() if {"A", "C"} & set(held)}
    assert c.pk not in told()
    assert {pk: len(items) for pk, items in told().items()} == {
        pk: len({"A", "C"} & set(held)) for pk, held in holders.items() if {"A", "C"} & set(held)
    }
    assert a.pk in told() or len(told()) == 1


def test_a_withdrawn_workshop_leaves_no_place_no_wish_no_wait_and_both_are_told():
    convention = wishing.gathering()
    holder, waiter = wishing.someone(convention, "AC"), wishing.someone(convention, "AC")
    wishing.published(convention)
    withdraw_item(item=wishing.room("A").item, by=None, at=timezone.now())
    publish(convention)
    gone = ProgrammeItem.everything.get(title="A")
    assert (gone.stage, gone.sequence) == ("withdrawn", 1)
    assert not gone.workshop.places.live().exists()
    assert not gone.workshop.waits.exists()
    assert set(told()) == {holder.pk, waiter.pk}
    assert [w.rank for w in holder.wishes.all()] == [1]
    assert "Retiré du programme ; il était prévu le" in next(iter(letters().values()))


def test_what_is_changed_back_before_the_letter_leaves_is_not_told(convention):
    item = temps(convention, room="Verrière")
    builders.registration(convention)
    change(item, room="Ailleurs")
    publish(convention)
    item.refresh_from_db()
    change(item, room="Verrière")
    publish(convention)
    assert letters() == {}


def test_two_versions_in_a_row_are_one_letter_with_all_that_changed(convention):
    opening, closing = temps(convention, room="Verrière"), temps(convention, title="Clôture", hour=7)
    builders.registration(convention)
    change(opening, room="Ailleurs")
    publish(convention)
    opening.refresh_from_db()
    change(opening, room="Grande salle")
    change(closing, room="Loire")
    publish(convention)
    deliver_all_due()
    (message,) = mail.outbox
    body = message.body.replace("\xa0", " ")
    assert "« Plénière »\n- Grande salle, au lieu de Verrière." in body
    assert "« Clôture »\n- Salle : Loire." in body


def test_whoever_cancelled_meanwhile_is_not_written_to(convention):
    item = temps(convention, room="Verrière")
    registration = builders.registration(convention)
    change(item, room="Ailleurs")
    publish(convention)
    type(registration).objects.update(status="cancelled", cancelled_at=timezone.now())
    assert letters() == {}


def test_a_correction_of_what_is_over_is_told_to_nobody():
    begun = timezone.now() - timedelta(days=40)
    convention = builders.convention(starts_at=begun)
    item = temps(convention)
    builders.registration(convention)
    change(item, room="Ailleurs")
    publish(convention)
    assert told() == {}


def test_the_way_to_join_online_is_written_to_those_confirmed_only(convention):
    item = temps(convention)
    builders.registration(convention, builders.attendee(email="confirmee@test.invalid"))
    builders.registration(convention, builders.attendee(email="proposee@test.invalid"), status="offered")
    change(item, online_url="https://visio.example/salle")
    publish(convention)
    sent = letters()
    assert "https://visio.example/salle" in sent["confirmee@test.invalid"]
    assert "https://visio.example/salle" not in sent["proposee@test.invalid"]
    assert "Se suit aussi en ligne." in sent["proposee@test.invalid"]
