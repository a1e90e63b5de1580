"""Taking a seat: who is confirmed, who waits, who is refused, and that rivals queue on one row."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from alliance.lib.errors import Conflict, conflict_on
from alliance.outbox.models import Owed
from events.actions import register
from events.models import Attendee, Convention, Registration
from tests import builders
from tests.events.waiting import rival, wait_until_one_waits

NOW = timezone.now()


def seat(convention, email="ana@test.invalid", organisation=None, **fields):
    fields = {"name": "Ana Essai", "by": None, "at": timezone.now(), **fields}
    return register(convention=convention, email=email, organisation=organisation, **fields)


@pytest.mark.django_db
def test_the_first_are_confirmed_and_the_next_wait_in_order():
    convention = builders.convention(capacity=2)
    made = [seat(convention, f"p{n}@test.invalid") for n in range(4)]
    assert [r.status for r in made] == ["confirmed", "confirmed", "waiting", "waiting"]
    assert [r.rank for r in Registration.objects.with_rank().order_by("pk")] == [None, None, 1, 2]
    assert list(convention.registrations.waiting()) == made[2:]


@pytest.mark.django_db
def test_a_registration_owes_its_receipt_with_the_state_it_was_given():
    convention = builders.convention(capacity=1)
    first, second = seat(convention, "a@test.invalid"), seat(convention, "b@test.invalid")
    assert list(Owed.objects.order_by("pk").values_list("work", "args")) == [
        ("events.send_registration_receipt", [first.pk, "confirmed"]),
        ("events.send_registration_receipt", [second.pk, "waiting"]),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"opens_at": None}, "Les inscriptions ne se font pas ici."),
        ({"state": "draft"}, "Les inscriptions ne se font pas ici."),
        ({"state": "cancelled"}, "Cette Convention est annulée."),
        ({"opens_at": NOW - timedelta(days=3), "closes_at": NOW - timedelta(days=1)}, "Les inscriptions sont closes."),
        ({"starts_at": NOW - timedelta(hours=1)}, "Les inscriptions sont closes."),
        ({"starts_at": NOW - timedelta(days=9)}, "Cette Convention a déjà eu lieu."),
    ],
)
def test_a_convention_that_is_not_open_is_closed_and_says_why(fields, sentence):
    convention = builders.convention(**fields)
    with pytest.raises(Conflict) as refusal:
        seat(convention)
    assert (refusal.value.code, refusal.value.messages) == ("closed", [sentence])
    assert (Registration.objects.count(), Attendee.objects.count(), Owed.objects.count()) == (0, 0, 0)


@pytest.mark.django_db
def test_too_early_says_when_it_opens(time_machine):
    time_machine.move_to("2026-11-20T10:00:00+01:00")
    convention = builders.convention(opens_at=timezone.now() + timedelta(days=1, hours=4, minutes=30))
    with pytest.raises(Conflict) as refusal:
        seat(convention)
    assert refusal.value.messages == ["Les inscriptions ouvrent le 21 novembre 2026 à 14\xa0h\xa030."]


@pytest.mark.django_db
@pytest.mark.parametrize("again", ["ana@test.invalid", " ANA@Test.invalid "])
def test_the_same_address_registers_once(again):
    convention, local = builders.convention(), builders.organisation()
    first = seat(convention, "ana@test.invalid", local)
    with pytest.raises(Conflict) as refusal:
        seat(convention, again, local)
    assert (refusal.value.code, refusal.value.messages) == ("already_registered", ["Cette personne est déjà inscrite."])
    assert list(Registration.objects.all()) == [first]
    assert Owed.objects.count() == 1


@pytest.mark.django_db
def test_one_person_takes_one_seat_whatever_their_organisations():
    convention = builders.convention()
    seat(convention, organisation=builders.organisation())
    with pytest.raises(Conflict) as refusal:
        seat(convention, organisation=builders.organisation())
    assert refusal.value.code == "already_registered"


@pytest.mark.django_db
def test_the_constraint_alone_refuses_the_same_attendee_twice():
    convention, ana = builders.convention(), builders.attendee()
    builders.registration(convention, ana)
    with pytest.raises(Conflict), conflict_on("registration_live_once", "Déjà.", code="already_registered"):
        builders.registration(convention, ana, status="waiting")


@pytest.mark.django_db
def test_whoever_cancelled_may_register_again_with_the_same_attendee_row():
    convention, local = builders.convention(), builders.organisation()
    ana = builders.attendee(email="ana@test.invalid", organisation=local)
    builders.registration(convention, ana, status="cancelled")
    again = seat(convention, "Ana@test.invalid", local)
    assert (again.attendee, again.status, Attendee.objects.count()) == (ana, "confirmed", 1)


@pytest.mark.django_db
def test_an_attendee_is_one_row_for_each_organisation():
    first, second = builders.organisation(), builders.organisation()
    one = seat(builders.convention(), organisation=first)
    same = seat(builders.convention(), organisation=first, name="Ana Corrigée")
    other = seat(builders.convention(), organisation=second)
    assert one.attendee == same.attendee != other.attendee
    assert Attendee.objects.get(pk=one.attendee.pk).name == "Ana Corrigée"


@pytest.mark.django_db
def test_a_colleague_with_an_account_is_tied_to_it_and_keeps_their_name():
    ana = builders.user("ana@test.invalid", full_name="Ana Essai")
    local, colleague = builders.organisation(), builders.user()
    seat(builders.convention(), organisation=local, name="Ana Essai", user=ana, by=ana)
    registration = seat(builders.convention(), "ANA@test.invalid", local, name="Nana", by=colleague)
    registration.attendee.refresh_from_db()
    assert (registration.attendee.user, registration.attendee.name) == (ana, "Ana Essai")
    assert list(Registration.objects.visible_to(ana).filter(pk=registration.pk)) == [registration]


@pytest.mark.django_db(transaction=True)
def test_a_rival_waits_for_the_row_of_the_convention_and_then_sees_the_seat_taken():
    convention = builders.convention(capacity=1)
    with transaction.atomic():
        Convention.objects.locked(convention.pk)
        other = rival(seat, convention, "late@test.invalid")
        wait_until_one_waits()
        assert other.is_alive()
        builders.registration(convention)
    assert other.result().status == "waiting"
    assert list(convention.registrations.order_by("pk").values_list("status", flat=True)) == ["confirmed", "waiting"]


@pytest.mark.django_db(transaction=True)
def test_control_the_row_of_another_convention_makes_nobody_wait():
    convention, elsewhere = builders.convention(capacity=1), builders.convention()
    with transaction.atomic():
        Convention.objects.locked(elsewhere.pk)
        assert rival(seat, convention).result().status == "confirmed"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("door", ["page", "api"])
def test_whoever_waits_too_long_is_answered_503_and_when_to_come_back(client, monkeypatch, door):
    monkeypatch.setattr("events.models.convention.LOCK_PATIENCE", "50ms")
    convention, person = builders.convention(), builders.user()
    client.force_login(person)
    held = threading.Event()
    release = threading.Event()

    def hold():
        with transaction.atomic():
            Convention.objects.locked(convention.pk)
            held.set()
            release.wait(5)

    holder = rival(hold)
    held.wait(5)
    if door == "page":
        answer = client.post(f"/conventions/{convention.slug}/inscription/", {"name": "Ana Essai"})
    else:
        typed = {"convention": convention.slug, "name": "Ana Essai", "email": person.email}
        answer = client.post("/api/v1/registrations/", typed, content_type="application/json")
    release.set()
    holder.result()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert (Registration.objects.count(), Owed.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_overselling_whatever_wrote_it():
    convention = builders.convention(capacity=1)
    builders.registration(convention)
    with pytest.raises(IntegrityError, match="2 people confirmed for 1 seats"):
        builders.registration(convention)
    with pytest.raises(IntegrityError, match="1 people confirmed for 0 seats"):
        Convention.objects.update(capacity=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        builders.registration(convention, status="waiting")
        Registration.objects.update(status="confirmed", confirmed_at=timezone.now())
    assert convention.registrations.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_writers_without_the_lock_are_still_checked_one_by_one():
    """Both count before either commits: only the row that the check takes tells the second about the first."""
    convention = builders.convention(capacity=1)
    first_wrote, second_wrote = threading.Event(), threading.Event()

    def write(mine, others):
        with transaction.atomic():
            builders.registration(convention)
            mine.set()
            others.wait(5)

    other = rival(write, first_wrote, second_wrote, expects=IntegrityError)
    outcome = "committed"
    try:
        write(second_wrote, first_wrote)
    except IntegrityError:
        outcome = "refused"
    assert sorted([outcome, "refused" if other.result() is IntegrityError else "committed"]) == ["committed", "refused"]
    assert convention.registrations.count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_check_the_same_writes_oversell():
    convention = builders.convention(capacity=1)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_registration DISABLE TRIGGER registration_not_oversold")
        try:
            builders.registration(convention)
            builders.registration(convention)
            assert convention.registrations.seated().count() == 2
        finally:
            Registration.objects.all().delete()
            cursor.execute("ALTER TABLE events_registration ENABLE TRIGGER registration_not_oversold")
