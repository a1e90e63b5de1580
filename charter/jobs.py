"""What the clock starts for the charter: seals and times that were missing."""

import logging

from celery import shared_task

from alliance.proof import seal, timestamps
from charter import papers
from charter.models import Signature
from charter.models.paper import Paper, unsealed

BATCH = 100
log = logging.getLogger("alliance.charter")


@shared_task
def seal_papers() -> int:
    """Seal what waits for it; say aloud, once a run, that the key is missing, wrong or expired."""
    return _each(unsealed(Signature.objects.all()), papers.seal_now)


@shared_task
def stamp_papers() -> int:
    """Give their time to sealed papers that have none. The first refusal of the authority ends the run."""
    if not timestamps.is_configured():
        return 0
    return _each(Paper.objects.unstamped().order_by("pk"), papers.stamp_now)


def _each(due, work) -> int:
    done = 0
    for pk in list(due.values_list("pk", flat=True)[:BATCH]):
        try:
            done += work(pk)
        except seal.SealUnavailable as error:
            papers.alarm(error, due.count())
            break
        except timestamps.TimestampUnavailable as error:
            log.warning("timestamp: papers wait for their time", extra={"code": error.code, "waiting": due.count()})
            break
    return done
