"""Work for the workers that the tests really start; loaded by ``celery worker --include tests.outbox.works``."""

import os
import threading
import time
from pathlib import Path

from django.conf import settings

from alliance import outbox
from alliance.lib import mail

settings.TEMPLATES[0]["DIRS"].append(Path(__file__).parent / "templates")


@outbox.work("tests.send_letter")
def send_letter(number, *, owed):
    """Send by SMTP; then, at the first attempt and if the test wants it, hang: here the test kills the worker."""
    mail.send(
        to=["ada@example.org"],
        template="mail/tests/letter.txt",
        context={"number": number},
        message_id=owed.message_id,
    )
    if owed.attempts == 1 and os.environ.get("HANG_AFTER_SMTP"):
        time.sleep(60)


if os.environ.get("NAMED_ANEW"):  # a control of tests/faults/test_bulk_mail.py
    from alliance.outbox.models import new_message_id
    from partners import mailing_letters

    send = mailing_letters.send
    mailing_letters.send = lambda mailing, recipient, *, message_id: send(
        mailing, recipient, message_id=new_message_id()
    )


if os.environ.get("LETTERS_NAMED_ANEW"):  # a control of tests/faults/test_registrations_killed.py
    from alliance.outbox.models import new_message_id

    sends = mail.send

    def _send_under_another_name(**letter):
        sends(**letter | {"message_id": new_message_id()})
        time.sleep(0.3)  # here the test kills the worker: what was sent is not marked yet

    mail.send = _send_under_another_name


def _mark(message_id: str) -> None:
    from django.db import connections
    from django.db.models.functions import Now

    from alliance.outbox.models import Owed, State

    Owed.objects.filter(message_id=message_id).update(state=State.SENT, done_at=Now(), lease=None, lease_until=None)
    connections.close_all()


def _send_once_marked(**letter):
    """What a sender must never do: say that it is done, and then do it."""
    marking = threading.Thread(target=_mark, args=(letter["message_id"],))
    marking.start()
    marking.join()
    time.sleep(0.2)
    sends_late(**letter)


if os.environ.get("MARKED_BEFORE_SENT"):  # another
    sends_late = mail.send
    mail.send = _send_once_marked


def _work_apart(act_id: int) -> None:
    """One line after the other is committed at once; that they are done is said when a hundred are."""
    from django.db import connections

    from alliance.portal.lists import batches
    from partners.models import BulkAct

    left = []

    def step() -> None:
        left.append(batches._step(BulkAct.objects.select_related("by").get(pk=act_id)))
        connections.close_all()

    thread = threading.Thread(target=step)
    thread.start()
    thread.join()
    if left == [True]:
        outbox.owe("portal.work_on_batch", act_id)


if os.environ.get("TOLD_APART"):  # a control of tests/faults/test_batches_killed.py
    from alliance.portal.lists import batches

    batches.work = _work_apart
