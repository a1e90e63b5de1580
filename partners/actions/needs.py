"""What happens to a need: described, changed, ended; and to a resource: published, changed, taken off."""

from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from partners.actions.projects import may_write_for
from partners.models import Match, Need, Organisation, Resource, User
from partners.models.need import LONGEST_DAYS

OVER = "Ce besoin est clos."
FOUND_ELSEWHERE = "Le besoin est clos : il n’y a plus rien à répondre."


def describe_need(*, need: Need, organisation: Organisation, by: User, at: datetime | None = None) -> Need:
    """Keep a need of ``organisation``, new or changed; ``until`` is at most a year away.

    Raises Conflict "ended"; ValidationError by field; PermissionDenied for whoever does not write for it.
    """
    at = at or timezone.now()
    if not may_write_for(by, organisation):
        raise PermissionDenied
    with transaction.atomic():
        if need.pk:
            standing = Need.objects.select_for_update(of=("self",)).get(pk=need.pk)
            if standing.ended_at:
                raise Conflict(OVER, code="ended")
        else:
            need.organisation, need.created_by, need.created_at = organisation, by, at
            need.is_demo = organisation.is_demo
        need.full_clean(exclude=["region"])
        need.save()
    return need


def farthest(on: date) -> date:
    return on + timedelta(days=LONGEST_DAYS)


def end_need(*, need: Need, outcome: str, by: User, at: datetime | None = None) -> Need:
    """Found ``elsewhere``, or ``dropped``: what was proposed and waits is declined with that motive.

    Raises Conflict "ended"; PermissionDenied.
    """
    at = at or timezone.now()
    if not may_write_for(by, need.organisation):
        raise PermissionDenied
    with transaction.atomic():
        need = Need.objects.select_for_update(of=("self",)).get(pk=need.pk)
        if need.ended_at:
            raise Conflict(OVER, code="ended")
        need.ended_at, need.outcome = at, Need.Outcome(outcome)
        need.save(update_fields=["ended_at", "outcome"])
        Match.objects.waiting().filter(need=need).update(
            accepted=False, decided_at=at, decided_by=by, motive=FOUND_ELSEWHERE
        )
    return need


def publish_resource(*, resource: Resource, axes, by: User, at: datetime | None = None) -> Resource:
    """Keep a resource, new or changed, within the perimeter; everywhere in France is the national team's.

    Raises Conflict "closed"; ValidationError by field; PermissionDenied outside the perimeter.
    """
    at = at or timezone.now()
    region = resource.commune.region_id if resource.commune_id else None
    if not by.is_national and region not in by.region_codes:
        raise PermissionDenied
    with transaction.atomic():
        if resource.pk:
            standing = Resource.objects.writable_by(by).select_for_update(of=("self",)).filter(pk=resource.pk).first()
            if standing is None:
                raise PermissionDenied
            if standing.closed_at:
                raise Conflict("Cette ressource est retirée.", code="closed")
        else:
            resource.published_by, resource.created_at = by, at
        resource.full_clean(exclude=["region"])
        resource.save()
        resource.axes.set(axes)
    return resource


def close_resource(*, resource: Resource, by: User, at: datetime | None = None) -> Resource:
    """Nothing is proposed with it any more; what waits is declined. Raises Conflict "closed"."""
    at = at or timezone.now()
    with transaction.atomic():
        standing = Resource.objects.writable_by(by).select_for_update(of=("self",)).filter(pk=resource.pk).first()
        if standing is None:
            raise PermissionDenied
        if standing.closed_at:
            raise Conflict("Cette ressource est déjà retirée.", code="closed")
        standing.closed_at = at
        standing.save(update_fields=["closed_at"])
        Match.objects.waiting().filter(resource=standing).update(
            accepted=False, decided_at=at, decided_by=by, motive="La ressource n’est plus disponible."
        )
    return standing
