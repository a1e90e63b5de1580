"""Somebody leaves an organisation: every role ends on a day, and what they looked after passes to a colleague."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from alliance.lib.changes import because
from alliance.lib.errors import Conflict, conflict_on
from partners.actions.people import LAST_ADMINISTRATOR, may_manage_team
from partners.models import Agreement, AgreementAction, ApiToken, Membership, Organisation, Project, ProjectDraft, User

Role = Membership.Role


@dataclass(frozen=True)
class Luggage:
    """What a person looks after in an organisation, counted."""

    projects: int
    agreements: int
    actions: int
    drafts: int
    administers: bool
    alone: bool

    @property
    def is_empty(self) -> bool:
        return not (self.projects or self.agreements or self.actions or self.drafts)


def belongings(person: User, organisation: Organisation) -> dict:
    """The rows that pass to a colleague, by name."""
    return {
        "projects": Project.objects.filter(lead=organisation, submitted_by=person),
        "agreements": Agreement.objects.filter(organisation=organisation, partner_referent=person),
        "actions": AgreementAction.objects.filter(
            agreement__organisation=organisation, owner=person, done_at__isnull=True
        ),
        "drafts": ProjectDraft.objects.filter(organisation=organisation, author=person),
    }


def luggage_of(person: User, organisation: Organisation) -> Luggage:
    administrators = Membership.objects.live().filter(
        organisation=organisation, role=Role.ADMINISTRATOR, user__is_active=True
    )
    held = set(administrators.values_list("user", flat=True))
    counts = {name: rows.count() for name, rows in belongings(person, organisation).items()}
    return Luggage(**counts, administers=person.pk in held, alone=held == {person.pk})


def colleagues_of(person: User, organisation: Organisation):
    """Who may take over: active people of the organisation who do more than read."""
    writers = [Role.ADMINISTRATOR, Role.SIGNATORY, Role.CONTRIBUTOR]
    live = Membership.objects.live().filter(organisation=organisation, role__in=writers)
    return User.objects.filter(pk__in=live.values("user"), is_active=True).exclude(pk=person.pk)


def may_send_away(user: User, person: User, organisation: Organisation) -> bool:
    return user.pk == person.pk or may_manage_team(user, organisation)


def leave_organisation(
    *, person: User, organisation: Organisation, by: User, at: datetime, successor: User | None = None
) -> int:
    """End every role of ``person``, and pass what they look after to ``successor``; how many roles ended.

    The successor of the last administrator becomes one. Raises Conflict "gone", "last_administrator";
    ValidationError "successor" when somebody has to take over, or when a stranger would; PermissionDenied.
    """
    with conflict_on("membership_last_administrator", LAST_ADMINISTRATOR, code="last_administrator"):
        organisation = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
        if not may_send_away(by, person, organisation):
            raise PermissionDenied
        live = Membership.objects.live().filter(user=person, organisation=organisation)
        if not live.exists():
            raise Conflict("Cette personne n’agit plus pour cette organisation.", code="gone")
        luggage = luggage_of(person, organisation)
        _check(successor, person, organisation, luggage)
        with because(by, f"Départ de la personne n° {person.pk}"):
            if successor:
                _pass_on(person, successor, organisation, luggage)
            ApiToken.objects.live(at).filter(user=person, organisation=organisation).update(revoked_at=at)
            return live.update(ends_on=timezone.localdate(at), ended_at=at)


def _check(successor: User | None, person: User, organisation: Organisation, luggage: Luggage) -> None:
    if successor is None:
        if not luggage.is_empty and colleagues_of(person, organisation).exists():
            raise ValidationError("Choisissez qui prend la suite.", code="successor")
    elif not colleagues_of(person, organisation).filter(pk=successor.pk).exists():
        raise ValidationError("Choisissez une personne de l’organisation.", code="successor")


def _pass_on(person: User, successor: User, organisation: Organisation, luggage: Luggage) -> None:
    """A draft on which the successor has begun already stays apart: each keeps its own address."""
    for name, column in (("agreements", "partner_referent"), ("actions", "owner"), ("drafts", "author")):
        belongings(person, organisation)[name].update(**{column: successor})
    belongings(person, organisation)["projects"].update(submitted_by=successor)
    if luggage.administers and luggage.alone:
        key = {"user": successor, "organisation": organisation, "role": Role.ADMINISTRATOR}
        Membership.objects.get_or_create(**key, ends_on=None)
