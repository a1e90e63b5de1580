"""A re-engagement campaign: prepared and opened by agents of the national team, never by the clock."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from alliance.lib.errors import Conflict, conflict_on
from alliance.lib.french import long_date
from charter.actions.noting import owe_letter
from charter.actions.refusals import wrong
from charter.actions.versions import require_national
from charter.models import Campaign, CharterVersion, Concerned, Mandate, Signature
from charter.models.campaign import family, former_signatories
from charter.models.evidence import Fact, Kind, note_all
from partners.models import Membership, Organisation, User

ALREADY_PREPARED = "Une campagne est déjà préparée ou ouverte pour cette version."
ANOTHER_OPEN = "Une autre campagne est déjà ouverte : closez-la d’abord."
CLOSED = "Cette campagne est close."


def prepare_campaign(
    *,
    version: CharterVersion,
    opens_on: date,
    closes_on: date,
    grace_on: date,
    by: User,
    at: datetime | None = None,
) -> Campaign:
    """Choose the days. Nothing is sent, nobody is concerned yet.

    Raises Conflict "not_published", "not_substantive", "first_version", "already_prepared"; ValidationError by field.
    """
    require_national(by)
    if version.state != CharterVersion.State.PUBLISHED:
        raise Conflict("Publiez d’abord cette version de la charte.", code="not_published")
    if version.kind != CharterVersion.Kind.SUBSTANTIVE:
        raise Conflict("Une version éditoriale reprend les signatures : personne n’a à signer.", code="not_substantive")
    if CharterVersion.objects.before(version) is None:
        raise Conflict("C’est la première version : personne n’est à réengager.", code="first_version")
    check_days(version, opens_on, closes_on, grace_on)
    with conflict_on("campaign_of_version_once", ALREADY_PREPARED, code="already_prepared"):
        return Campaign.objects.create(
            version=version,
            opens_on=opens_on,
            closes_on=closes_on,
            grace_on=grace_on,
            prepared_by=by,
            prepared_at=at or timezone.now(),
        )


def change_campaign(*, campaign: Campaign, opens_on: date, closes_on: date, grace_on: date, by: User) -> Campaign:
    """Other days, as long as it is not open. Raises Conflict "already_open"; ValidationError by field."""
    require_national(by)
    with transaction.atomic():
        campaign = locked(campaign)
        if campaign.opened_at:
            raise Conflict(
                "La campagne est ouverte : ses dates ont été annoncées, elles ne changent plus.", code="already_open"
            )
        check_days(campaign.version, opens_on, closes_on, grace_on)
        campaign.opens_on, campaign.closes_on, campaign.grace_on = opens_on, closes_on, grace_on
        campaign.save(update_fields=["opens_on", "closes_on", "grace_on"])
    return campaign


def check_days(version: CharterVersion, opens_on: date, closes_on: date, grace_on: date) -> None:
    if opens_on < version.effective_on:
        sentence = (
            f"La version prend effet le {long_date(version.effective_on)} : la campagne s’ouvre ce jour-là au plus tôt."
        )
        raise wrong("opens_on", sentence, "before_effect")
    if closes_on < opens_on:
        raise wrong("closes_on", "La campagne se termine avant de s’ouvrir.", "order")
    if grace_on < closes_on:
        raise wrong("grace_on", "Le délai de grâce s’arrête avant la fin de la campagne.", "order")


def open_campaign(*, campaign: Campaign, by: User, at: datetime | None = None) -> Campaign:
    """Freeze who is concerned, and write to their representatives.

    Raises Conflict "already_open", "too_early", "too_late", "not_in_force", "nobody", "another_open".
    """
    require_national(by)
    at = at or timezone.now()
    with conflict_on("campaign_open_once", ANOTHER_OPEN, code="another_open"):
        campaign = locked(campaign)
        version = check_may_open(campaign, timezone.localdate(at))
        concern_signatories(campaign, at)
        if not campaign.concerned.exists():
            raise Conflict("Personne n’est concerné : invitez d’abord une organisation.", code="nobody")
        campaign.opened_at, campaign.opened_by = at, by
        campaign.save(update_fields=["opened_at", "opened_by"])
        answers = Signature.objects.answering(version).filter(organisation=OuterRef("organisation"))
        waiting = campaign.concerned.filter(~Exists(answers)).select_related("organisation")
        invite_all([row.organisation for row in waiting.order_by("organisation_id")], campaign, version, by, at)
    return campaign


def check_may_open(campaign: Campaign, on: date) -> CharterVersion:
    """The version that one signs on that day."""
    if campaign.opened_at:
        raise Conflict("Cette campagne est déjà ouverte.", code="already_open")
    if on < campaign.opens_on:
        raise Conflict(f"La campagne s’ouvre le {long_date(campaign.opens_on)} au plus tôt.", code="too_early")
    if on > campaign.closes_on:
        raise Conflict("Le dernier jour de la campagne est passé : changez d’abord ses dates.", code="too_late")
    return version_to_sign(campaign, on)


def version_to_sign(campaign: Campaign, on: date) -> CharterVersion:
    """The one in force: that of the campaign, or an editorial one that follows it."""
    version = CharterVersion.objects.in_force(on)
    if version is None or version.pk not in family(campaign.version):
        raise Conflict(f"La version {campaign.version.label} n’est pas celle en vigueur.", code="not_in_force")
    return version


def concern_signatories(campaign: Campaign, at: datetime) -> None:
    """Those whose signature of the version before stands; an invitation made during preparation gives way to it."""
    found = [row["organisation"] for row in former_signatories(campaign, at)]
    Concerned.objects.filter(campaign=campaign, organisation__in=found).delete()
    Concerned.objects.bulk_create(
        Concerned(campaign=campaign, organisation_id=pk, origin=Concerned.Origin.STANDING, added_at=at)
        for pk in sorted(found)
    )


def concern(*, campaign: Campaign, organisation: Organisation, by: User, at: datetime | None = None) -> Concerned:
    """Invite one organisation more; at once when the campaign is open, at the opening otherwise.

    Raises Conflict "closed", "already_concerned", "already_signed", "no_representative", "not_in_force".
    """
    require_national(by)
    at = at or timezone.now()
    with conflict_on("campaign_concerns_once", "Cette organisation est déjà concernée.", code="already_concerned"):
        campaign = locked(campaign)
        if campaign.closed_at:
            raise Conflict(CLOSED, code="closed")
        if Signature.objects.live().filter(organisation=organisation, version__in=family(campaign.version)).exists():
            raise Conflict("Cette organisation a déjà signé.", code="already_signed")
        if not representatives_of([organisation.pk], timezone.localdate(at)):
            sentence = "Cette organisation n’a pas de représentant habilité : désignez-en un d’abord."
            raise Conflict(sentence, code="no_representative")
        row = Concerned.objects.create(
            campaign=campaign, organisation=organisation, origin=Concerned.Origin.INVITED, added_by=by, added_at=at
        )
        if campaign.opened_at:
            invite_all([organisation], campaign, version_to_sign(campaign, timezone.localdate(at)), by, at)
    return row


def invite_all(
    organisations: list[Organisation], campaign: Campaign, version: CharterVersion, by: User, at: datetime
) -> None:
    """A letter and an event for each representative of each; who has none is told to agents by the screen."""
    people = representatives_of([organisation.pk for organisation in organisations], timezone.localdate(at))
    for organisation in organisations:
        facts = [
            fact
            for person in people.get(organisation.pk, [])
            for fact in invited(campaign, organisation, version, person, by, at)
        ]
        note_all(organisation=organisation, version=version, facts=facts)


def invited(
    campaign: Campaign, organisation: Organisation, version: CharterVersion, person: User, by: User, at: datetime
) -> list[Fact]:
    ids = (organisation.pk, version.pk, person.pk)
    letter = owe_letter("charter.send_invitation", *ids, letter="invitation", to=person)
    details = {"campaign": str(campaign.public_id)}
    return [Fact(Kind.INVITED, person, at=at, private={"by": str(by)}, details=details), letter]


def representatives_of(organisation_ids: Iterable[int], on: date) -> dict[int, list[User]]:
    """As ``representatives``, for many organisations in one query; those without any are absent."""
    mandate = Mandate.objects.valid(on).filter(organisation=OuterRef("organisation"), person=OuterRef("user"))
    here = Membership.objects.live(on).filter(organisation__in=list(organisation_ids), user__is_active=True)
    here = here.filter(Q(role=Membership.Role.SIGNATORY) | Exists(mandate)).select_related("user")
    found: dict[int, dict[int, User]] = {}
    for membership in here.order_by("organisation_id", "user__full_name", "user__email"):
        found.setdefault(membership.organisation_id, {})[membership.user_id] = membership.user
    return {organisation: list(users.values()) for organisation, users in found.items()}


def locked(campaign: Campaign) -> Campaign:
    """The row as it is now, held: openings, closings and reminders of one campaign queue here."""
    held = Campaign.objects.select_for_update(of=("self",), no_key=True).select_related("version")
    return held.get(pk=campaign.pk)
