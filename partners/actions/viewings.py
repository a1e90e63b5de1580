"""« Voir comme »: begin, note a page, stop."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from alliance.lib.errors import Conflict
from partners.models import User, ViewedPage, Viewing
from partners.models.viewing import LASTS


def begin_viewing(*, agent: User, person: User, motive: str, at: datetime) -> Viewing:
    """Let ``agent`` see what ``person`` sees for half an hour; what ran before stops.

    Raises PermissionDenied for who is not of the national team; Conflict "equal_rights": a colleague of the national
    team is not looked through; "closed": the account is.
    """
    if not agent.is_national:
        raise PermissionDenied
    if person == agent or person.is_national or person.is_superuser:
        raise Conflict("On ne regarde pas par les yeux d’un agent de l’équipe nationale.", code="equal_rights")
    if not person.is_active:
        raise Conflict("Ce compte est fermé : cette personne ne voit plus rien.", code="closed")
    with transaction.atomic():
        Viewing.objects.filter(agent=agent).running(at).update(ended_at=at)
        return Viewing.objects.create(agent=agent, person=person, motive=motive, started_at=at, ends_at=at + LASTS)


def note_page(*, viewing: Viewing, path: str, at: datetime) -> None:
    ViewedPage.objects.create(viewing=viewing, path=path[:500], at=at)


def end_viewing(*, viewing: Viewing, at: datetime) -> None:
    """Once; stopping again, or after its end, changes nothing."""
    Viewing.objects.filter(pk=viewing.pk).running(at).update(ended_at=at)
