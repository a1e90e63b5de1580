"""Reading the mailbox to which letters come back."""

import logging
import ssl
import time
from collections import Counter

from alliance.lib import mailbox
from alliance.lib.mail_url import MailboxAddress
from partners import bounces

MOST, SECONDS = 200, 60  # of one reading: the next takes up where it ended
log = logging.getLogger("alliance.mailbox")


def read_returned_mail(*, address: MailboxAddress, trusted: ssl.SSLContext | None = None) -> Counter:
    """Take every notice that was not read yet, oldest first, and mark it; how many, by what they said.

    A message is marked after what it says is kept: a reading that is cut is taken up, and counts nothing twice.
    Raises ``alliance.lib.mailbox.MailboxError``; what was read by then is kept.
    """
    ends, told = time.monotonic() + SECONDS, Counter()
    with mailbox.opened(address, trusted=trusted) as box:
        for number in box.unread(MOST):
            noted = bounces.take(box.beginning(number))
            box.mark(number)
            told.update({"read": 1, "other": not noted} | Counter(each.fate for each in noted))
            if time.monotonic() > ends:
                break
    if told:
        counts = (told["read"], told["failed"], told["delayed"], told["other"])
        log.info("returned mail: %d read, %d failed, %d delayed, %d other", *counts)
    return told
