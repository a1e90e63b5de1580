"""Delivery: one worker at a time, done with the work or not at all, tried again for a day, never in silence."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from alliance import outbox
from alliance.outbox import delivery
from alliance.outbox.jobs import purge
from alliance.outbox.models import Owed, State


@pytest.fixture
def works():
    """A registry to fill; what the test adds is taken out again."""
    before = [(registry, dict(registry)) for registry in (outbox.WORKS, outbox.FAILED)]
    yield outbox.work
    for registry, kept in before:
        registry.clear()
        registry.update(kept)


@pytest.mark.django_db
def test_the_work_gets_its_arguments_and_its_row_and_is_done_once(works):
    done = []

    @works("tests.note")
    def note(number, *, owed):
        done.append((number, owed.pk, owed.message_id))

    owed = outbox.owe("tests.note", 7)
    assert delivery.deliver(owed.pk) is True
    assert delivery.deliver(owed.pk) is False
    assert done == [(7, owed.pk, owed.message_id)]
    owed.refresh_from_db()
    assert (owed.state, owed.attempts, owed.lease, owed.lease_until) == (State.SENT, 1, None, None)
    assert owed.done_at is not None


@pytest.mark.django_db
def test_what_failed_is_undone_noted_without_its_message_and_owed_again_later(works):
    @works("tests.fail")
    def fail(*, owed):
        ContentType.objects.create(app_label="half", model="written")
        raise KeyError("ada@example.org")

    owed = outbox.owe("tests.fail")
    before = timezone.now()
    with pytest.raises(KeyError):
        delivery.deliver(owed.pk)
    owed.refresh_from_db()
    assert not ContentType.objects.filter(app_label="half").exists()
    assert (owed.state, owed.attempts, owed.lease, owed.lease_until) == (State.PENDING, 1, None, None)
    assert owed.last_error.startswith("KeyError, test_delivery.py:")
    assert "ada" not in owed.last_error
    assert timedelta(seconds=9) < owed.due_at - before < timedelta(seconds=15)
    assert delivery.deliver(owed.pk) is False, "a wake-up before the end of the back-off does nothing"


@pytest.mark.django_db
def test_whoever_asked_hears_of_each_failure_after_the_work_was_rolled_back(works):
    heard = []

    def failed(error, owed):
        half = ContentType.objects.filter(app_label="half").exists()
        heard.append((type(error), owed.pk, half, connection.savepoint_ids))

    @works("tests.fail", failed=failed)
    def fail(*, owed):
        ContentType.objects.create(app_label="half", model="written")
        raise KeyError("lost")

    owed, outside = outbox.owe("tests.fail"), list(connection.savepoint_ids)
    with pytest.raises(KeyError):
        delivery.deliver(owed.pk)
    assert heard == [(KeyError, owed.pk, False, outside)]


@pytest.mark.django_db
def test_after_the_last_attempt_the_row_is_dead_and_an_error_is_logged(works, caplog):
    @works("tests.fail")
    def fail(*, owed):
        raise OSError

    owed = outbox.owe("tests.fail")
    Owed.objects.update(attempts=delivery.MAX_ATTEMPTS - 1)
    with pytest.raises(OSError):
        delivery.deliver(owed.pk)
    owed.refresh_from_db()
    assert (owed.state, owed.attempts) == (State.DEAD, 11)
    alarms = [(record.levelname, record.owed, record.work) for record in caplog.records]
    assert alarms == [("ERROR", owed.pk, "tests.fail")]
    assert delivery.revive(Owed.objects.all()) == 1
    owed.refresh_from_db()
    assert (owed.state, owed.attempts) == (State.PENDING, 0)


def test_the_back_off_grows_up_to_a_day():
    assert delivery.BACK_OFF[-1] == timedelta(hours=24)
    assert list(delivery.BACK_OFF) == sorted(set(delivery.BACK_OFF))


@pytest.mark.django_db
def test_what_is_due_later_waits(works):
    works("tests.later")(lambda *, owed: None)
    owed = outbox.owe("tests.later", due_at=timezone.now() + timedelta(hours=1))
    assert list(Owed.objects.due()) == []
    assert delivery.deliver(owed.pk) is False


@pytest.mark.django_db
def test_a_row_held_by_a_living_worker_is_left_alone_and_taken_over_when_its_lease_ends(works):
    works("tests.held")(lambda *, owed: None)
    owed = outbox.owe("tests.held")
    held = Owed.objects.filter(pk=owed.pk)
    held.update(lease=uuid.uuid4(), lease_until=Now() + timedelta(seconds=30))
    assert delivery.deliver(owed.pk) is False
    held.update(lease_until=Now() - timedelta(seconds=1))
    assert delivery.deliver(owed.pk) is True


@pytest.mark.django_db
def test_a_worker_that_lost_its_lease_undoes_what_it_did(works):
    @works("tests.slow")
    def slow(*, owed):
        ContentType.objects.create(app_label="half", model="written")
        Owed.objects.filter(pk=owed.pk).update(lease=uuid.uuid4())

    owed = outbox.owe("tests.slow")
    with pytest.raises(delivery.LeaseLost):
        delivery.deliver(owed.pk)
    assert not ContentType.objects.filter(app_label="half").exists()
    owed.refresh_from_db()
    assert (owed.state, owed.last_error) == (State.PENDING, "")


@pytest.mark.django_db
def test_an_unknown_name_of_work_is_a_failed_attempt():
    owed = outbox.owe("tests.nobody_knows")
    with pytest.raises(KeyError):
        delivery.deliver(owed.pk)
    owed.refresh_from_db()
    assert (owed.state, owed.attempts) == (State.PENDING, 1)


@pytest.mark.django_db
def test_all_that_is_due_can_be_paid_by_hand(works):
    done = []
    works("tests.note")(lambda number, *, owed: done.append(number))
    for number in (1, 2):
        outbox.owe("tests.note", number)
    assert delivery.deliver_all_due() == 2
    assert done == [1, 2]


@pytest.mark.django_db
def test_done_rows_are_forgotten_after_ninety_days_and_dead_ones_never():
    ages = {"old": 91, "recent": 89}
    for name, days in ages.items():
        owed = outbox.owe(name)
        Owed.objects.filter(pk=owed.pk).update(state=State.SENT, done_at=timezone.now() - timedelta(days=days))
    dead = outbox.owe("dead")
    Owed.objects.filter(pk=dead.pk).update(state=State.DEAD, created_at=timezone.now() - timedelta(days=400))
    purge()
    assert set(Owed.objects.values_list("work", flat=True)) == {"recent", "dead"}


@pytest.mark.django_db(transaction=True)
def test_the_heartbeat_prolongs_the_lease_while_the_work_runs(works, monkeypatch):
    monkeypatch.setattr(delivery, "HEARTBEAT", timedelta(seconds=0.02))
    seen = []

    @works("tests.long")
    def long(*, owed):
        deadline = timezone.now() + timedelta(seconds=5)
        while timezone.now() < deadline and len(seen) < 2:
            until = Owed.objects.get(pk=owed.pk).lease_until
            if not seen or until != seen[-1]:
                seen.append(until)

    assert delivery.deliver(outbox.owe("tests.long").pk) is True
    assert len(seen) == 2
    assert seen[0] < seen[1]


@pytest.mark.django_db(transaction=True)
def test_two_wake_ups_at_once_do_the_work_once(works):
    """The rival waits on the row, then sees that it is held."""
    works("tests.once")(lambda *, owed: None)
    owed = outbox.owe("tests.once")
    begun, answer = threading.Event(), []

    def rival():
        begun.set()
        answer.append(delivery.deliver(owed.pk))
        connection.close()

    thread = threading.Thread(target=rival)
    with transaction.atomic():
        assert delivery.claim(owed.pk) is not None
        thread.start()
        assert begun.wait(5)
        thread.join(0.3)
        assert answer == [], "the rival did not wait for the row"
    thread.join(5)
    assert answer == [False]
