"""What the clock starts."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from celery import shared_task
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.db import connection
from django.utils import timezone

from partners.actions import drafts, follow_up
from partners.actions.agreement_terms import tell_terms
from partners.actions.bits import rewrite_bits
from partners.actions.cube import recount_projects
from partners.actions.escalation import escalate
from partners.actions.join_requests import escalate_join_requests
from partners.actions.returns import read_returned_mail as read_mailbox
from partners.actions.vocabulary import rebuild_vocabulary
from partners.filters.leads import by_signatory
from partners.models import DataExport, Invitation, JoinRequest, TerritoryMessage, UpdateLink

KEPT = timedelta(days=1)
MESSAGES_KEPT = timedelta(days=365)


@shared_task(name="partners.jobs.forget_sign_ins")
def forget_sign_ins() -> None:
    """Sessions that have ended, failed attempts of yesterday, throttles that have run out."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    AccessAttempt.objects.filter(attempt_time__lt=now - KEPT).delete()
    cache = caches["default"]
    if isinstance(cache, DatabaseCache):
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(cache._table)} WHERE expires < %s", [now])  # noqa: S608


@shared_task(name="partners.jobs.learn_words")
def learn_words() -> int:
    """Words published since the last time correct mistyped searches from now on."""
    return rebuild_vocabulary()


@shared_task(name="partners.jobs.forget_messages")
def forget_messages() -> int:
    """Messages to a région's agents, one year after they were handled."""
    return TerritoryMessage.objects.filter(handled_at__lt=timezone.now() - MESSAGES_KEPT).delete()[0]


@shared_task(name="partners.jobs.count_projects")
def count_projects() -> bool:
    """The counted cells and the bits of projects, again when the day or enough projects have changed."""
    today = timezone.localdate()
    counted = recount_projects(today)
    return rewrite_bits(today, by_signatory(today)) or counted


@shared_task(name="partners.jobs.tell_agreement_terms")
def tell_agreement_terms() -> int:
    """Terms at 90, 60 and 30 days: each told once. Nothing ends nor renews here."""
    return tell_terms(on=timezone.localdate())


@shared_task(name="partners.jobs.ask_for_news")
def ask_for_news() -> int:
    """Projects without news for six months: one letter a person, once in thirty days."""
    now = timezone.now()
    return follow_up.ask_for_news(at=now, on=timezone.localdate(now))


@shared_task(name="partners.jobs.escalate_moderation")
def escalate_moderation() -> int:
    """What has waited for 7 days, then for 14."""
    return escalate(at=timezone.now())


@shared_task(name="partners.jobs.forget_drafts")
def forget_drafts() -> int:
    """Drafts that nobody touched for 90 days, and links long over."""
    now = timezone.now()
    UpdateLink.objects.filter(expires_at__lt=now - timedelta(days=90)).delete()
    return drafts.forget_drafts(at=now)


@shared_task(name="partners.jobs.look_after_arrivals")
def look_after_arrivals() -> int:
    """Requests that nobody answered become the agents'; invitations and requests long settled are forgotten."""
    now = timezone.now()
    Invitation.objects.forgettable(now).delete()
    JoinRequest.objects.forgettable(now).delete()
    return escalate_join_requests(at=now)


@shared_task(name="partners.jobs.forget_exports")
def forget_exports() -> int:
    """Copies of one's data, after a week."""
    return DataExport.objects.over(timezone.now()).delete()[0]


@shared_task(name="partners.jobs.read_returned_mail", soft_time_limit=120, time_limit=150)
def read_returned_mail() -> int:
    """The mailbox of BOUNCES_URL, a part at a time; a mailbox that is down makes this run fail, and nothing else."""
    return read_mailbox(address=settings.BOUNCES_MAILBOX)["read"] if settings.BOUNCES_MAILBOX else 0
