"""What the clock starts for the journal."""

import logging

from celery import shared_task

from alliance.lib.errors import Conflict
from alliance.proof import checkpoints, verification

log = logging.getLogger(__name__)


@shared_task
def sign_journal() -> str:
    """Recompute the journal, then sign its checkpoint; nothing is signed when anything disagrees. Errors are logged."""
    verified = verification.verify()
    if verified.findings:
        log.error("journal: verification failed, no checkpoint signed. %s", " ".join(verified.findings))
        return ""
    try:
        return checkpoints.sign_checkpoint().text
    except Conflict:  # sign_checkpoint has logged it
        return ""
