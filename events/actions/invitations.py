"""Invitations: choose, see the exact list, send it, stop it. What leaves is what was shown, or nothing leaves."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower

from alliance import outbox
from alliance.lib.errors import Conflict, conflict_on
from events.models import Convention, Guest, InvitationRound, Registration
from events.models.invitation import Aside
from partners.models import Bounce, MailRefusal, Membership, Organisation, User
from partners.models.mailing import MailKind

Reach, State = InvitationRound.Reach, InvitationRound.State
CHANGED = "La liste a changé depuis que vous l’avez lue : relisez qui serait invité maintenant."
OVER = "Cette rencontre n’est plus à venir : on n’y invite plus."
MINUTE = timedelta(minutes=1)
TYPED = {"reach", "words", "roles"}


def draft_round(
    *, convention: Convention, reach: str, roles: Iterable[str], words: str, expires_at: datetime, by: User,
    at: datetime, organisation=None, region=None, department=None, draft: InvitationRound | None = None,
) -> InvitationRound:  # fmt: skip
    """Write the choice, or write it anew, and list whom it reaches.

    Raises ValidationError, Conflict: "not_draft", "past".
    """
    with transaction.atomic():
        convention = Convention.objects.locked(convention.pk)
        if convention.state == Convention.State.CANCELLED or convention.starts_at <= at:
            raise Conflict(OVER, code="past")
        if draft is None:
            draft = InvitationRound(convention=convention, prepared_by=by)
        elif draft.state != State.DRAFT:
            raise Conflict("Ces invitations sont déjà parties : leur liste ne change plus.", code="not_draft")
        if not at < expires_at <= convention.starts_at:
            raise ValidationError({"expires_at": "Choisissez un moment à venir, avant le début de la rencontre."})
        draft.reach, draft.roles, draft.words, draft.expires_at = reach, sorted(set(roles)), words.strip(), expires_at
        draft.organisation, draft.region, draft.department = organisation, region, department
        draft.full_clean(exclude={"prepared_by", "digest"})
        draft.save()
        _list(draft)
    return draft


def list_again(*, draft: InvitationRound) -> InvitationRound:
    """The list as it would be now. Raises Conflict: "not_draft"."""
    with transaction.atomic():
        draft = _locked(draft)
        if draft.state != State.DRAFT:
            raise Conflict("Ces invitations sont déjà parties.", code="not_draft")
        _list(draft)
    return draft


def send_round(*, draft: InvitationRound, shown: str, by: User, at: datetime) -> InvitationRound:
    """Invite exactly the list of the digest ``shown``. A second call changes nothing.

    Letters leave by so many a minute, each owed with its moment. Raises Conflict: "changed", "nobody", "past".
    """
    with conflict_on("guest_invited_once", CHANGED, code="changed"):
        draft = _locked(draft)
        if draft.state != State.DRAFT:
            return draft
        if draft.expires_at <= at or draft.convention.state == Convention.State.CANCELLED:
            raise Conflict(OVER, code="past")
        if not draft.digest or draft.digest != shown or digest(draft, chosen(draft)) != shown:
            raise Conflict(CHANGED, code="changed")
        keys = list(draft.guests.filter(aside="").order_by("pk").values_list("pk", flat=True))
        if not keys:
            raise Conflict("Personne n’est à inviter sur cette liste.", code="nobody")
        draft.state, draft.confirmed_by, draft.confirmed_at = State.SENT, by, at
        draft.save(update_fields=["state", "confirmed_by", "confirmed_at"])
        draft.guests.filter(aside="").update(invited_at=at)
        for place, key in enumerate(keys):
            outbox.owe("events.send_invitation", key, due_at=at + place // settings.MAILING_PER_MINUTE * MINUTE)
    return draft


def stop_round(*, sent: InvitationRound) -> InvitationRound:
    """What has not left does not leave, links that left no longer register. Raises Conflict: "not_sent"."""
    with transaction.atomic():
        sent = _locked(sent)
        if sent.state != State.SENT:
            raise Conflict("Ces invitations ne sont pas en cours.", code="not_sent")
        sent.state = State.STOPPED
        sent.save(update_fields=["state"])
    return sent


def extend_round(*, sent: InvitationRound, expires_at: datetime, at: datetime) -> InvitationRound:
    """Leave more time to answer; links that had expired count again. Never less: letters told the former term.

    Raises ValidationError "expires_at", Conflict: "not_sent", "past".
    """
    with transaction.atomic():
        sent = _locked(sent)
        if sent.state != State.SENT:
            raise Conflict("Ces invitations ne sont pas en cours.", code="not_sent")
        if sent.convention.state == Convention.State.CANCELLED or sent.convention.starts_at <= at:
            raise Conflict(OVER, code="past")
        if not max(at, sent.expires_at) < expires_at <= sent.convention.starts_at:
            message = "Choisissez un moment après le terme actuel, avant le début de la rencontre."
            raise ValidationError({"expires_at": message})
        sent.expires_at = expires_at
        sent.save(update_fields=["expires_at"])
    return sent


def drop_round(*, draft: InvitationRound) -> None:
    """A draft that will never leave. Raises Conflict: "not_draft"."""
    with transaction.atomic():
        draft = _locked(draft)
        if draft.state != State.DRAFT:
            raise Conflict("Ces invitations sont déjà parties.", code="not_draft")
        draft.guests.all().delete()
        draft.delete()


def _locked(each: InvitationRound) -> InvitationRound:
    Convention.objects.locked(each.convention_id)
    return InvitationRound.objects.select_related("convention", "organisation", "prepared_by").get(pk=each.pk)


def organisations_of(draft: InvitationRound) -> QuerySet:
    """Those that the choice reaches, within what the agent who prepared it may write."""
    rows = Organisation.objects.writable_by(draft.prepared_by)
    if draft.reach == Reach.NETWORK:
        return rows.within([draft.organisation_id])
    aims = {
        Reach.ORGANISATION: {"pk": draft.organisation_id},
        Reach.REGION: {"region": draft.region_id},
        Reach.DEPARTMENT: {"department": draft.department_id},
    }
    return rows.filter(**aims[draft.reach]) if draft.reach in aims else rows.none()


def chosen(draft: InvitationRound) -> list[Guest]:
    """Everybody whom the choice reaches, not written, each address once; six queries however many they are."""
    organisations = organisations_of(draft)
    held: dict[int, dict[int, User]] = {
        pk: {} for pk in organisations.order_by("search_name", "pk").values_list("pk", flat=True)
    }
    rows = Membership.objects.live().filter(organisation__in=organisations.order_by().values("pk"))
    rows = rows.filter(role__in=draft.roles)
    for membership in rows.select_related("user").order_by("user__email", "pk"):
        held.setdefault(membership.organisation_id, {})[membership.user_id] = membership.user
    known, listed, found = _known(draft.convention), set(), []
    for key, people in held.items():
        if not people:
            found.append(Guest(organisation_id=key, aside=Aside.NOBODY))
        for person in people.values():
            guest = _guest(key, person, known, listed)
            listed.add(guest.email)
            found.append(guest)
    for guest in found:
        guest.round, guest.convention = draft, draft.convention
    return found


def _known(convention: Convention) -> dict[str, set]:
    """Why an address, or a person, is set apart."""
    live = Registration.objects.live().filter(convention=convention)
    guests = Guest.objects.invited().filter(convention=convention)
    return {
        Aside.DECLINED: set(MailRefusal.objects.filter(kind=MailKind.INVITATION).values_list("person", flat=True)),
        Aside.BOUNCED: set(Bounce.objects.open().values_list("address", flat=True)),
        Aside.REGISTERED: set(live.values_list(Lower("attendee__email"), flat=True)),
        Aside.INVITED: set(guests.values_list(Lower("email"), flat=True)),
    }


def _guest(organisation_id: int, person: User, known: dict[str, set], listed: set[str]) -> Guest:
    email = person.email.strip().lower()
    reasons = {
        Aside.INACTIVE: not person.is_active,
        Aside.REGISTERED: email in known[Aside.REGISTERED],
        Aside.INVITED: email in known[Aside.INVITED],
        Aside.DECLINED: person.pk in known[Aside.DECLINED],
        Aside.BOUNCED: email in known[Aside.BOUNCED],
        Aside.TWICE: email in listed,
    }
    aside = next((reason for reason, holds in reasons.items() if holds), "")
    return Guest(organisation_id=organisation_id, person=person, name=person.full_name, email=email, aside=aside)


def digest(draft: InvitationRound, guests: list[Guest]) -> str:
    told = [draft.words, str(draft.expires_at.timestamp())]
    told += sorted(f"{guest.organisation_id} {guest.person_id} {guest.email} {guest.aside}" for guest in guests)
    return hashlib.sha256("\x00".join(told).encode()).hexdigest()


def _list(draft: InvitationRound) -> None:
    guests = chosen(draft)
    draft.guests.all().delete()
    Guest.objects.bulk_create(guests, batch_size=1000)
    draft.digest = digest(draft, guests)
    draft.save(update_fields=["digest"])
