"""What a project asks today of the organisation that leads it."""

from datetime import date

from django.db.models import Case, F, IntegerChoices, IntegerField, Q, QuerySet, Value, When

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
    """Each with its ``upkeep`` on a day; the most urgent first, then those that were left alone longest."""
    running = Q(moderation="published", state__in=RUNNING)
    upkeep = Case(
        When(moderation__in=["returned", "draft"], then=Value(Upkeep.COMPLETE.value)),
        When(moderation="submitted", then=Value(Upkeep.AWAITED.value)),
        When(running & Q(confirmed_on__lte=months_before(on, FRESH_MONTHS)), then=Value(Upkeep.CONFIRM.value)),
        When(running, then=Value(Upkeep.FRESH.value)),
        default=Value(Upkeep.ENDED.value),
        output_field=IntegerField(),
    )
    return projects.annotate(upkeep=upkeep).order_by("upkeep", F("confirmed_on").asc(), "pk")
