"""Letters through a bad day: broker killed, workers killed, post closed. Every one arrives, none under two names."""

import time
from collections import Counter

import pytest

from alliance import outbox
from alliance.outbox.models import Owed, State
from tests.outbox.test_faults import ids, wait_for

pytestmark = pytest.mark.faults
LETTERS = 60


@pytest.fixture
def sent(smtp_server):
    return lambda: len(set(ids(smtp_server)))


def test_every_letter_arrives_whatever_is_killed(programs, broker, smtp_server, sent):
    broker.start()
    relay, worker = programs.relay(), programs.worker()
    smtp_server.delay = 0.05
    owed = {outbox.owe("tests.send_letter", number).message_id for number in range(LETTERS)}
    wait_for(lambda: sent() >= 10)
    programs.kill(worker)
    broker.kill()
    smtp_server.stop()
    broker.start()
    worker = programs.worker()
    time.sleep(3)  # attempts fail against the closed post and go back
    smtp_server.start()
    wait_for(lambda: sent() >= 30, seconds=120)
    programs.kill(worker)
    programs.kill(relay)
    programs.relay()
    programs.worker()
    wait_for(lambda: not Owed.objects.pending().exists(), seconds=180)
    assert set(ids(smtp_server)) == owed
    assert set(Owed.objects.values_list("state", flat=True)) == {State.SENT}
    doubled = [name for name, times in Counter(ids(smtp_server)).items() if times > 1]
    assert len(doubled) <= 2, "one for each worker that was killed, at most"


def test_a_lease_of_a_minute_ends_by_itself(programs, broker, smtp_server):
    broker.start()
    owed = outbox.owe("tests.send_letter", 1)
    programs.relay()
    worker = programs.worker(HANG_AFTER_SMTP="1")
    wait_for(lambda: smtp_server.messages)
    programs.kill(worker)
    killed = time.monotonic()
    programs.worker()
    wait_for(lambda: len(smtp_server.messages) == 2, seconds=120)
    assert 40 < time.monotonic() - killed < 90
    assert set(ids(smtp_server)) == {owed.message_id}


def test_control_without_a_relay_nothing_leaves(programs, broker, smtp_server):
    broker.start()
    outbox.owe("tests.send_letter", 1)
    programs.worker()
    time.sleep(8)
    assert smtp_server.messages == []
    programs.relay()
    wait_for(lambda: smtp_server.messages)
