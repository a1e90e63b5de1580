"""What waits too long for moderation: the région's agents are told after 7 days, the national team after 14."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Coalesce

from alliance import outbox
from partners.models import Organisation, Project, ProposedChange

STAGES = (14, 7)


@transaction.atomic
def escalate(*, at: datetime) -> int:
    """Owe one letter for each région, and one for the national team; the number of letters.

    Each thing is told once at each stage: the stage reached is written in the same transaction as the debt.
    """
    letters = 0
    for days in STAGES:
        before = at - timedelta(days=days)
        groups: dict[str | None, dict[str, list[int]]] = defaultdict(lambda: {"projects": [], "changes": []})
        for project in _projects(before, days):
            groups[_told(project.region_id, days)]["projects"].append(project.pk)
        for change in _changes(before, days):
            groups[_told(_region_of(change), days)]["changes"].append(change.pk)
        for region, found in sorted(groups.items(), key=lambda group: group[0] or ""):
            outbox.owe("partners.send_moderation_reminder", region, days, found["projects"], found["changes"])
            Project.objects.filter(pk__in=found["projects"]).update(escalated_days=days)
            ProposedChange.objects.filter(pk__in=found["changes"]).update(escalated_days=days)
            letters += 1
    return letters


def _told(region: str | None, days: int) -> str | None:
    """The région whose agents are told; None for the national team."""
    return region if days == min(STAGES) else None


def _region_of(change: ProposedChange) -> str | None:
    if change.project:
        return change.project.region_id
    return None if change.organisation.kind == Organisation.Kind.NETWORK else change.organisation.region_id


def _projects(before: datetime, days: int):
    rows = Project.objects.filter(moderation="submitted", escalated_days__lt=days)
    rows = rows.annotate(since=Coalesce("submitted_at", "updated_at")).filter(since__lte=before)
    return rows.select_for_update(of=("self",)).only("pk", "region_id").order_by("pk")


def _changes(before: datetime, days: int):
    rows = ProposedChange.objects.waiting().filter(escalated_days__lt=days, proposed_at__lte=before)
    return rows.select_for_update(of=("self",)).select_related("project", "organisation").order_by("pk")
