"""What the clock starts for the charter: seals and times that were missing."""

import logging

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from alliance import outbox
from alliance.proof import revocation, seal, timestamps
from charter import alarms, archives, papers
from charter.models import Archive, InvitationList, MemberInvitation, Signature
from charter.models.archive import unarchived
from charter.models.member_invitation import SETTLED_KEPT
from charter.models.paper import Paper, unsealed
from partners.models import User

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


@shared_task
def tell_alarms() -> int:
    """Once a day: what keeps papers from their seal, their time or their checkpoint, to logs and the national team."""
    wrong = alarms.sentences()
    if not wrong:
        return 0
    log.error("alarms: %s", " ".join(wrong))
    with transaction.atomic():
        for person in User.objects.filter(is_active=True, is_staff=True, perimeter__national=True):
            outbox.owe("charter.send_alarms", person.pk)
    return len(wrong)


@shared_task
def archive_papers() -> int:
    """Complete stamped papers for the long term, and renew the copies whose last time ends soon."""
    if not timestamps.is_configured():
        return 0
    ending = Paper.objects.filter(archives__in=Archive.objects.ending(timezone.now()))
    return _archived(unarchived()) + _archived(ending)


def _archived(due) -> int:
    """Certificates that cannot be completed or renewed yet are asked about once a run; what is down ends it."""
    done, hopeless = 0, set()
    for pk, *named in list(due.order_by("pk").values_list("pk", "seal_fingerprint", "authority")):
        if tuple(named) in hopeless:
            continue
        try:
            made = archives.archive_now(pk)
        except revocation.RevocationUnavailable as error:
            archives.alarm(error, due.count())
            if error.code not in ("none", "incomplete"):
                break
            hopeless.add(tuple(named))
        except timestamps.TimestampUnavailable as error:
            archives.alarm(error, due.count())
            break
        else:
            done += made
            hopeless |= set() if made else {tuple(named)}
        if done >= BATCH:
            break
    return done


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


@shared_task
def forget_invitations() -> int:
    """Lists of a network that never left, and the addresses of invitations settled long ago without an adhesion."""
    at = timezone.now()
    InvitationList.objects.forgettable(at).delete()
    InvitationList.objects.filter(sent_at__lt=at - SETTLED_KEPT).exclude(problems=[]).update(problems=[])
    return MemberInvitation.objects.settled(at).exclude(email="").update(email="")
