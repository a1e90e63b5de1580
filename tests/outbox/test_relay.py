"""The relay: wakes workers, survives everything that is down, loses nothing."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from kombu.exceptions import OperationalError

from alliance import outbox
from alliance.outbox import relay
from alliance.outbox.delivery import MAX_ATTEMPTS
from alliance.outbox.models import Owed, State


@pytest.mark.django_db
def test_each_due_row_is_woken_once_oldest_first():
    late, fresh = outbox.owe("tests.b"), outbox.owe("tests.a")
    outbox.owe("tests.later", due_at=timezone.now() + timedelta(hours=1))
    Owed.objects.filter(pk=late.pk).update(due_at=Now() - timedelta(minutes=1))
    woken = []
    assert relay.relay_once(woken.append) == 2
    assert woken == [late.pk, fresh.pk]
    assert relay.relay_once(woken.append) == 0


@pytest.mark.django_db
def test_a_lost_wake_up_is_sent_again_when_the_lease_ends():
    owed = outbox.owe("tests.a")
    woken = []
    relay.relay_once(woken.append)
    Owed.objects.update(lease_until=Now() - timedelta(seconds=1))
    relay.relay_once(woken.append)
    assert woken == [owed.pk, owed.pk]


@pytest.mark.django_db
def test_a_broker_that_refuses_leaves_the_row_due():
    def refuse(pk):
        raise OperationalError("down")

    owed = outbox.owe("tests.a")
    with pytest.raises(OperationalError):
        relay.relay_once(refuse)
    assert list(Owed.objects.due()) == [owed]


@pytest.mark.django_db
def test_the_broker_is_not_flooded_while_workers_are_behind(monkeypatch):
    monkeypatch.setattr(relay, "IN_FLIGHT", 3)
    for _ in range(5):
        outbox.owe("tests.a")
    woken = []
    assert (relay.relay_once(woken.append), relay.relay_once(woken.append)) == (3, 0)


@pytest.mark.django_db
def test_a_row_whose_last_attempt_was_killed_is_given_up_with_an_alarm(caplog):
    owed = outbox.owe("tests.a")
    Owed.objects.update(attempts=MAX_ATTEMPTS)
    assert relay.relay_once(lambda pk: None) == 0
    owed.refresh_from_db()
    assert owed.state == State.DEAD
    assert [record.levelname for record in caplog.records] == ["ERROR"]


@pytest.mark.django_db(transaction=True)
def test_two_relays_side_by_side_share_the_rows_without_waiting():
    rows = [outbox.owe("tests.a") for _ in range(2)]
    woken, done = [], threading.Event()

    def rival():
        relay.relay_once(woken.append)
        connection.close()
        done.set()

    with transaction.atomic():
        Owed.objects.select_for_update().get(pk=rows[0].pk)
        threading.Thread(target=rival).start()
        assert done.wait(5), "the rival waited for a row that another relay holds"
    assert woken == [rows[1].pk]


@pytest.mark.django_db(transaction=True)
def test_the_relay_goes_on_when_the_broker_is_down_and_says_so_once(caplog, monkeypatch):
    monkeypatch.setattr(relay, "POLL_SECONDS", 0.001)
    outbox.owe("tests.a")
    stopped, calls = threading.Event(), []

    def relay_once():
        calls.append(1)
        if len(calls) < 4:
            raise OperationalError("down")
        stopped.set()
        return 0

    monkeypatch.setattr(relay, "relay_once", relay_once)
    relay.run(stopped)
    assert len(calls) == 4
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
