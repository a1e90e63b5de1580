"""What the clock starts for gatherings."""

import logging
from datetime import timedelta

from celery import shared_task
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from alliance import outbox
from alliance.lib.errors import Conflict
from alliance.proof import seal, timestamps
from events import certificates
from events.actions.certificates import certify_attendance
from events.actions.guests import forget_guests
from events.actions.needs import forget_old_needs
from events.actions.offers import serve_those_who_wait
from events.actions.reminders import remind
from events.actions.roadmap import tell_published
from events.models import (
    Certificate,
    CertificatePaper,
    Convention,
    Registration,
    ReminderMark,
    RoadmapProject,
    SeatQuota,
    Speaker,
)
from events.models.offer_terms import LAST_HOURS

BATCH = 100
log = logging.getLogger("alliance.events")


@shared_task
def pass_offers() -> int:
    """Pass on offers past their term, and seats that are kept for nobody any more, wherever somebody is concerned.

    Each offer also owes this at its own term: the clock finds only what was late.
    """
    at = timezone.now()
    here = Registration.objects.filter(convention=OuterRef("pk")).order_by()
    late = Exists(here.lapsed(at))
    freed = Q(quotas_end_at__lte=at) | Q(quotas_end_at=None, starts_at__lte=at + LAST_HOURS)
    kept = Exists(SeatQuota.objects.filter(convention=OuterRef("pk")))
    concerned = Convention.objects.upcoming(at).filter(late | freed & kept & Exists(here.waiting()))
    for convention in concerned:
        serve_those_who_wait(convention=convention, at=at)
    return len(concerned)


@shared_task
def tell_published_projects() -> int:
    """A project that was born of the roadmap is published: its page says so, and the authors are told, once."""
    due = list(RoadmapProject.objects.to_tell())
    for link in due:
        tell_published(link=link, at=timezone.now())
    return len(due)


@outbox.work("events.pass_lapsed_offers")
def pass_lapsed_offers(convention_id: int, *, owed) -> None:
    """At the term of an offer: the seat goes to the next, whether or not the clock is there."""
    serve_those_who_wait(convention=Convention.objects.get(pk=convention_id), at=timezone.now())


@shared_task
def seal_certificates() -> int:
    """Seal certificates that wait for it, then give those sealed without a time theirs when the authority answers."""
    due = list(Certificate.objects.unsealed().values_list("pk", flat=True)[:BATCH])
    done = _each(due, certificates.seal_now)
    if timestamps.is_configured():
        late = CertificatePaper.objects.unstamped().order_by("pk").values_list("pk", flat=True)[:BATCH]
        done += _each(list(late), certificates.stamp_now)
    return done


def _each(keys: list[int], work) -> int:
    """The first refusal of the key or of the authority ends the run."""
    done = 0
    for pk in keys:
        try:
            done += work(pk)
        except seal.SealUnavailable as error:
            certificates.alarm(error, len(keys))
            break
        except timestamps.TimestampUnavailable as error:
            log.warning("timestamp: certificates wait for their time", extra={"code": error.code})
            break
    return done


@shared_task
def remind_attendees() -> int:
    """Wishes that open, reminders before, thanks after: each to each once, however often and wherever this runs."""
    at = timezone.now()
    near = Q(starts_at__lte=at + timedelta(days=9), ends_at__gte=at - timedelta(days=9))
    wished = Q(wishes_open_at__lte=at, wishes_close_at__gt=at)
    conventions = Convention.objects.filter(near | wished, state=Convention.State.PUBLISHED)
    return sum(remind(convention=each, kind=kind, at=at) for each in conventions for kind in ReminderMark.Kind)


@shared_task
def forget_attendee_needs() -> int:
    """Diets and access needs after thirty days, or when somebody does not come; addresses invited after ninety."""
    at = timezone.now()
    return forget_old_needs(at=at) + forget_guests(at=at)


@shared_task
def forget_speakers() -> int:
    """Thirty days after, those who did not want to be named, or never answered."""
    return Speaker.objects.outlived(timezone.now()).delete()[0]


@outbox.work("events.certify_attendance")
def certify(registration_id: int, *, owed) -> None:
    """Nothing for somebody whose entry was undone meanwhile."""
    try:
        certify_attendance(registration=Registration.objects.get(pk=registration_id), at=timezone.now())
    except Conflict as refused:
        log.info("certificate: refused", extra={"code": refused.code})
