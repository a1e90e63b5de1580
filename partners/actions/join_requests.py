"""Asking to act for an organisation: its administrators decide, or La Poste's agents when nobody answers."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.text import slugify

from alliance import outbox
from alliance.lib.changes import because
from alliance.lib.errors import Conflict, conflict_on
from partners.actions.people import find_or_create_person, may_manage_team
from partners.models import Commune, JoinRequest, Membership, Organisation, User
from partners.models.arrival import PATIENCE
from partners.models.organisation import RESERVED_SLUGS

State = JoinRequest.State
Role = Membership.Role
ALREADY_MEMBER = "Vous agissez déjà pour cette organisation : connectez-vous."
ALREADY_WAITING = "Votre demande est déjà en attente : un courriel vous dira la réponse."


def organisations_of(number: str) -> QuerySet[Organisation]:
    """Those of the register with this SIRET or SIREN, hidden ones too; without its own, a SIRET finds its SIREN’s."""
    rows = Organisation.objects.filter(absorbed_into__isnull=True).defer("search")
    exact = rows.filter(siret=number) if len(number) == 14 else rows.none()
    return exact if exact.exists() else rows.filter(Q(siren=number[:9]) | Q(siret__startswith=number[:9]))


def ask_to_join(
    *,
    email: str,
    full_name: str,
    at: datetime,
    organisation: Organisation | None = None,
    number: str = "",
    name: str = "",
    commune: Commune | None = None,
    job_title: str = "",
    message: str = "",
    by: User | None = None,
) -> JoinRequest:
    """Somebody signed in asks at once; for anybody else the owner of ``email`` confirms first, and nobody is told.

    Without ``organisation``, ``number`` and ``name`` propose one; when the register holds exactly one of that number,
    hidden from the public, the request is for it. Raises Conflict "already_member", "already_waiting" (signed in only).
    """
    known = organisation or _only(number)
    asked = JoinRequest(organisation=known, number=number, name=name.strip(), commune=commune, asked_at=at)
    asked.email, asked.full_name = (by.email if by else email).strip().lower(), full_name.strip()
    asked.job_title, asked.message = job_title.strip(), message.strip()
    asked.full_clean(validate_unique=False, validate_constraints=False)
    with transaction.atomic():
        asked.save()
        if by is None:
            outbox.owe("partners.send_join_confirmation", asked.pk)
        else:
            confirm_join_request(join_request=asked, at=at)
    asked.refresh_from_db()
    return asked


def _only(number: str) -> Organisation | None:
    found = list(organisations_of(number)[:2]) if number else []
    return found[0] if len(found) == 1 else None


def confirm_join_request(*, join_request: JoinRequest, at: datetime) -> JoinRequest:
    """The owner of the address wants it: whoever decides is told. Confirmed twice is confirmed once.

    Raises Conflict "already_member", "already_waiting".
    """
    with conflict_on("join_request_waiting_once", ALREADY_WAITING, code="already_waiting"):
        asked = _held(join_request)
        if asked.state != State.UNCONFIRMED:
            return asked
        live = Membership.objects.live().filter(organisation=asked.organisation_id)
        if asked.organisation_id and live.filter(user__email__iexact=asked.email, user__is_active=True).exists():
            raise Conflict(ALREADY_MEMBER, code="already_member")
        managing = live.filter(role=Role.ADMINISTRATOR, user__is_active=True).values_list("user", flat=True)
        managers = sorted(set(managing)) if asked.organisation_id else []
        asked.state, asked.confirmed_at = State.WAITING, at
        asked.escalated_at = None if managers else at
        asked.save(update_fields=["state", "confirmed_at", "escalated_at"])
        for person in managers:
            outbox.owe("partners.send_join_request", asked.pk, person)
        outbox.owe("partners.send_join_request_to_agents", asked.pk)
    return asked


def may_decide(user: User, join_request: JoinRequest) -> bool:
    if user.is_staff and JoinRequest.objects.writable_by(user).filter(pk=join_request.pk).exists():
        return True
    return join_request.organisation is not None and may_manage_team(user, join_request.organisation)


def accept_join_request(
    *, join_request: JoinRequest, by: User, role: str, at: datetime, kind: str = Organisation.Kind.LOCAL
) -> Membership:
    """Attach the person, and write to them. A proposed organisation enters the register, hidden, as one of ``kind``.

    Raises Conflict "decided", "already_member", "inactive"; PermissionDenied.
    """
    with conflict_on("membership_live_once", "Cette personne a déjà ce rôle.", code="already_member"):
        asked = _decided(join_request, by, at, State.ACCEPTED)
        with because(by, f"Demande de rattachement du {asked.asked_at:%d/%m/%Y}"):
            asked.organisation = asked.organisation or _only(asked.number) or _created(asked, kind)
            person = find_or_create_person(email=asked.email, full_name=asked.full_name)
            key = {"user": person, "organisation": asked.organisation, "role": role}
            membership = Membership.objects.create(**key, job_title=asked.job_title)
        asked.save()
        outbox.owe("partners.send_join_decision", asked.pk)
    return membership


def refuse_join_request(*, join_request: JoinRequest, by: User, motive: str, at: datetime) -> JoinRequest:
    """Write to the person why. Raises Conflict "decided"; ValidationError without a motive; PermissionDenied."""
    with transaction.atomic():
        asked = _decided(join_request, by, at, State.REFUSED)
        asked.motive = motive.strip()
        asked.full_clean(validate_unique=False)
        asked.save()
        outbox.owe("partners.send_join_decision", asked.pk)
    return asked


def _held(join_request: JoinRequest) -> JoinRequest:
    return JoinRequest.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=join_request.pk)


def _decided(join_request: JoinRequest, by: User, at: datetime, state: str) -> JoinRequest:
    asked = _held(join_request)
    if not may_decide(by, asked):
        raise PermissionDenied
    if asked.state != State.WAITING:
        raise Conflict("Cette demande a déjà reçu sa réponse.", code="decided")
    asked.state, asked.decided_at, asked.decided_by = state, at, by
    return asked


def _created(asked: JoinRequest, kind: str) -> Organisation:
    base = slugify(asked.name)[:110].strip("-") or "organisation"
    taken = set(RESERVED_SLUGS) | set(Organisation.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    slug = base if base not in taken else next(f"{base}-{n}" for n in range(2, 1000) if f"{base}-{n}" not in taken)
    number = {"siret": asked.number, "siren": asked.number[:9]} if len(asked.number) == 14 else {"siren": asked.number}
    found = Organisation(slug=slug, name=asked.name, kind=kind, commune=asked.commune, is_public=False, **number)
    found.source = "Proposée par une demande de rattachement"
    found.full_clean(exclude=["commune"])
    found.save()
    return found


def escalate_join_requests(*, at: datetime) -> int:
    """Those that no administrator answered in five days become the agents' to decide."""
    late = JoinRequest.objects.waiting().filter(escalated_at__isnull=True, confirmed_at__lte=at - PATIENCE)
    count = 0
    for pk in late.values_list("pk", flat=True):
        with transaction.atomic():
            if late.filter(pk=pk).update(escalated_at=at):
                outbox.owe("partners.send_join_request_to_agents", pk)
                count += 1
    return count
