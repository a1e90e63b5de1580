"""Coming in: once each, whichever door, however often it is sent, however late it arrives."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from events.actions.doors import open_door, revoke_door
from events.actions.entries import already_words, check_in, first_entry, recognise, undo_check_in
from events.models import CheckIn, Registration
from events.models.ticket_codes import ALPHABET, draw_code, read_code
from tests import builders
from tests.events.at_the_door import a_door, gathering, present, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def convention():
    return gathering()


@pytest.fixture
def door(convention):
    return a_door(convention)


def enter(door, registration, **fields):
    at = timezone.now()
    told = {"key": uuid4(), "means": "scan", "at": at, "happened_at": at} | fields
    return check_in(door=door, found=registration, **told)


def test_each_registration_has_a_code_that_is_read_however_it_is_typed(convention):
    ana = somebody(convention)
    assert len(ana.code) == 8
    assert set(ana.code) <= set(ALPHABET)
    typed = f" {ana.code[:4].lower()}-{ana.code[4:].lower()} "
    assert list(Registration.objects.of_code(convention, typed)) == [ana]
    assert read_code("b2s-zq1") == "8252"
    assert list(Registration.objects.of_code(builders.convention(), ana.code)) == []


def test_a_code_stands_once_in_a_convention(convention):
    ana, ben = somebody(convention), somebody(convention, "Ben")
    ben.code = ana.code
    with pytest.raises(IntegrityError, match="registration_code_once"), transaction.atomic():
        ben.save()
    assert len({draw_code() for _ in range(1000)}) == 1000


def test_whoever_comes_in_is_present(convention, door):
    ana, _ben = somebody(convention), somebody(convention, "Ben")
    entry = enter(door, ana)
    assert present(convention) == ["Ana Le Goff"]
    assert Registration.objects.with_entry().get(pk=ana.pk).entered_at == entry.happened_at
    assert first_entry(entry) is None


def test_the_same_key_is_written_once(convention, door):
    ana, key = somebody(convention), uuid4()
    assert enter(door, ana, key=key) == enter(door, ana, key=key)
    assert CheckIn.objects.count() == 1


def test_a_second_door_is_told_where_and_when_and_nobody_counts_twice(convention, door):
    ana, at = somebody(convention), timezone.now()
    first = enter(door, ana)
    second = enter(a_door(convention, "Porte B"), ana, at=at + timedelta(minutes=9))
    assert first_entry(second) == first
    assert already_words(first).endswith(", Porte A")
    assert list(CheckIn.objects.repeated()) == [second]
    assert convention.registrations.present().count() == 1


def test_an_entry_that_was_somebody_else_counts_no_more(convention, door):
    entry = enter(door, somebody(convention))
    undo_check_in(check_in=entry, by=None, at=timezone.now())
    assert present(convention) == []
    with pytest.raises(Conflict) as refused:
        undo_check_in(check_in=entry, by=None, at=timezone.now())
    assert refused.value.code == "undone"


def test_nobody_knows_this_ticket(convention, door):
    with pytest.raises(Conflict) as refused:
        enter(door, None, said="XXXXXXXX")
    assert refused.value.code == "unknown"
    assert CheckIn.objects.count() == 0


def test_who_was_let_through_without_network_is_noted_even_unknown_then_recognised(convention, door):
    entry, ana, agent = enter(door, None, said="7K??", is_inside=True), somebody(convention), builders.staff()
    assert list(CheckIn.objects.unknown()) == [entry]

    recognise(check_in=entry, registration=ana, by=agent)

    entry.refresh_from_db()
    assert (entry.said, entry.recognised_by, present(convention)) == ("", agent, ["Ana Le Goff"])
    with pytest.raises(Conflict) as refused:
        recognise(check_in=entry, registration=ana, by=agent)
    assert refused.value.code == "recognised"


def test_nobody_is_recognised_as_somebody_of_elsewhere_nor_once_undone(convention, door):
    entry, elsewhere = enter(door, None, said="?", is_inside=True), somebody(gathering())
    with pytest.raises(Conflict) as refused:
        recognise(check_in=entry, registration=elsewhere, by=None)
    assert refused.value.code == "elsewhere"
    undo_check_in(check_in=entry, by=None, at=timezone.now())
    with pytest.raises(Conflict) as refused:
        recognise(check_in=entry, registration=somebody(convention), by=None)
    assert refused.value.code == "undone"


@pytest.mark.parametrize("status", ["waiting", "declined", "cancelled", "offered"])
def test_who_has_no_seat_does_not_come_in_by_a_code(convention, door, status):
    with pytest.raises(Conflict) as refused:
        enter(door, somebody(convention, status=status))
    assert refused.value.code == "no_seat"


def test_a_door_refuses_people_of_another_convention(door):
    """Whatever writes: the database says it."""
    with pytest.raises(IntegrityError, match="check-in of another convention"), transaction.atomic():
        enter(door, somebody(gathering()))


def test_a_door_has_its_hours(convention):
    ana, now = somebody(convention), timezone.now()
    early = a_door(convention, "Tôt", opens_at=now + timedelta(hours=1))
    with pytest.raises(Conflict) as refused:
        enter(early, ana)
    assert refused.value.code == "not_yet"
    shut = a_door(convention, "Tard", opens_at=now - timedelta(days=3), closes_at=now - timedelta(hours=1))
    with pytest.raises(Conflict) as refused:
        enter(shut, ana)
    assert refused.value.code == "closed"
    enter(shut, ana, happened_at=now - timedelta(hours=2))
    assert present(convention) == ["Ana Le Goff"]
    with pytest.raises(Conflict):
        enter(shut, ana, happened_at=now - timedelta(hours=2), at=now + timedelta(days=3))


def test_a_revoked_door_hears_nothing_but_what_it_sent_already(convention, door):
    ana, key = somebody(convention), uuid4()
    entry = enter(door, ana, key=key)
    revoked = revoke_door(door=door, at=timezone.now())
    assert enter(revoked, ana, key=key) == entry
    with pytest.raises(Conflict) as refused:
        enter(revoked, ana, happened_at=timezone.now() - timedelta(minutes=5))
    assert refused.value.code == "revoked"
    with pytest.raises(Conflict):
        revoke_door(door=revoked, at=timezone.now())


def test_two_open_doors_have_two_names(convention, door):
    now = timezone.now()
    hours = {"opens_at": now, "closes_at": now + timedelta(hours=1), "by": None, "at": now}
    with pytest.raises(Conflict) as refused:
        open_door(convention=convention, name="Porte A", **hours)
    assert refused.value.code == "name_taken"
    revoke_door(door=door, at=now)
    assert open_door(convention=convention, name="Porte A", **hours).state(now) == "open"
    with pytest.raises(Conflict) as refused:
        open_door(convention=convention, name="Hier", **hours | {"closes_at": now - timedelta(hours=1)})
    assert refused.value.code == "past"


@pytest.mark.django_db(transaction=True)
def test_two_doors_at_the_same_instant_see_each_other():
    """The row of the registration is held: the second entry waits, then knows that it is the second."""
    convention = gathering()
    ana, door, other, waited = somebody(convention), a_door(convention), a_door(convention, "Porte B"), []

    def rival():
        entry = enter(other, ana)
        waited.append(first_entry(entry))
        connection.close()

    with transaction.atomic():
        Registration.objects.select_for_update(no_key=True).get(pk=ana.pk)
        entry = enter(door, ana)
        thread = threading.Thread(target=rival)
        thread.start()
        thread.join(0.2)
        assert thread.is_alive()
    thread.join(5)
    assert waited == [entry]
