"""The funnel: who came how far, by network and by région, in one query, and from this campaign's facts only."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from charter.models import Concerned
from charter.models.evidence import note
from charter.stats import progress, total
from tests import builders
from tests.charter.campaigns import make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


def told(campaign, by="network") -> list[tuple]:
    rows = progress(campaign, campaign.concerned.all(), by=by, at=timezone.now())
    return [(row.key, row.label, row.reached, row.withdrawn) for row in rows]


def stages(campaign) -> dict[str, int]:
    rows = campaign.concerned.with_stage(campaign, timezone.now())
    return dict(rows.values_list("organisation__slug", "stage"))


def test_each_organisation_stands_at_the_furthest_point_it_has_reached(world):
    names = ["rien", "invitee", "ouvert", "lu-sans-lien", "attend", "contresignee", "contestee", "refusee", "partie"]
    made = {name: world.signatory(slug=name) for name in names}
    for name in names[1:]:
        world.event(made[name], "invited")
    world.event(made["ouvert"], "opened")
    world.event(made["lu-sans-lien"], "displayed")
    world.resign(made["attend"], countersigned_at=timezone.now() + timedelta(days=1))
    world.resign(made["contresignee"])
    world.resign(made["contestee"], contested_at=timezone.now())
    now = timezone.now()
    world.resign(made["refusee"], countersigned_at=None, countersigned_by=None, refused_at=now, motive="Pouvoir.")
    made["partie"].signatures.update(withdrawn_at=now)
    assert stages(world.campaign()) == {
        "rien": 0, "invitee": 1, "ouvert": 2, "lu-sans-lien": 3, "attend": 4, "contresignee": 5, "contestee": 4,
        "refusee": 1, "partie": -1,
    }  # fmt: skip


def test_what_happened_before_the_opening_or_about_another_version_does_not_count(world):
    organisation = world.signatory(slug="marais")
    world.event(organisation, "displayed", at=timezone.now() - timedelta(days=11))
    with transaction.atomic():
        note(kind="displayed", organisation=organisation, version=world.old)
    assert stages(world.campaign()) == {"marais": 0}


def test_figures_add_up_by_network_and_by_region_the_most_awaited_first(world):
    brittany = builders.commune()
    network = builders.organisation(kind="network", name="Réseau des marais", slug="marais")
    regional = builders.organisation(kind="regional", parent=network)
    here = world.signatory(parent=regional, commune=brittany)
    world.signatory(parent=network, commune=brittany)
    alone = world.signatory()
    world.event(here, "opened")
    world.resign(alone)
    campaign = world.campaign()
    assert told(campaign) == [
        ("marais", "Réseau des marais", (2, 1, 1, 0, 0, 0), 0),
        ("", "Sans réseau national", (1, 1, 1, 1, 1, 1), 0),
    ]
    assert told(campaign, "region") == [
        ("53", "Bretagne", (2, 1, 1, 0, 0, 0), 0),
        ("", "Sans région", (1, 1, 1, 1, 1, 1), 0),
    ]
    rows = progress(campaign, campaign.concerned.all(), by="region", at=timezone.now())
    assert (total(rows).reached, total(rows).awaited, total([]).reached) == ((3, 2, 2, 1, 1, 1), 2, (0,) * 6)


@pytest.mark.parametrize("count", [1, 3])
def test_the_funnel_is_two_queries_whatever_the_number_of_rows(world, count, django_assert_num_queries):
    for _ in range(count):
        world.event(world.signatory(parent=builders.organisation(kind="network")), "invited")
    campaign = world.campaign()
    with django_assert_num_queries(3):  # the editorial versions that follow, the figures, then the names of groups
        assert len(progress(campaign, campaign.concerned.all(), by="network", at=timezone.now())) == count


def test_a_delegate_counts_the_perimeter_only(world):
    world.signatory(commune=builders.commune())
    away = builders.commune(
        "75056", "Paris", builders.department("75", "Paris", builders.region("11", "Île-de-France", slug="idf"))
    )
    world.signatory(commune=away)
    campaign, delegate = world.campaign(), builders.staff(regions=[builders.region()])
    rows = progress(campaign, campaign.concerned.visible_to(delegate), by="region", at=timezone.now())
    assert [row.label for row in rows] == ["Bretagne"]
    assert not Concerned.objects.visible_to(builders.user()).exists()
