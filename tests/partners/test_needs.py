"""Needs and resources: who describes and publishes, what goes together and why, and what comes of it."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from alliance.lib.errors import Conflict
from partners import mails
from partners.actions.follow_up import ask_for_news
from partners.actions.matches import propose
from partners.actions.needs import close_resource, describe_need, end_need, publish_resource
from partners.filters.matching import needs_for, resources_for
from partners.models import Match, Need, Resource, UpdateLink
from tests import builders
from tests.partners import lacking

pytestmark = pytest.mark.django_db
SPACE = "\u00a0"


@pytest.fixture
def axis():
    return builders.axis(4, "inclusion numérique")


@pytest.fixture
def organisation():
    return builders.organisation(name="Atelier", slug="atelier", commune=builders.commune())


@pytest.fixture
def writer(organisation):
    made = builders.user("ecrit@test.invalid")
    builders.membership(made, organisation, "contributor")
    return made


@pytest.fixture
def agent():
    builders.commune()
    return builders.staff(regions=[builders.region()])


@pytest.fixture
def need(organisation, axis, writer):
    return lacking.need(organisation, axis, created_by=writer)


@pytest.fixture
def room(axis):
    return lacking.resource([axis], ends_on=date(2100, 3, 31))


def quimper():
    return builders.commune("29232", "Quimper", lat=47.996, lon=-4.102)


def test_a_need_takes_its_region_and_its_point_from_its_commune(need):
    assert (need.region_id, need.lat, need.lon) == ("53", 48.3905, -4.486)
    Need.objects.filter(pk=need.pk).update(commune=quimper())
    need.refresh_from_db()
    assert (need.lat, need.lon) == (47.996, -4.102)


def test_the_nearest_comes_first_and_what_is_everywhere_last(need, room, axis):
    everywhere = lacking.resource([axis], commune=None, title="Partout")
    farther = lacking.resource([axis], commune=quimper(), radius_km=80, title="À Quimper")
    assert resources_for(need, timezone.localdate()) == [room, farther, everywhere]
    assert [each.why for each in resources_for(need, timezone.localdate())] == [
        "même axe, dans la même commune, disponible jusqu’en mars 2100",
        f"même axe, à 52{SPACE}km, disponible sans limite de date",
        "même axe, partout en France, disponible sans limite de date",
    ]


def test_what_is_too_far_of_another_kind_of_another_axis_or_over_is_left_out(need, axis):
    lacking.resource([axis], commune=quimper(), radius_km=40)
    lacking.resource([axis], kind="skills")
    lacking.resource([builders.axis(5)])
    lacking.resource([axis], starts_on=date(2020, 1, 1), ends_on=date(2020, 2, 1))
    lacking.resource([axis], closed_at=timezone.now())
    lacking.resource([axis], starts_on=need.until + timedelta(1))
    assert resources_for(need, timezone.localdate()) == []


def test_the_same_rule_read_from_the_resource(need, room, axis, organisation):
    lacking.need(organisation, axis, commune=quimper())
    lacking.need(organisation, axis, kind="skills")
    assert needs_for(room, timezone.localdate(), Need.objects.all()) == [need]


def test_the_query_of_what_is_near_may_use_its_index(need, axis):
    Resource.objects.bulk_create(
        Resource(
            kind="premises", title="x", quantity="y", commune=builders.commune(), radius_km=5, starts_on=need.until,
            published_by=need.created_by, created_at=timezone.now(),
        )
        for _ in range(3)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT 1 FROM partners_resource WHERE closed_at IS NULL AND kind = 'premises'"
            " AND lat BETWEEN 47 AND 48 AND lon BETWEEN -5 AND -4"
        )
        assert "resource_open_near" in " ".join(row[0] for row in cursor.fetchall())


def test_only_writers_describe(organisation, axis):
    reader = builders.user()
    builders.membership(reader, organisation, "reader")
    typed = Need(kind="skills", title="x", axis=axis, commune=organisation.commune, until=date(2100, 1, 1))
    with pytest.raises(PermissionDenied):
        describe_need(need=typed, organisation=organisation, by=reader)


def test_a_need_that_is_ended_stays_as_it_is(need, writer, room, agent):
    match = propose(need=need, resource=room, by=agent)
    ended = end_need(need=need, outcome="elsewhere", by=writer)
    match.refresh_from_db()
    assert (ended.outcome, match.accepted, match.motive != "") == ("elsewhere", False, True)
    for act in (
        lambda: end_need(need=need, outcome="dropped", by=writer),
        lambda: describe_need(need=need, organisation=need.organisation, by=writer),
    ):
        with pytest.raises(Conflict) as refusal:
            act()
        assert refusal.value.code == "ended"


def test_nobody_ends_the_need_of_others(need):
    with pytest.raises(PermissionDenied):
        end_need(need=need, outcome="dropped", by=builders.user())


def typed_resource(commune):
    return Resource(
        kind="premises", title="Salle", quantity="une", commune=commune, radius_km=20 if commune else None,
        starts_on=date(2026, 1, 1),
    )  # fmt: skip


def test_a_delegate_publishes_in_the_perimeter_and_only_there(agent, axis):
    kept = publish_resource(resource=typed_resource(builders.commune()), axes=[axis], by=agent)
    assert list(kept.axes.all()) == [axis]
    paris = builders.department("75", "Paris", builders.region("11", "Île-de-France", slug="ile-de-france"))
    for commune in (builders.commune("75056", "Paris", paris), None):
        with pytest.raises(PermissionDenied):
            publish_resource(resource=typed_resource(commune), axes=[axis], by=agent)
    publish_resource(resource=typed_resource(None), axes=[axis], by=builders.staff())


def test_a_resource_of_another_region_is_not_moved_into_ones_own(agent, axis):
    paris = builders.department("75", "Paris", builders.region("11", "Île-de-France", slug="ile-de-france"))
    theirs = lacking.resource([axis], commune=builders.commune("75056", "Paris", paris))
    theirs.commune = builders.commune()
    with pytest.raises(PermissionDenied):
        publish_resource(resource=theirs, axes=[axis], by=agent)
    with pytest.raises(PermissionDenied):
        close_resource(resource=theirs, by=agent)


def test_a_resource_taken_off_declines_what_waits(agent, need, room):
    match = propose(need=need, resource=room, by=agent)
    close_resource(resource=room, by=agent)
    match.refresh_from_db()
    assert match.accepted is False
    for act in (
        lambda: close_resource(resource=room, by=agent),
        lambda: publish_resource(resource=room, axes=[], by=agent),
    ):
        with pytest.raises(Conflict) as refusal:
            act()
        assert refusal.value.code == "closed"


def test_rows_are_those_of_the_perimeter_and_those_brought_together(need, agent, axis, writer):
    paris = builders.department("75", "Paris", builders.region("11", "Île-de-France", slug="ile-de-france"))
    elsewhere = builders.staff(regions=[paris.region])
    assert [list(Need.objects.visible_to(who)) for who in (writer, agent, builders.staff())] == [[need]] * 3
    assert list(Need.objects.visible_to(elsewhere)) == list(Need.objects.visible_to(builders.user())) == []
    wide = lacking.resource([axis], commune=builders.commune("75056", "Paris", paris), radius_km=200)
    Match.objects.create(
        need=need, resource=wide, reason="x", proposed_side="partner", proposed_by=writer, proposed_at=timezone.now()
    )
    assert list(Need.objects.visible_to(elsewhere)) == [need]
    assert list(Need.objects.writable_by(elsewhere)) == []


def test_needs_that_end_soon_are_in_the_one_monthly_letter(need, writer, client):
    now, today = timezone.now(), timezone.localdate()
    assert ask_for_news(at=now, on=today) == 0
    Need.objects.update(until=today + timedelta(days=9))
    assert ask_for_news(at=now, on=today) == 1
    assert ask_for_news(at=now, on=today) == 0
    link = UpdateLink.objects.get()
    mails.send_follow_up(link.pk, message_id="<a@test.invalid>")
    letter = mail.outbox[0]
    assert letter.subject == "Votre besoin « Une salle » arrive à son terme"
    assert f"/espace/atelier/besoins/{need.public_id}/" in letter.body
    assert client.get(f"/suivi/{link.token}/").status_code == 404
    assert client.get(f"/suivi/{link.token}/arreter/").status_code == 200


def test_a_need_that_was_prolonged_meanwhile_is_not_told(need, writer):
    now, today = timezone.now(), timezone.localdate()
    Need.objects.update(until=today + timedelta(days=9))
    ask_for_news(at=now, on=today)
    Need.objects.update(until=today + timedelta(days=90))
    mails.send_follow_up(UpdateLink.objects.get().pk, message_id="<a@test.invalid>")
    assert mail.outbox == []
