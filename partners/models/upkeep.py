"""What a project asks today of the organisation that leads it."""

from datetime import date

from django.db.models import Case, DateField, F, IntegerChoices, IntegerField, Q, QuerySet, Value, When

from partners.models.project import FRESH_MONTHS, Project, months_before

RUNNING = (Project.State.IDEA, Project.State.ONGOING)


class Upkeep(IntegerChoices):
    """In the order of a list: what waits for somebody first."""

    COMPLETE = 1, "À compléter"
    CONFIRM = 2, "À confirmer"
    AWAITED = 3, "En attente de publication"
    FRESH = 4, "À jour"
    ENDED = 5, "Terminés et abandonnés"


def by_upkeep(projects: QuerySet, on: date) -> QuerySet:
    """Each with its ``upkeep`` on a day; the most urgent, then the oldest first; the ended, the latest first."""
    running = Q(moderation="published", state__in=RUNNING)
    upkeep = Case(
        When(moderation__in=["returned", "draft"], then=Value(Upkeep.COMPLETE.value)),
        When(moderation="submitted", then=Value(Upkeep.AWAITED.value)),
        When(running & Q(confirmed_on__lte=months_before(on, FRESH_MONTHS)), then=Value(Upkeep.CONFIRM.value)),
        When(running, then=Value(Upkeep.FRESH.value)),
        default=Value(Upkeep.ENDED.value),
        output_field=IntegerField(),
    )
    left_alone_since = Case(When(upkeep=Upkeep.ENDED, then=None), default=F("confirmed_on"), output_field=DateField())
    return projects.annotate(upkeep=upkeep).order_by("upkeep", left_alone_since, "-confirmed_on", "pk")
