"""What the clock starts for gatherings."""

from celery import shared_task
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from alliance import outbox
from events.actions.offers import serve_those_who_wait
from events.models import Convention, Registration, SeatQuota
from events.models.offer_terms import LAST_HOURS


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


@outbox.work("events.pass_lapsed_offers")
def pass_lapsed_offers(convention_id: int, *, owed) -> None:
    """At the term of an offer: the seat goes to the next, whether or not the clock is there."""
    serve_those_who_wait(convention=Convention.objects.get(pk=convention_id), at=timezone.now())
