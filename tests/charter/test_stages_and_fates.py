"""Stages and fates look for the few that are not settled: they tell what reading every signature told."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from django.db.models import Case, Exists, OuterRef, Q, Value, When

from charter.models import Concerned, Signature
from charter.models.campaign import Stage, live_at, standing_at, unsettled_at
from charter.models.register import Fate, with_fate
from tests import builders

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MOMENTS = [NOON + hours * timedelta(hours=1) for hours in (-1, 0, 24, 36, 48, 72)]


def histories():
    """Facts of one signature at every edge: before, at and after one another."""
    for counted, ended, contested in product((None, 0, 1, 2), (None, "refused", 1, 2), (None, 1, 2)):
        facts = {}
        if counted is not None and ended != "refused":
            facts["countersigned_at"] = NOON + counted * DAY
        if ended == "refused":
            facts |= {"refused_at": NOON + 2 * DAY, "motive": "Non"}
        elif ended:
            facts["withdrawn_at"] = NOON + ended * DAY
        if contested:
            facts["contested_at"] = NOON + contested * DAY
        yield facts


@pytest.fixture
def campaign():
    version = builders.charter_version("2026", effective_on=date(2026, 1, 1))
    made = builders.campaign(version, opened_at=NOON - DAY)
    agent, signer = builders.staff(), builders.user()
    for number, facts in enumerate(histories()):
        organisation = builders.organisation(name=f"O{number}")
        if "countersigned_at" in facts:
            facts["countersigned_by"] = agent
        power = builders.mandate(organisation, signer, starts_on=date(2025, 1, 1))
        common = {"signer": signer, "mandate": power, "countersigned": False}
        builders.signature(organisation, version, signed_at=NOON, **common, **facts)
        if "withdrawn_at" in facts and number % 2:
            builders.signature(organisation, version, signed_at=NOON + 3 * DAY, **common)
        Concerned.objects.create(
            campaign=made, organisation=organisation, origin="invited", added_at=NOON, added_by=agent
        )
    return made


def answers():
    return Signature.objects.filter(organisation=OuterRef("organisation"))


def read_whole(*cases: tuple, default) -> Case:
    return Case(*(When(Exists(rows), then=Value(value)) for rows, value in cases), default=Value(default))


def told(rows, name: str) -> dict:
    return dict(rows.order_by().values_list("organisation", name))


@pytest.mark.parametrize("at", MOMENTS)
def test_each_stage_is_the_one_that_every_signature_tells(campaign, at):
    left = answers().filter(withdrawn_at__gte=campaign.opened_at, withdrawn_at__lte=at)
    before = read_whole(
        (answers().filter(standing_at(at)), Stage.COUNTERSIGNED),
        (answers().filter(live_at(at)), Stage.SIGNED),
        (left, Stage.WITHDRAWN),
        default=Stage.CONCERNED,
    )
    rows = campaign.concerned.annotate(before=before).with_stage(campaign, at)
    assert told(rows, "stage") == told(rows, "before")


@pytest.mark.parametrize("at", MOMENTS)
def test_each_fate_is_the_one_that_every_signature_tells(campaign, at):
    live = answers().filter(live_at(at))
    before = read_whole(
        (answers().filter(standing_at(at)), Fate.SIGNED),
        (live.filter(Q(contested_at__isnull=True) | Q(contested_at__gt=at)), Fate.PENDING),
        (live, Fate.CONTESTED),
        (answers().filter(withdrawn_at__gte=campaign.opened_at, withdrawn_at__lte=at), Fate.WITHDRAWN),
        (answers().filter(refused_at__lte=at), Fate.REFUSED),
        default=Fate.SILENT,
    )
    rows = with_fate(campaign.concerned.annotate(before=before), campaign, campaign.version, at)
    assert told(rows, "fate") == told(rows, "before")


@pytest.mark.parametrize("at", MOMENTS)
def test_what_is_live_either_stands_or_is_unsettled(campaign, at):
    live, standing, unsettled = (
        set(Signature.objects.filter(each(at)).values_list("pk", flat=True))
        for each in (live_at, standing_at, unsettled_at)
    )
    assert (standing | unsettled, standing & unsettled) == (live, set())


def test_the_histories_tell_everything_apart(campaign):
    """Without which the comparison would compare nothing."""
    found = {stage for at in MOMENTS for stage in told(campaign.concerned.with_stage(campaign, at), "stage").values()}
    assert found == {Stage.CONCERNED, Stage.SIGNED, Stage.COUNTERSIGNED, Stage.WITHDRAWN}
    rows = [with_fate(campaign.concerned.all(), campaign, campaign.version, at) for at in MOMENTS]
    fates = {fate for each in rows for fate in told(each, "fate").values()}
    assert fates == {Fate.SIGNED, Fate.PENDING, Fate.CONTESTED, Fate.WITHDRAWN, Fate.REFUSED, Fate.SILENT}
