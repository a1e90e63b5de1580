"""Work for the workers that the tests really start; loaded by ``celery worker --include tests.outbox.works``."""

import os
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
