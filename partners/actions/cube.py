"""The counted cells of projects: what triggers cannot do, because days pass and changes pile up."""

from datetime import date

from django.db import connection, transaction

from alliance.lib.db import try_lock
from partners.models import ProjectChange, ProjectCube
from partners.models.project import FRESH_MONTHS, STALE_MONTHS, months_before

MANY_CHANGES = 2_000


def recount_projects(today: date, *, at_least: int = MANY_CHANGES) -> bool:
    """Count again when the cells are of another day, or when ``at_least`` changes wait beside them.

    Whatever is in the cells, readers find exact figures: counting only makes them quicker to find.
    """
    with transaction.atomic():
        if not try_lock("count projects"):
            return False
        on = days(today)
        is_of_today = ProjectCube.objects.filter(six=on[0], twelve=on[1]).exists()
        if is_of_today and not ProjectChange.objects.all()[at_least - 1 : at_least].exists():
            return False
        with connection.cursor() as cursor:
            cursor.execute("SELECT partners_count_projects(%s, %s)", on)
    return True


def index_projects(today: date) -> None:
    """Index every published project, for rows that were written without triggers, then count them."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT partners_index_projects()")
        cursor.execute("SELECT partners_count_projects(%s, %s)", days(today))


def days(today: date) -> tuple[date, date]:
    """Confirmed after the first, stale before the second."""
    return months_before(today, FRESH_MONTHS), months_before(today, STALE_MONTHS)
