"""« Voir comme »: begin, note a page, stop."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from alliance.lib.errors import Conflict
from partners.models import Membership, Organisation, User, ViewedPage, Viewing
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
    return _begin(agent, at, motive=motive, person=person)


def begin_viewing_role(*, agent: User, organisation: Organisation, role: str, motive: str, at: datetime) -> Viewing:
    """The same through a role in an organisation, held by somebody or by nobody. Raises PermissionDenied."""
    if not agent.is_national:
        raise PermissionDenied
    return _begin(agent, at, motive=motive, organisation=organisation, role=Membership.Role(role))


def _begin(agent: User, at: datetime, **seen) -> Viewing:
    with transaction.atomic():
        Viewing.objects.filter(agent=agent).running(at).update(ended_at=at)
        return Viewing.objects.create(agent=agent, started_at=at, ends_at=at + LASTS, **seen)


def stand_in(viewing: Viewing) -> User:
    """Somebody who holds the role, for the length of the caller's transaction, which must be undone."""
    someone = User(email=f"vue-{viewing.public_id}@role.invalid", full_name=viewing.get_role_display())
    someone.set_unusable_password()
    someone.save()
    Membership.objects.create(user=someone, organisation=viewing.organisation, role=viewing.role)
    return someone


def note_page(*, viewing: Viewing, path: str, at: datetime) -> None:
    ViewedPage.objects.create(viewing=viewing, path=path[:500], at=at)


def end_viewing(*, viewing: Viewing, at: datetime) -> None:
    """Once; stopping again, or after its end, changes nothing."""
    Viewing.objects.filter(pk=viewing.pk).running(at).update(ended_at=at)
