"""Reminders, in two steps: the list is frozen and shown, then it leaves, once, on an agent's word."""

from datetime import datetime, timedelta
from itertools import groupby

from django.db import transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from charter.actions.campaign import CLOSED, locked, representatives_of, version_to_sign
from charter.actions.mandates import required_motive
from charter.actions.noting import owe_letter
from charter.actions.versions import require_national
from charter.models import Campaign, CharterVersion, Recipient, Reminder
from charter.models.campaign import Stage
from charter.models.evidence import Fact, Kind, note_all
from charter.models.reminder import STAGES, Group
from partners.models import MutedLetter, User
from partners.models.personal import LetterKind

Outcome = Recipient.Outcome
DRAFT_LASTS = timedelta(hours=1)
NOT_RUNNING = "Cette campagne n’est pas en cours : il n’y a personne à relancer."
STALE = "Cette liste a plus d’une heure : préparez-en une autre, à jour."
TOO_SOON = "Des personnes de la liste ont été relancées il y a moins de sept jours : confirmez que vous le voulez."


def draft_reminder(
    *, campaign: Campaign, group: Group, by: User, again: bool = False, at: datetime | None = None
) -> Reminder:
    """Freeze who would be written to: the representatives of the organisations that stand at ``group``.

    Those reminded less than seven days before are left out unless ``again``; those who want no reminder, always.
    Raises Conflict "not_running", "nobody".
    """
    require_national(by)
    at = at or timezone.now()
    with transaction.atomic():
        campaign = locked(campaign)
        check_running(campaign, at)
        stages = campaign.concerned.with_stage(campaign, at).filter(stage__in=STAGES[Group(group)])
        people = representatives_of(stages.values_list("organisation", flat=True), timezone.localdate(at))
        recent = set() if again else set(Recipient.objects.recent(at).values_list("person", flat=True))
        recent |= set(MutedLetter.objects.filter(kind=LetterKind.CHARTER).values_list("user", flat=True))
        listed = [(key, user) for key, users in people.items() for user in users if user.pk not in recent]
        if not listed:
            raise Conflict("Personne n’est à relancer dans ce groupe.", code="nobody")
        reminder = Reminder.objects.create(campaign=campaign, group=group, drafted_by=by, drafted_at=at)
        Recipient.objects.bulk_create(
            Recipient(reminder=reminder, organisation_id=key, person=user) for key, user in listed
        )
    return reminder


def confirm_reminder(
    *, reminder: Reminder, by: User, motive: str, again: bool = False, at: datetime | None = None
) -> Reminder:
    """Owe each letter of the list, once: minus those who signed or left meanwhile. A second call changes nothing.

    Raises Conflict "not_running", "closed", "stale", "too_soon"; ValidationError without a motive.
    """
    require_national(by)
    at = at or timezone.now()
    with transaction.atomic():
        campaign = locked(reminder.campaign)
        reminder = Reminder.objects.select_for_update(of=("self",), no_key=True).get(pk=reminder.pk)
        if reminder.confirmed_at:
            return reminder
        motive = required_motive(motive)
        check_running(campaign, at)
        if reminder.drafted_at < at - DRAFT_LASTS:
            raise Conflict(STALE, code="stale")
        set_aside(reminder, campaign, at)
        if not again and reminder.recipients.filter(outcome=Outcome.LISTED).with_recent(at).filter(was_recent=True):
            raise Conflict(TOO_SOON, code="too_soon")
        owe_letters(reminder, version_to_sign(campaign, timezone.localdate(at)), at)
        reminder.confirmed_at, reminder.confirmed_by, reminder.motive = at, by, motive
        reminder.save(update_fields=["confirmed_at", "confirmed_by", "motive"])
    return reminder


def check_running(campaign: Campaign, at: datetime) -> None:
    if campaign.closed_at:
        raise Conflict(CLOSED, code="closed")
    if campaign.deadline(timezone.localdate(at)) is None:
        raise Conflict(NOT_RUNNING, code="not_running")


def set_aside(reminder: Reminder, campaign: Campaign, at: datetime) -> None:
    """Who has answered since the list was frozen, or represents the organisation no more."""
    recipients = list(reminder.recipients.all())
    organisations = {recipient.organisation_id for recipient in recipients}
    concerned = campaign.concerned.filter(organisation__in=organisations).with_stage(campaign, at)
    stages = dict(concerned.values_list("organisation", "stage"))
    people = representatives_of(organisations, timezone.localdate(at))
    for recipient in recipients:
        if stages[recipient.organisation_id] >= Stage.SIGNED:
            recipient.outcome = Outcome.SIGNED
        elif stages[recipient.organisation_id] == Stage.WITHDRAWN or recipient.person_id not in {
            user.pk for user in people.get(recipient.organisation_id, [])
        }:
            recipient.outcome = Outcome.LEFT
    Recipient.objects.bulk_update(recipients, ["outcome"])


def owe_letters(reminder: Reminder, version: CharterVersion, at: datetime) -> None:
    """An event and a letter for each. Chains are locked in one order: two lists never wait for each other."""
    leaving = reminder.recipients.filter(outcome=Outcome.LISTED).select_related("organisation", "person")
    details = {"campaign": str(reminder.campaign.public_id), "group": str(reminder.group)}
    by_organisation = groupby(leaving.order_by("organisation_id", "pk"), lambda recipient: recipient.organisation)
    for organisation, recipients in by_organisation:
        facts = [fact for recipient in recipients for fact in reminded(recipient, details, at)]
        note_all(organisation=organisation, version=version, facts=facts)
    reminder.recipients.filter(outcome=Outcome.LISTED).update(outcome=Outcome.OWED)


def reminded(recipient: Recipient, details: dict[str, str], at: datetime) -> list[Fact]:
    letter = owe_letter("charter.send_reminder", recipient.pk, letter="reminder", to=recipient.person)
    return [Fact(Kind.REMINDED, recipient.person, at=at, details=details), letter]
