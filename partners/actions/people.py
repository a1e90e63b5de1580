"""Who may sign in, and for which organisation: invitations, ends, and the staff of La Poste."""

import uuid
from collections.abc import Iterable

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from alliance import outbox
from alliance.lib.changes import because
from alliance.lib.errors import Conflict, conflict_on
from alliance.proof import journal
from partners.models import Membership, Organisation, Region, StaffPerimeter, User

Role = Membership.Role
LAST_ADMINISTRATOR = "Personne d’autre n’administre cette organisation : donnez d’abord ce rôle à quelqu’un d’autre."


def create_person(*, email: str, full_name: str = "", password: str | None = None, **fields) -> User:
    """A person who may sign in with a code sent to ``email``, which counts as verified: only its reader gets the code.

    Raises Conflict "exists".
    """
    email = email.strip().lower()
    validate_email(email)
    with conflict_on("user_email_once", "Une personne utilise déjà cette adresse électronique.", code="exists"):
        person = get_user_model().objects.create_user(email, password, full_name=full_name.strip(), **fields)
        EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def find_or_create_person(*, email: str, full_name: str) -> User:
    """The person of this address, created when nobody has it. Raises Conflict "inactive" for a closed account."""
    person = User.objects.filter(email__iexact=email.strip()).first()
    if person is None:
        return create_person(email=email, full_name=full_name)
    if not person.is_active:
        raise Conflict("Le compte de cette personne est fermé : écrivez à l’équipe nationale.", code="inactive")
    return person


def may_manage_team(user: User, organisation: Organisation) -> bool:
    """Its administrators, and the agents who may write in it."""
    if user.is_staff and Organisation.objects.writable_by(user).filter(pk=organisation.pk).exists():
        return True
    return Role.ADMINISTRATOR in user.roles_in(organisation)


def attach_member(
    *, organisation: Organisation, email: str, full_name: str, role: str, by: User, job_title: str = ""
) -> Membership:
    """Attach at once a person whom an agent vouches for (a list of contacts), with an account, and write to them.

    The name of somebody who has an account already stays as it is. Raises Conflict "already_member", "inactive".
    """
    if not may_manage_team(by, organisation):
        raise PermissionDenied
    sentence = "Cette personne a déjà ce rôle dans cette organisation."
    with conflict_on("membership_live_once", sentence, code="already_member"):
        person = find_or_create_person(email=email, full_name=full_name)
        membership = Membership(user=person, organisation=organisation, role=role, job_title=job_title.strip())
        membership.full_clean(validate_unique=False, validate_constraints=False)
        membership.save()
        outbox.owe("partners.send_invitation", membership.pk, by.pk)
    return membership


def end_membership(*, membership: Membership, by: User, motive: str = "") -> Membership:
    """End it at once. Concurrent ends queue on the organisation's row, so that two cannot leave it without any.

    ``motive`` is kept in the history of the attachment.

    Raises Conflict "ended", "last_administrator" (held by a trigger, whatever writes).
    """
    with conflict_on("membership_last_administrator", LAST_ADMINISTRATOR, code="last_administrator"):
        organisation = Organisation.objects.select_for_update(of=("self",)).get(pk=membership.organisation_id)
        if not may_manage_team(by, organisation):
            raise PermissionDenied
        membership = Membership.objects.live().filter(pk=membership.pk).first()
        if membership is None:
            raise Conflict("Ce rattachement est déjà terminé.", code="ended")
        now = timezone.now()
        membership.ends_on, membership.ended_at = timezone.localdate(now), now
        with because(by, motive):
            membership.save(update_fields=["ends_on", "ended_at"])
    return membership


def invite_staff(
    *, email: str, full_name: str, by: User, national: bool = False, regions: Iterable[Region] = (), job_title: str = ""
) -> User:
    """An agent of La Poste and their perimeter, given by the national team. They set a second factor up on arrival.

    Raises Conflict "already_staff", "inactive"; ValidationError without a perimeter.
    """
    if not by.is_national:
        raise PermissionDenied
    regions = list(regions)
    if national == bool(regions):
        raise ValidationError("Choisissez l’équipe nationale, ou une région au moins.", code="perimeter")
    with transaction.atomic():
        person = find_or_create_person(email=email, full_name=full_name)
        if person.is_staff:
            raise Conflict("Cette personne est déjà agent de La Poste.", code="already_staff")
        person.is_staff = True
        person.save(update_fields=["is_staff"])
        perimeter, _ = StaffPerimeter.objects.update_or_create(
            user=person, defaults={"national": national, "job_title": job_title.strip()}
        )
        perimeter.regions.set(regions)
        outbox.owe("partners.send_staff_invitation", person.pk, by.pk)
    return person


def end_staff(*, user: User, by: User) -> User:
    """Take the perimeter and the back office away, and close the sessions. Raises Conflict "not_staff", "self"."""
    if not by.is_national:
        raise PermissionDenied
    if by.pk == user.pk:
        raise Conflict("Une autre personne de l’équipe nationale doit fermer votre accès.", code="self")
    with transaction.atomic():
        person = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        if not person.is_staff:
            raise Conflict("Cette personne n’est pas agent de La Poste.", code="not_staff")
        person.is_staff = person.is_superuser = False
        person.save(update_fields=["is_staff", "is_superuser"])
        StaffPerimeter.objects.filter(user=person).delete()
        end_sessions(person)
    return person


def reset_second_factor(*, user: User, by: User) -> User:
    """Forget every factor of an agent who lost theirs: a second administrator's act, journaled and told by mail.

    Raises Conflict "self", "no_factor".
    """
    if not by.is_national:
        raise PermissionDenied
    if by.pk == user.pk:
        raise Conflict("Une autre personne de l’équipe nationale doit réinitialiser votre second facteur.", code="self")
    with transaction.atomic():
        deleted, _ = Authenticator.objects.filter(user=user).delete()
        if not deleted:
            raise Conflict("Cette personne n’a pas de second facteur.", code="no_factor")
        end_sessions(user)
        outbox.owe("partners.send_second_factor_reset", user.pk)
        journal.append(
            kind="second_factor_reset",
            subject=str(uuid.uuid4()),
            personal={"person": user.email, "reset_by": by.email},
        )
    return user


def end_sessions(user: User) -> None:
    """Sign ``user`` out everywhere. Reads every live session: for rare acts."""
    number = str(user.pk)
    live = Session.objects.filter(expire_date__gt=timezone.now())
    keys = [
        session.session_key
        for session in live.iterator(chunk_size=500)
        if session.get_decoded().get("_auth_user_id") == number
    ]
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=user).delete()


def set_totp(user: User, secret: str) -> None:
    """Give ``user`` this base-32 secret for the codes of an application, in place of any earlier one."""
    Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()
    TOTP.activate(user, secret)
