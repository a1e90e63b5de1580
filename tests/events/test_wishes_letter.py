"""When wishes for workshops open: each who comes is told once, by a letter or by their confirmation."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from alliance.outbox.delivery import deliver_all_due
from events.actions import cancel, register
from events.actions.wishes import rank_workshops
from events.jobs import remind_attendees
from events.models import ReminderMark, Workshop
from tests import builders
from tests.events import wishing
from tests.events.test_reminders import LONG_AGO, PARIS, gathering, seat

pytestmark = pytest.mark.django_db
OPENS, CLOSES = datetime(2027, 2, 1, 0, 0, tzinfo=PARIS), datetime(2027, 2, 20, 18, 0, tzinfo=PARIS)
SUBJECT = "Choisissez vos ateliers : Convention d’essai"


@pytest.fixture
def convention():
    """Wishes open on the first of February; there is something to rank."""
    made = gathering(wishes_open_at=OPENS, wishes_close_at=CLOSES)
    wishing.workshop(made, "Les mobilités", hour=2)
    return made


def run(at, *, deliver=True) -> list[str]:
    """What the clock owes at that moment; the subjects of what leaves."""
    mail.outbox.clear()
    with time_machine.travel(at, tick=False):
        remind_attendees()
        if deliver:
            deliver_all_due()
    return [letter.subject for letter in mail.outbox]


def test_those_confirmed_are_told_once_and_only_while_wishes_are_open(convention):
    seat(convention)
    moments = [OPENS - timedelta(hours=5), OPENS + timedelta(hours=8), OPENS + timedelta(hours=9), CLOSES]
    assert [run(at) for at in moments] == [[], [SUBJECT], [], []]


def test_the_link_needs_no_account_and_leads_to_the_wishes(convention):
    registration = seat(convention, attendee=builders.attendee(name="Ana", email="ana@test.invalid"))
    run(OPENS + timedelta(hours=8))
    body = mail.outbox[0].body.replace("\xa0", " ")
    assert "jusqu’au 20 février 2027 à 18 h" in body
    assert "- Les mobilités, 11 h – 12 h\n" in body
    assert "Ce lien est celui de votre billet : il ne demande pas de compte" in body
    path = re.search(r"https?://[^/]+(/billet/\S+/ateliers/)", body)[1]
    workshop = Workshop.objects.get()
    with time_machine.travel(OPENS + timedelta(hours=10), tick=False):
        assert Client().post(path, {"wish_1": workshop.item_id}).status_code == 302
    assert list(registration.wishes.values_list("workshop", flat=True)) == [workshop.pk]


def test_with_an_account_the_link_is_that_of_the_space(convention):
    person = builders.user()
    seat(convention, attendee=builders.attendee(user=person))
    run(OPENS + timedelta(hours=8))
    body = mail.outbox[0].body
    assert f"/conventions/{convention.slug}/ateliers/voeux/" in body
    assert "/billet/" not in body
    assert "compte" not in body


@pytest.mark.parametrize("status", ["waiting", "offered", "declined", "expired", "cancelled"])
def test_only_those_who_come_are_told(convention, status):
    seat(convention, status)
    assert run(OPENS + timedelta(hours=8)) == []


def test_nothing_to_rank_nothing_to_say(convention):
    seat(convention)
    Workshop.objects.get().item.delete()
    assert run(OPENS + timedelta(hours=8)) == []


def test_who_has_ranked_already_and_who_gave_no_address_are_told_nothing(convention):
    ranked = seat(convention)
    seat(convention, attendee=builders.attendee(email=""))
    rank_workshops(registration=ranked, workshops=list(Workshop.objects.all()), at=OPENS + timedelta(hours=1))
    assert run(OPENS + timedelta(hours=8)) == []


@pytest.mark.parametrize("allotted", [True, False])
def test_once_places_are_allotted_nobody_is_asked_to_rank(allotted):
    made = wishing.gathering(starts_at=timezone.now() + timedelta(days=20))
    wishing.someone(made, "A")
    if allotted:
        wishing.published(made)
        type(made).objects.filter(pk=made.pk).update(wishes_close_at=timezone.now() + timedelta(days=3))
    late = wishing.someone(made, "", registered_at=timezone.now() - timedelta(days=1))
    remind_attendees()
    assert list(ReminderMark.objects.values_list("registration", flat=True)) == ([] if allotted else [late.pk])


def confirm(convention, at):
    with time_machine.travel(at, tick=False):
        given = {"name": "Bo", "email": "bo@test.invalid", "organisation": None, "by": None}
        registration = register(convention=convention, **given, at=timezone.now())
        deliver_all_due()
    return registration


def test_who_registers_after_the_opening_reads_it_in_the_confirmation_and_nowhere_else(convention):
    confirm(convention, OPENS + timedelta(hours=10))
    (confirmation,) = mail.outbox
    assert "Les ateliers se choisissent par vœux, jusqu’au 20" in confirmation.body
    assert run(OPENS + timedelta(days=1)) == []


def test_control_who_registered_before_reads_both(convention):
    confirm(convention, OPENS - timedelta(days=1))
    (confirmation,) = mail.outbox
    assert "Les ateliers se choisiront par vœux, du 1er février" in confirmation.body.replace("\xa0", " ")
    assert run(OPENS + timedelta(hours=8)) == [SUBJECT]


def test_dates_that_are_set_after_people_were_confirmed_miss_nobody():
    """Wishes that open « as of yesterday »: whoever registered this morning has read nothing of them."""
    convention = gathering()
    wishing.workshop(convention, "Les mobilités")
    confirm(convention, OPENS + timedelta(hours=9))
    type(convention).objects.filter(pk=convention.pk).update(wishes_open_at=OPENS, wishes_close_at=CLOSES)
    assert run(OPENS + timedelta(hours=12)) == [SUBJECT]


@pytest.mark.parametrize("meanwhile", ["cancelled", "closed", "ranked"])
def test_a_letter_made_false_meanwhile_does_not_leave(convention, meanwhile):
    registration = seat(convention)
    at = OPENS + timedelta(hours=8)
    run(at, deliver=False)
    if meanwhile == "cancelled":
        cancel(registration=registration, by=None, at=at)
    elif meanwhile == "ranked":
        rank_workshops(registration=registration, workshops=list(Workshop.objects.all()), at=at)
    else:
        type(convention).objects.filter(pk=convention.pk).update(wishes_close_at=at)
    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        deliver_all_due()
    assert SUBJECT not in [letter.subject for letter in mail.outbox]


def test_another_day_tells_no_second_time(convention):
    assert LONG_AGO < OPENS
    seat(convention)
    run(OPENS + timedelta(hours=8))
    type(convention).objects.filter(pk=convention.pk).update(wishes_open_at=OPENS + timedelta(days=3))
    assert run(OPENS + timedelta(days=4)) == []
