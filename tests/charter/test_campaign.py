"""A re-engagement campaign: prepared, opened by an agent, its people frozen; and what the database refuses."""

from datetime import date, timedelta
from threading import Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from charter.actions.campaign import change_campaign, concern, open_campaign, prepare_campaign
from charter.models import Campaign, CharterVersion, Concerned, EvidenceEvent
from tests import builders
from tests.charter.campaigns import at, make_world, replica

pytestmark = pytest.mark.django_db

DAYS = {"opens_on": date(2020, 9, 1), "closes_on": date(2020, 12, 31), "grace_on": date(2021, 3, 31)}
OPENING = at(2020, 9, 1)


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def prepared(world):
    world.signatory(slug="marais")
    return prepare_campaign(version=world.new, by=world.agent, **DAYS)


def refused(act, **fields) -> str:
    with pytest.raises(Conflict) as refusal:
        act(**fields)
    return refusal.value.code


def test_a_prepared_campaign_concerns_nobody_and_writes_to_nobody(world, prepared):
    assert (prepared.state, prepared.concerned.count(), Owed.objects.count()) == ("prepared", 0, 0)
    assert (prepared.prepared_by, prepared.opens_on) == (world.agent, date(2020, 9, 1))


def test_what_has_no_campaign_is_refused(world):
    draft = builders.charter_version("2027", published=False, effective_on=date(2027, 1, 1))
    editorial = builders.charter_version("2021", kind="editorial", effective_on=date(2021, 1, 1))
    codes = [
        refused(prepare_campaign, version=version, by=world.agent, **DAYS) for version in (draft, editorial, world.old)
    ]
    assert codes == ["not_published", "not_substantive", "first_version"]


def test_a_version_has_one_campaign_at_a_time(world, prepared):
    assert refused(prepare_campaign, version=world.new, by=world.agent, **DAYS) == "already_prepared"


@pytest.mark.parametrize(
    ("field", "day"),
    [("opens_on", date(2020, 7, 1)), ("closes_on", date(2020, 8, 31)), ("grace_on", date(2020, 12, 30))],
)
def test_days_out_of_order_are_refused_at_their_field_and_by_the_database(world, prepared, field, day):
    with pytest.raises(ValidationError) as refusal:
        change_campaign(campaign=prepared, by=world.agent, **DAYS | {field: day})
    assert list(refusal.value.message_dict) == [field]
    if field != "opens_on":
        with pytest.raises(IntegrityError, match="campaign_"), transaction.atomic():
            Campaign.objects.filter(pk=prepared.pk).update(**{field: day})


def test_days_change_until_the_opening(world, prepared):
    moved = change_campaign(campaign=prepared, by=world.agent, **DAYS | {"closes_on": date(2021, 1, 31)})
    assert Campaign.objects.get() == moved
    assert moved.closes_on == date(2021, 1, 31)
    open_campaign(campaign=moved, by=world.agent, at=OPENING)
    assert refused(change_campaign, campaign=moved, by=world.agent, **DAYS) == "already_open"


def test_the_opening_freezes_the_signatories_of_that_day_and_writes_to_their_representatives(world, prepared):
    world.signatory(slug="tard", signed={"countersigned_at": OPENING + timedelta(hours=1)})
    world.signatory(slug="parti", signed={"withdrawn_at": at(2018)})
    open_campaign(campaign=prepared, by=world.agent, at=OPENING)
    rows = Concerned.objects.values_list("organisation__slug", "origin")
    assert list(rows) == [("marais", "standing")]
    events = EvidenceEvent.objects.filter(kind="invited").values_list("organisation__slug", "version", "at")
    assert list(events) == [("marais", world.new.pk, OPENING)]
    [owed] = Owed.objects.all()
    organisation = world.organisations[0]
    person = organisation.memberships.get().user
    assert (owed.work, owed.args) == ("charter.send_invitation", [organisation.pk, world.new.pk, person.pk])


def test_who_has_already_signed_is_concerned_and_is_not_asked_again(world, prepared):
    world.resign(world.organisations[0], signed_at=at(2020, 8))
    open_campaign(campaign=prepared, by=world.agent, at=OPENING)
    assert (prepared.concerned.count(), Owed.objects.count()) == (1, 0)


def test_a_second_campaign_asks_only_those_who_have_not_answered_the_first(world):
    answered, silent = world.signatory(slug="dit-oui"), world.signatory(slug="muet")
    world.resign(answered, signed_at=at(2020, 10))
    first = {"closed_at": at(2021, 4), "closed_by": world.agent, "motive": "Terme.", "register_digest": "0" * 64}
    builders.campaign(world.new, concerned=[answered, silent], opened_at=OPENING, **DAYS)
    Campaign.objects.update(**first)
    second = prepare_campaign(
        version=world.new,
        by=world.agent,
        opens_on=date(2022, 1, 1),
        closes_on=date(2022, 2, 1),
        grace_on=date(2022, 3, 1),
    )
    open_campaign(campaign=second, by=world.agent, at=at(2022, 1, 2))
    assert [row.organisation for row in second.concerned.all()] == [silent]


@pytest.mark.parametrize(("moment", "code"), [(at(2020, 8, 31), "too_early"), (at(2021, 1, 1), "too_late")])
def test_it_opens_in_its_window_only(world, prepared, moment, code):
    assert refused(open_campaign, campaign=prepared, by=world.agent, at=moment) == code
    assert Concerned.objects.count() == 0


def test_it_opens_once(world, prepared):
    open_campaign(campaign=prepared, by=world.agent, at=OPENING)
    assert refused(open_campaign, campaign=prepared, by=world.agent, at=OPENING) == "already_open"
    assert Owed.objects.count() == 1


def test_it_opens_only_for_the_version_in_force_or_an_editorial_one_after_it(world, prepared):
    other = builders.charter_version("2020-2", effective_on=date(2020, 8, 1))
    assert refused(open_campaign, campaign=prepared, by=world.agent, at=OPENING) == "not_in_force"
    with replica():
        CharterVersion.objects.filter(pk=other.pk).update(kind="editorial")
    open_campaign(campaign=prepared, by=world.agent, at=OPENING)
    assert EvidenceEvent.objects.get(kind="invited").version == other


def test_without_anybody_concerned_it_does_not_open(world):
    campaign = prepare_campaign(version=world.new, by=world.agent, **DAYS)
    assert refused(open_campaign, campaign=campaign, by=world.agent, at=OPENING) == "nobody"


def test_one_campaign_is_open_at_a_time(world, prepared):
    builders.campaign(builders.charter_version("2026", effective_on=date(2026, 1, 1)))
    assert refused(open_campaign, campaign=prepared, by=world.agent, at=OPENING) == "another_open"
    assert Concerned.objects.count() == 0


def test_an_agent_invites_before_the_opening_and_the_letter_leaves_with_the_others(world, prepared):
    guest = builders.organisation(slug="voisine")
    builders.membership(builders.user(), guest, "signatory", starts_on=date(2019, 1, 1))
    concern(campaign=prepared, organisation=guest, by=world.agent, at=at(2020, 8))
    concern(campaign=prepared, organisation=world.organisations[0], by=world.agent, at=at(2020, 8))
    assert Owed.objects.count() == 0
    open_campaign(campaign=prepared, by=world.agent, at=OPENING)
    rows = prepared.concerned.values_list("organisation__slug", "origin").order_by("organisation__slug")
    assert list(rows) == [("marais", "standing"), ("voisine", "invited")]
    assert Owed.objects.count() == 2


def test_an_agent_invites_one_more_at_once_when_it_is_open(world, prepared):
    open_campaign(campaign=prepared, by=world.agent, at=OPENING)
    guest = builders.organisation()
    builders.membership(builders.user(), guest, "signatory", starts_on=date(2019, 1, 1))
    concern(campaign=prepared, organisation=guest, by=world.agent, at=at(2020, 10))
    assert Owed.objects.count() == 2
    again = {"campaign": prepared, "organisation": guest, "by": world.agent, "at": at(2020, 10)}
    assert refused(concern, **again) == "already_concerned"
    assert Owed.objects.count() == 2


def test_who_cannot_be_invited(world, prepared):
    signed, empty = world.signatory(), builders.organisation()
    world.resign(signed)
    by = {"campaign": prepared, "by": world.agent}
    assert refused(concern, organisation=signed, **by) == "already_signed"
    assert refused(concern, organisation=empty, **by) == "no_representative"
    open_campaign(campaign=prepared, by=world.agent, at=OPENING)
    Campaign.objects.update(closed_at=at(2021), closed_by=world.agent, motive="Terme.", register_digest="0" * 64)
    assert refused(concern, organisation=world.signatory(), **by) == "closed"


def test_only_the_national_team_acts(world, prepared):
    delegate = builders.staff(regions=[builders.region()])
    acts = [
        lambda: prepare_campaign(version=world.new, by=delegate, **DAYS),
        lambda: change_campaign(campaign=prepared, by=delegate, **DAYS),
        lambda: open_campaign(campaign=prepared, by=delegate, at=OPENING),
        lambda: concern(campaign=prepared, organisation=world.organisations[0], by=delegate),
    ]
    for act in acts:
        with pytest.raises(PermissionDenied):
            act()


def test_what_was_opened_does_not_move_in_the_database_either(world, prepared):
    open_campaign(campaign=prepared, by=world.agent, at=OPENING)
    for change in ({"closes_on": date(2022, 1, 1)}, {"opened_at": at(2019)}, {"version": world.old}):
        with pytest.raises(IntegrityError, match="ne change plus"), transaction.atomic():
            Campaign.objects.filter(pk=prepared.pk).update(**change)
    for act in (Campaign.objects.all().delete, lambda: prepared.concerned.update(origin="invited")):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            act()
    assert prepared.concerned.get().origin == "standing"


def test_a_deadline_is_that_of_the_window_then_that_of_grace(world):
    campaign = builders.campaign(world.new, **DAYS)
    days = [
        date(2020, 8, 31),
        date(2020, 9, 1),
        date(2020, 12, 31),
        date(2021, 1, 1),
        date(2021, 3, 31),
        date(2021, 4, 1),
    ]
    ends, grace = DAYS["closes_on"], DAYS["grace_on"]
    assert [campaign.deadline(day) for day in days] == [None, ends, ends, grace, grace, None]
    assert builders.campaign(world.old, opened=False).deadline(timezone.localdate()) is None


@pytest.mark.django_db(transaction=True)
def test_two_agents_open_at_once_and_one_opens(world, prepared):
    """The lock is on the campaign: hold it, start the rival, see it wait."""
    found = []

    def rival():
        try:
            found.append(refused(open_campaign, campaign=prepared, by=world.agent, at=OPENING))
        finally:
            connection.close()

    with transaction.atomic():
        Campaign.objects.select_for_update().get(pk=prepared.pk)
        thread = Thread(target=rival)
        thread.start()
        thread.join(0.4)
        assert thread.is_alive()
        open_campaign(campaign=prepared, by=world.agent, at=OPENING)
    thread.join(5)
    assert (found, Owed.objects.filter(work="charter.send_invitation").count()) == (["already_open"], 1)


def test_control_without_its_index_two_campaigns_are_open(world):
    """What keeps one open at a time is the index, whoever writes."""
    builders.campaign(world.new)
    other = builders.charter_version("2026", effective_on=date(2026, 1, 1))
    with pytest.raises(IntegrityError, match="campaign_open_once"), transaction.atomic():
        builders.campaign(other)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX campaign_open_once")
    builders.campaign(other)
    assert Campaign.objects.running().count() == 2


def test_control_without_its_trigger_the_dates_of_an_open_campaign_move(world):
    campaign = builders.campaign(world.new)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE charter_campaign DISABLE TRIGGER frozen")
    assert Campaign.objects.filter(pk=campaign.pk).update(grace_on=date(2099, 1, 1)) == 1
