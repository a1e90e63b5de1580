"""What happens to an agreement as a whole: put in force, ended. Nothing flips silently."""

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from alliance import outbox
from alliance.lib.errors import Conflict, conflict_on
from partners.models import Agreement, AgreementEvent, AgreementVersion, Membership, User
from partners.models.agreement_signing import Side
from partners.models.agreement_version import OPEN, Stage
from partners.models.message import delegates_of, national_team

Event = AgreementEvent.Kind
State = Agreement.State
WRITERS = {"administrator", "signatory", "contributor"}
OVERLAP = "Cette période chevauche une autre période du même accord : changez les dates."


def locked(agreement: Agreement | int, by: User, side: str = Side.POSTE) -> Agreement:
    """The agreement, its row locked: every act of its life queues there.

    PermissionDenied for agents outside the perimeter, and for partners who may not write for the organisation.
    """
    pk = agreement if isinstance(agreement, int) else agreement.pk
    if side == Side.POSTE:
        allowed = Agreement.objects.writable_by(by).filter(pk=pk).exists()
    else:
        shown = Agreement.objects.filter(pk=pk, shared_at__isnull=False).select_related("organisation").first()
        allowed = shown is not None and bool(WRITERS & by.roles_in(shown.organisation))
    if not allowed:
        raise PermissionDenied
    return Agreement.objects.select_for_update(of=("self",)).get(pk=pk)


def note(
    agreement: Agreement, kind: Event, by: User | None, *, what: str = "", motive: str = "", internal: bool = False
) -> AgreementEvent:
    """A line of its life, in the transaction of the act."""
    return AgreementEvent.objects.create(
        agreement=agreement, kind=kind, by=by, at=timezone.now(), what=what, motive=motive, internal=internal
    )


def people_of(agreement: Agreement, side: str) -> list[User]:
    """Whom one writes to: the referent of that side, else those who answer for it."""
    if side == Side.POSTE:
        if agreement.referent and agreement.referent.is_active and agreement.referent.is_staff:
            return [agreement.referent]
        region = agreement.organisation.region
        return list((region and delegates_of(region)) or national_team())
    here = Membership.objects.live().filter(organisation=agreement.organisation_id, user__is_active=True)
    if here.filter(user=agreement.partner_referent_id).exists():
        return [agreement.partner_referent]
    answering = here.filter(role__in=["administrator", "signatory"]).values("user")
    return list(User.objects.filter(pk__in=answering).order_by("pk"))


def tell(event: AgreementEvent, *sides: str) -> None:
    """Owe one letter to each person of these sides, except whoever did it."""
    told = {person.pk for side in sides for person in people_of(event.agreement, side)} - {event.by_id}
    for pk in sorted(told):
        outbox.owe("partners.send_agreement_news", event.pk, pk)


def activate_agreement(*, version: AgreementVersion, by: User) -> AgreementVersion:
    """Put a signed version in force, for the period that it says; the one before ends the day before.

    Raises Conflict "not_signed", "no_start", "overlap".
    """
    with conflict_on("agreement_periods_apart", OVERLAP, code="overlap"):
        agreement = locked(version.agreement_id, by)
        version = AgreementVersion.objects.get(pk=version.pk)
        if version.stage != Stage.SIGNED:
            raise Conflict("Seule une version signée par tous peut être mise en vigueur.", code="not_signed")
        if version.starts_on is None:
            raise Conflict("Cette version ne dit pas quand elle commence.", code="no_start")
        if version.kind == AgreementVersion.Kind.AMENDMENT:
            _cut(agreement, version.starts_on - timedelta(days=1))
        version.stage, version.activated_at, version.activated_by = Stage.ACTIVE, timezone.now(), by
        version.runs_from, version.runs_until = version.starts_on, version.ends_on
        version.save()
        agreement.refresh_from_db(fields=["starts_on", "ends_on"])
        agreement.state = State.ACTIVE
        agreement.save(update_fields=["state", "updated_at"])
        tell(note(agreement, Event.ACTIVATED, by, what=version.label), Side.PARTNER)
    return version


def _cut(agreement: Agreement, last: date) -> None:
    """What runs on the day after ``last`` ends with ``last``; a version that would lose all its days overlaps."""
    running = AgreementVersion.objects.in_force(last + timedelta(days=1)).filter(agreement=agreement).first()
    if running is None:
        return
    if running.runs_from > last:
        raise Conflict(OVERLAP, code="overlap")
    running.runs_until = last
    running.save(update_fields=["runs_until", "updated_at"])


@transaction.atomic
def end_agreement(*, agreement: Agreement, by: User, motive: str, on: date | None = None) -> Agreement:
    """End it, with the reason: on its term when that is past, else ``on`` (today by default, never later).

    What was in preparation is dropped, and so is what was to run afterwards. Raises Conflict "not_active",
    "future_end", "before_start".
    """
    agreement = locked(agreement, by)
    if agreement.state != State.ACTIVE:
        raise Conflict("Seul un accord en vigueur peut prendre fin.", code="not_active")
    today = timezone.localdate()
    last = on or (agreement.ends_on if agreement.is_due(today) else today)
    if last > today:
        raise Conflict("La fin ne peut pas être à venir : pour avancer le terme, ouvrez un avenant.", code="future_end")
    if last < agreement.starts_on:
        raise Conflict("L’accord n’a pas encore commencé ce jour-là.", code="before_start")
    versions = AgreementVersion.objects.filter(agreement=agreement)
    versions.filter(stage__in=OPEN).update(stage=Stage.DROPPED)
    versions.filter(stage=Stage.ACTIVE, runs_from__gt=last).update(stage=Stage.DROPPED, runs_from=None, runs_until=None)
    for version in versions.in_force(last):
        version.runs_until = last
        version.save(update_fields=["runs_until", "updated_at"])
    agreement.refresh_from_db(fields=["starts_on", "ends_on"])
    agreement.state = State.ENDED
    agreement.save(update_fields=["state", "updated_at"])
    tell(note(agreement, Event.ENDED, by, motive=motive), Side.PARTNER)
    return agreement
