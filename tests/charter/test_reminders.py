"""Reminders: who is on the list, what leaves is what was shown, once, and not twice in a week."""

from datetime import timedelta
from threading import Thread

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

import charter.tasks  # noqa: F401  the works, as a worker knows them
from alliance.lib.errors import Conflict
from alliance.lib.french import long_date
from alliance.outbox.delivery import deliver_all_due
from alliance.outbox.models import Owed
from charter.actions.campaign import concern
from charter.actions.closing import close_campaign
from charter.actions.reminders import confirm_reminder, draft_reminder
from charter.models import Campaign, EvidenceEvent, Recipient, Reminder
from tests import builders
from tests.charter.campaigns import make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def campaign(world):
    """One organisation at each point: not opened, opened, read, signed."""
    _, opened, read, signed = (world.signatory(slug=slug) for slug in ("pas-ouvert", "ouvert", "lu", "signe"))
    for organisation in world.organisations:
        world.event(organisation, "invited")
    for organisation in (opened, read):
        world.event(organisation, "opened")
    world.event(read, "displayed")
    world.resign(signed)
    return world.campaign()


def draft(world, campaign, group="unopened", **fields) -> Reminder:
    return draft_reminder(campaign=campaign, group=group, by=world.agent, **fields)


def confirm(world, reminder, **fields) -> Reminder:
    return confirm_reminder(reminder=reminder, by=world.agent, **{"motive": "À mi-parcours."} | fields)


def slugs(reminder, outcome=None) -> list[str]:
    rows = reminder.recipients.filter(outcome=outcome) if outcome else reminder.recipients.all()
    return [row.organisation.slug for row in rows]


def refused(act, *args, **fields) -> str:
    with pytest.raises(Conflict) as refusal:
        act(*args, **fields)
    return refusal.value.code


@pytest.mark.parametrize(("group", "listed"), [("unopened", "pas-ouvert"), ("opened", "ouvert"), ("read", "lu")])
def test_the_list_is_that_of_the_group_and_nothing_leaves_before_the_word(world, campaign, group, listed):
    assert slugs(draft(world, campaign, group)) == [listed]
    assert (Owed.objects.count(), EvidenceEvent.objects.filter(kind="reminded").count()) == (0, 0)


def test_every_representative_is_written_to_and_nobody_else(world, campaign):
    organisation = world.organisations[0]
    second = builders.user("deuxieme@test.invalid")
    builders.membership(second, organisation, "signatory")
    builders.membership(builders.user(), organisation, "contributor")
    mandated = builders.user("mandatee@test.invalid")
    builders.membership(mandated, organisation, "reader")
    builders.mandate(organisation, mandated)
    gone = builders.user("partie@test.invalid", is_active=False)
    builders.membership(gone, organisation, "signatory")
    emails = {row.person.email for row in draft(world, campaign).recipients.all()}
    assert emails == {"pas-ouvert@test.invalid", "deuxieme@test.invalid", "mandatee@test.invalid"}


def test_what_leaves_is_what_was_shown_each_once(world, campaign):
    reminder = draft(world, campaign)
    later = world.signatory(slug="apres")
    campaign.concerned.create(organisation=later, origin="invited", added_by=world.agent, added_at=timezone.now())
    confirm(world, reminder)
    assert deliver_all_due() == 1
    assert [letter.to for letter in mail.outbox] == [["pas-ouvert@test.invalid"]]
    [event] = EvidenceEvent.objects.filter(kind="reminded")
    assert (event.organisation.slug, event.details["group"]) == ("pas-ouvert", "unopened")
    assert slugs(reminder, "sent") == ["pas-ouvert"]


def test_a_second_click_sends_nothing_more(world, campaign):
    reminder = draft(world, campaign)
    first = confirm(world, reminder)
    second = confirm(world, reminder, motive="Autre motif.")
    assert (second.motive, second.confirmed_at) == (first.motive, first.confirmed_at)
    assert Owed.objects.filter(work="charter.send_reminder").count() == 1
    assert EvidenceEvent.objects.filter(kind="reminded").count() == 1


def test_who_signed_between_the_list_and_the_word_is_set_aside_and_told(world, campaign):
    reminder = draft(world, campaign)
    world.resign(world.organisations[0])
    confirm(world, reminder)
    assert (slugs(reminder, "signed"), Owed.objects.count()) == (["pas-ouvert"], 0)


def test_who_signed_between_the_word_and_the_post_receives_nothing(world, campaign):
    reminder = draft(world, campaign)
    confirm(world, reminder)
    world.resign(world.organisations[0])
    deliver_all_due()
    assert (slugs(reminder, "signed"), mail.outbox) == (["pas-ouvert"], [])


@pytest.mark.parametrize("left", ["membership", "withdrawn"])
def test_who_no_longer_represents_it_is_set_aside(world, campaign, left):
    reminder, organisation = draft(world, campaign), world.organisations[0]
    if left == "membership":
        organisation.mandates.update(state="refused", motive="Fini.", verified_by=None, verified_at=None)
        organisation.memberships.update(role="reader")
    else:
        organisation.signatures.update(withdrawn_at=timezone.now())
    confirm(world, reminder)
    assert (slugs(reminder, "left"), Owed.objects.count()) == (["pas-ouvert"], 0)


def test_nobody_is_reminded_twice_in_a_week_unless_it_is_asked_for(world, campaign):
    now = timezone.now()
    confirm(world, draft(world, campaign, at=now), at=now)
    soon, week = now + timedelta(days=6), now + timedelta(days=7, minutes=1)
    assert refused(draft, world, campaign, at=soon) == "nobody"
    again = draft(world, campaign, again=True, at=soon)
    assert refused(confirm, world, again, at=soon) == "too_soon"
    assert Owed.objects.count() == 1
    confirm(world, again, at=soon, again=True)
    assert Owed.objects.count() == 2
    assert slugs(draft(world, campaign, at=week + timedelta(days=6))) == ["pas-ouvert"]


def test_two_lists_with_the_same_person_do_not_both_leave(world, campaign):
    one, other = draft(world, campaign), draft(world, campaign)
    confirm(world, one)
    assert refused(confirm, world, other) == "too_soon"
    assert Owed.objects.count() == 1


def test_an_old_list_is_drawn_again(world, campaign):
    reminder = draft(world, campaign, at=timezone.now() - timedelta(minutes=61))
    assert refused(confirm, world, reminder) == "stale"


def test_an_empty_group_makes_no_list(world, campaign):
    world.resign(world.organisations[0])
    assert refused(draft, world, campaign) == "nobody"


def test_a_campaign_that_is_not_running_reminds_nobody(world, campaign):
    reminder = draft(world, campaign)
    over = timezone.now() + timedelta(days=61)
    assert refused(draft, world, campaign, at=over) == "not_running"
    close_campaign(campaign=campaign, by=world.agent, motive="Terme.", at=timezone.now() + timedelta(days=31))
    assert refused(confirm, world, reminder) == "closed"
    prepared = builders.campaign(world.new, opened=False)
    assert refused(draft, world, prepared) == "not_running"


def test_it_takes_a_motive_and_the_national_team(world, campaign):
    reminder, delegate = draft(world, campaign), builders.staff(regions=[builders.region()])
    with pytest.raises(ValidationError) as refusal:
        confirm(world, reminder, motive=" ")
    assert list(refusal.value.message_dict) == ["motive"]
    for act in (
        lambda: draft_reminder(campaign=campaign, group="read", by=delegate),
        lambda: confirm_reminder(reminder=reminder, by=delegate, motive="Oui."),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert Owed.objects.count() == 0


def test_the_letter_says_where_one_stands_and_until_when(world, campaign):
    confirm(world, draft(world, campaign, "read"))
    deliver_all_due()
    [letter] = mail.outbox
    assert letter.subject.startswith("Organisation")
    assert "avant le" in letter.subject
    assert "a été lu au nom d’Organisation" in letter.body
    assert "/espace/lu/signer/" in letter.body


def test_the_list_is_frozen_in_the_database(world, campaign):
    reminder = draft(world, campaign)
    confirm(world, reminder)
    row = {"reminder": reminder, "organisation": world.organisations[1], "person": world.agent}
    changes = [
        lambda: Recipient.objects.create(**row),
        lambda: Recipient.objects.update(person=world.agent),
        lambda: Recipient.objects.all().delete(),
        lambda: Reminder.objects.update(motive="Autre."),
    ]
    for change in changes:
        with pytest.raises(IntegrityError, match="ne change"), transaction.atomic():
            change()
    assert slugs(reminder) == ["pas-ouvert"]


@pytest.mark.django_db(transaction=True)
def test_a_confirmation_waits_for_the_closing_and_then_refuses(world, campaign):
    """The lock is on the campaign: hold it, start the rival, see it wait."""
    reminder, found = draft(world, campaign), []

    def rival():
        try:
            found.append(refused(confirm, world, reminder))
        finally:
            connection.close()

    with transaction.atomic():
        Campaign.objects.select_for_update().get(pk=campaign.pk)
        thread = Thread(target=rival)
        thread.start()
        thread.join(0.4)
        assert thread.is_alive()
        close_campaign(campaign=campaign, by=world.agent, motive="Terme.", at=timezone.now() + timedelta(days=31))
    thread.join(5)
    assert found == ["closed"]


def test_the_invitation_says_until_when_the_campaign_waits(world):
    guest = builders.organisation()
    builders.membership(builders.user("invitee@test.invalid"), guest, "signatory")
    campaign = world.campaign()
    concern(campaign=campaign, organisation=guest, by=world.agent)
    deliver_all_due()
    [letter] = mail.outbox
    assert f"La campagne se termine le {long_date(campaign.closes_on)} inclus." in letter.body
