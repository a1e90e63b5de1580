"""What fails in real life: a broker that is down, a worker that is killed, a post that is closed. Nothing is mocked."""

import time
from datetime import timedelta

import pytest
from celery import current_app
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from alliance import outbox
from alliance.outbox.models import Owed, State


def wait_for(truth, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def ids(smtp_server) -> list[str]:
    return [message["Message-ID"] for message in smtp_server.messages]


def test_with_the_broker_down_owing_is_quick_and_the_mail_leaves_once_it_is_back(programs, broker, smtp_server):
    started = time.monotonic()
    owed = outbox.owe("tests.send_letter", 1)
    assert time.monotonic() - started < 1
    programs.relay()
    programs.worker()
    with pytest.raises(OperationalError), current_app.connection_for_write(broker.url) as down:
        down.ensure_connection(max_retries=1, timeout=1)  # control: what speaks to the broker now fails
    assert smtp_server.messages == []
    broker.start()
    wait_for(lambda: smtp_server.messages)
    assert ids(smtp_server) == [owed.message_id]
    wait_for(lambda: Owed.objects.get().state == State.SENT)


def test_a_worker_killed_between_the_post_and_the_mark_sends_again_under_the_same_message_id(
    programs, broker, smtp_server
):
    broker.start()
    owed = outbox.owe("tests.send_letter", 2)
    programs.relay()
    worker = programs.worker(HANG_AFTER_SMTP="1")
    wait_for(lambda: smtp_server.messages)
    programs.kill(worker)
    row = Owed.objects.get()
    assert (row.state, row.attempts) == (State.PENDING, 1)
    assert row.lease is not None
    Owed.objects.update(lease_until=Now() - timedelta(seconds=1), due_at=Now())  # a minute passes
    programs.worker()
    wait_for(lambda: len(smtp_server.messages) == 2)
    assert ids(smtp_server) == [owed.message_id, owed.message_id]
    wait_for(lambda: Owed.objects.get().state == State.SENT)
