"""Before the signature: invite, hand over to the representative, announce a deliberation."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from alliance.lib.errors import Conflict
from charter.actions.noting import owe_letter
from charter.actions.perimeter import require_perimeter
from charter.actions.refusals import wrong
from charter.models import CharterVersion, Deliberation, Mandate, Signature, Transmission
from charter.models.evidence import Fact, Kind, note_all
from partners.models import Membership, Organisation, User

QUIET = timedelta(hours=24)
FARTHEST = timedelta(days=366)
REMINDER_HOUR = time(8)


def representatives(organisation: Organisation, on: date):
    """The persons who may sign, or who are meant to: a verified mandate that runs, or the role of signatory."""
    named = Membership.objects.live(on).filter(organisation=organisation, role=Membership.Role.SIGNATORY)
    mandated = Mandate.objects.valid(on).filter(organisation=organisation)
    here = Membership.objects.live(on).filter(organisation=organisation)
    return User.objects.filter(
        Q(pk__in=named.values("user")) | Q(pk__in=mandated.values("person")) & Q(pk__in=here.values("user")),
        is_active=True,
    ).order_by("full_name", "email")


def transmit(
    *, organisation: Organisation, version: CharterVersion, sender: User, at: datetime | None = None
) -> list[Transmission]:
    """Write to every representative but the sender, each once a day at most.

    Raises Conflict "already_signed", "no_representative", "already_transmitted".
    """
    at = at or timezone.now()
    with transaction.atomic():
        organisation = _unsigned(organisation, version)
        recipients = list(representatives(organisation, timezone.localdate(at)).exclude(pk=sender.pk))
        if not recipients:
            raise Conflict(
                "Personne d’autre n’est désigné pour signer au nom de votre organisation.", code="no_representative"
            )
        recent = Transmission.objects.filter(organisation=organisation, version=version, sent_at__gt=at - QUIET)
        told = set(recent.values_list("recipient", flat=True))
        sent = [
            Transmission.objects.create(organisation=organisation, version=version, sender=sender, recipient=recipient)
            for recipient in recipients
            if recipient.pk not in told
        ]
        if not sent:
            raise Conflict("La charte a déjà été transmise depuis moins d’un jour.", code="already_transmitted")
        facts = [fact for transmission in sent for fact in _transmitted(transmission)]
        note_all(organisation=organisation, version=version, facts=facts)
    return sent


def announce_deliberation(
    *, organisation: Organisation, version: CharterVersion, by: User, meets_on: date, at: datetime | None = None
) -> Deliberation:
    """Keep the day when the organisation decides, and remind on that morning. A new day replaces the former.

    Raises Conflict "already_signed"; ValidationError on "meets_on".
    """
    at = at or timezone.now()
    today = timezone.localdate(at)
    if meets_on < today:
        raise wrong("meets_on", "Cette date est passée.", "past")
    if meets_on > today + FARTHEST:
        raise wrong("meets_on", "Donnez une date dans l’année qui vient.", "too_far")
    with transaction.atomic():
        organisation = _unsigned(organisation, version)
        deliberation = Deliberation.objects.filter(organisation=organisation, version=version).first()
        if deliberation and (deliberation.meets_on, deliberation.announced_by_id) == (meets_on, by.pk):
            return deliberation
        deliberation, _ = Deliberation.objects.update_or_create(
            organisation=organisation, version=version, defaults={"announced_by": by, "meets_on": meets_on}
        )
        morning = timezone.make_aware(datetime.combine(meets_on, REMINDER_HOUR))
        letter = owe_letter(
            "charter.send_deliberation_reminder", deliberation.pk, meets_on.isoformat(),
            letter="deliberation", to=by, due_at=max(morning, at),
        )  # fmt: skip
        announced = Fact(Kind.DELIBERATION_ANNOUNCED, by, at=at, details={"meets_on": meets_on.isoformat()})
        note_all(organisation=organisation, version=version, facts=[announced, letter])
    return deliberation


def invite_to_sign(
    *, organisation: Organisation, version: CharterVersion, by: User, at: datetime | None = None
) -> list[User]:
    """Write to every representative of an organisation that has not signed.

    Raises Conflict "already_signed", "no_representative"; PermissionDenied outside the perimeter.
    """
    at = at or timezone.now()
    require_perimeter(by, organisation)
    with transaction.atomic():
        organisation = _unsigned(organisation, version)
        invited = list(representatives(organisation, timezone.localdate(at)))
        if not invited:
            raise Conflict(
                "Cette organisation n’a pas de représentant habilité : désignez-en un d’abord.",
                code="no_representative",
            )
        facts = [fact for person in invited for fact in _invited(organisation, version, person, by, at)]
        note_all(organisation=organisation, version=version, facts=facts)
    return invited


def _invited(organisation: Organisation, version: CharterVersion, person: User, by: User, at: datetime) -> list[Fact]:
    ids = (organisation.pk, version.pk, person.pk)
    letter = owe_letter("charter.send_invitation", *ids, letter="invitation", to=person, at=at)
    return [Fact(Kind.INVITED, person, at=at, private={"by": str(by)}), letter]


def _transmitted(transmission: Transmission) -> list[Fact]:
    recipient = transmission.recipient
    letter = owe_letter("charter.send_transmission", transmission.pk, letter="transmission", to=recipient)
    return [Fact(Kind.TRANSMITTED, transmission.sender, private={"recipient": str(recipient)}), letter]


def _unsigned(organisation: Organisation, version: CharterVersion) -> Organisation:
    """The organisation, its row locked, when it has no live signature of ``version``."""
    organisation = Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=organisation.pk)
    if Signature.objects.answering(version).filter(organisation=organisation).exists():
        raise Conflict("Cette organisation a déjà signé cette version.", code="already_signed")
    return organisation
