"""What the post was given and what it said is kept, whatever became of the work; and forgotten with it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alliance import outbox
from alliance.outbox import jobs
from alliance.outbox.delivery import deliver
from alliance.outbox.models import JobRun, Owed, Posting
from tests.outbox import works  # noqa: F401  registers tests.send_letter

pytestmark = pytest.mark.django_db


def said() -> list[tuple[str, int, int, str]]:
    return list(Posting.objects.order_by("pk").values_list("address", "attempt", "code", "words"))


def test_each_attempt_leaves_the_answer_of_the_post_refused_ones_too(smtp_server):
    smtp_server.answer = "451 4.3.0 Later"
    owed = outbox.owe("tests.send_letter", 1)
    with pytest.raises(OSError, match="Later"):
        deliver(owed.pk)
    smtp_server.answer = None
    Owed.objects.update(due_at=timezone.now())
    assert deliver(owed.pk)
    assert said() == [("ada@example.org", 1, 451, "4.3.0 Later"), ("ada@example.org", 2, 250, "OK")]
    assert set(Posting.objects.values_list("message_id", flat=True)) == {owed.message_id}


def test_a_post_that_is_down_is_told_by_the_kind_of_error(smtp_server):
    owed = outbox.owe("tests.send_letter", 1)
    smtp_server.stop()
    with pytest.raises(ConnectionRefusedError):
        deliver(owed.pk)
    assert said() == [("ada@example.org", 1, 0, "ConnectionRefusedError")]


def test_addresses_are_forgotten_with_the_work_and_runs_after_thirty_days(smtp_server):
    owed = outbox.owe("tests.send_letter", 1)
    deliver(owed.pk)
    JobRun.objects.create(name="x", task_id="1", started_at=timezone.now() - timedelta(days=31))
    JobRun.objects.create(name="x", task_id="2")
    jobs.purge()
    assert (Posting.objects.count(), JobRun.objects.count()) == (1, 1)
    Owed.objects.update(done_at=timezone.now() - timedelta(days=91))
    jobs.purge()
    assert (Posting.objects.count(), Owed.objects.count()) == (0, 0)
