"""A programme drafted by staff, published as a whole; its versions."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from events.actions import publish_convention
from events.actions.programme import add_item, drop_change, publish_programme, withdraw_item
from events.actions.programme_plan import plan_of
from events.actions.workshop_places import ask_place
from events.models import Convention, ProgrammeChange, ProgrammeItem, Workshop, WorkshopPlace
from events.models.programme_content import differences
from tests import builders
from tests.events import wishing
from tests.events.drafting import change, letters, move, publish, temps, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def convention():
    return builders.convention(title="Convention 2030")


def test_what_is_drafted_is_seen_by_nobody_until_it_is_published(convention):
    plenary = temps(convention, room="Verrière")
    change(plenary, room="Grande salle")
    drafted = add_item(
        convention=convention,
        kind="workshop",
        words=words(plenary, title="Neuf"),
        capacity=7,
        by=None,
        at=timezone.now(),
    )
    assert list(convention.programme.values_list("title", "room")) == [("Plénière", "Verrière")]
    assert not Workshop.objects.exists()
    publish(convention)
    assert set(convention.programme.values_list("title", "room")) == {
        ("Plénière", "Grande salle"),
        ("Neuf", "Verrière"),
    }
    assert Workshop.objects.get().capacity == 7
    assert ProgrammeItem.objects.get(pk=drafted.pk).stage == "live"
    assert not ProgrammeChange.objects.exists()


def test_versions_are_numbered_dated_and_say_what_differs(convention):
    plenary = temps(convention, room="Verrière")
    change(plenary, room="Grande salle", title="Ouverture", summary="Tous ensemble.")
    second = publish(convention, note=" La verrière est en travaux. ")
    first, last = convention.programme_versions.all()
    assert [(v.number, v.note) for v in (first, last)] == [
        (1, "Le programme tel qu’il était avant le suivi de ses versions."),
        (2, "La verrière est en travaux."),
    ]
    assert last == second
    (found,) = differences(first.content, last.content)
    assert found.sentences == [
        "Grande salle, au lieu de Verrière.",
        "S’intitulait « Plénière ».",
        "Le contenu est précisé.",
    ]


def test_a_version_keeps_exactly_what_is_public(convention):
    room = wishing.workshop(convention, title="Lieux", axis=builders.axis(number=3))
    ProgrammeItem.objects.filter(pk=room.item_id).update(online_url="https://visio.example/secret", room="Loire")
    version = publish(convention)
    item = ProgrammeItem.objects.get()
    assert version.content == [
        {
            "id": str(item.public_id),
            "kind": "workshop",
            "is_online": True,
            "axis": 3,
            "title": "Lieux",
            "summary": "",
            "room": "Loire",
            "starts_at": item.starts_at.isoformat(),
            "ends_at": item.ends_at.isoformat(),
        }
    ]
    assert version.links == {str(item.public_id): "https://visio.example/secret"}


@pytest.mark.parametrize(
    "statement", ["UPDATE events_programmeversion SET note = 'x'", "DELETE FROM events_programmeversion"]
)
def test_a_version_is_for_ever(convention, statement):
    temps(convention)
    publish(convention)
    with pytest.raises(DatabaseError, match="ne se change pas"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_convention_is_published_with_its_first_version():
    convention = builders.convention(state="draft")
    add_item(
        convention=convention,
        kind="plenary",
        words={
            "title": "Ouverture",
            "summary": "",
            "room": "",
            "online_url": "",
            "starts_at": convention.starts_at,
            "ends_at": convention.ends_at,
        },
        by=None,
        at=timezone.now(),
    )
    publish_convention(convention=convention, by=None, at=timezone.now())
    (version,) = convention.programme_versions.all()
    assert (version.number, [each["title"] for each in version.content]) == (1, ["Ouverture"])


def test_in_preparation_what_is_written_is_at_the_programme_at_once():
    convention = builders.convention(state="draft")
    item = temps(convention)
    change(item, title="Autre")
    assert [each.title for each in convention.programme.all()] == ["Autre"]
    withdraw_item(item=item, by=None, at=timezone.now())
    assert not ProgrammeItem.everything.exists()


def test_the_same_words_draft_nothing_and_take_a_former_change_back(convention):
    item = temps(convention)
    change(item, room="Ailleurs")
    change(item)
    assert not ProgrammeChange.objects.exists()


def test_a_change_is_dropped_and_the_published_temps_stays(convention):
    item = temps(convention, room="Verrière")
    withdraw_item(item=item, by=None, at=timezone.now())
    drop_change(item=item)
    with pytest.raises(Conflict) as refusal:
        drop_change(item=item)
    assert refusal.value.code == "no_change"
    assert not plan_of(convention, timezone.now()).differences


def test_an_end_before_the_start_is_refused_by_field(convention):
    item = temps(convention)
    with pytest.raises(ValidationError) as refusal:
        change(item, ends_at=item.starts_at)
    assert refusal.value.message_dict == {"ends_at": ["La fin précède le début."]}


def test_each_refusal_of_a_publication_has_its_code(convention):
    code = lambda **given: wishing.refusal(publish_programme, by=None, at=timezone.now(), **given)[0]  # noqa: E731
    assert code(convention=convention) == "nothing"
    item = temps(convention)
    publish(convention)
    assert code(convention=convention) == "nothing"
    change(item, room="Ailleurs")
    assert code(convention=convention, seen="something else") == "changed"
    assert code(convention=builders.convention(state="draft")) == "not_published"


def test_hours_that_collide_are_refused_until_read_then_the_dearer_wish_is_kept():
    convention = wishing.gathering()
    person = wishing.someone(convention, "CA", name="Ada Deux")
    wishing.published(convention)
    assert wishing.held(person) == ["A", "C"]
    move(wishing.room("C").item, -1)
    code, _ = wishing.refusal(publish_programme, convention=convention, by=None, at=timezone.now())
    assert code == "overlaps"
    plan = plan_of(convention, timezone.now())
    assert [(o.kept.workshop.item.title, o.lost.workshop.item.title) for o in plan.overlaps] == [("C", "A")]
    publish(convention, seen=plan.digest)
    assert wishing.held(person) == ["C"]
    (body,) = letters().values()
    assert "« A » a désormais lieu aux mêmes heures que « C » : vous gardez « C »" in body


def test_a_place_taken_back_goes_to_whoever_waits_for_it():
    convention = wishing.gathering()
    first, second = wishing.someone(convention, "CA"), wishing.someone(convention, "")
    wishing.published(convention)
    ask_place(registration=second, workshop=wishing.room("A"), at=timezone.now())
    assert wishing.held(second) == []
    move(wishing.room("C").item, -1)
    publish(convention, seen=plan_of(convention, timezone.now()).digest)
    assert (wishing.held(first), wishing.held(second)) == (["C"], ["A"])


def test_the_database_lets_no_hours_put_somebody_in_two_workshops_at_once():
    convention = wishing.gathering()
    wishing.someone(convention, "CA")
    wishing.published(convention)
    item = wishing.room("C").item
    with pytest.raises(DatabaseError, match="two places at once"), transaction.atomic(), connection.cursor() as cursor:
        ProgrammeItem.objects.filter(pk=item.pk).update(**later_rows(item))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def later_rows(item):
    return {"starts_at": item.starts_at - timedelta(hours=1), "ends_at": item.ends_at - timedelta(hours=1)}


def test_a_calendar_revision_counts_up_with_what_calendars_show(convention):
    item = temps(convention, room="Verrière")
    change(item, summary="Autre contenu")
    publish(convention)
    assert ProgrammeItem.objects.get().sequence == 0
    change(ProgrammeItem.objects.get(), room="Ailleurs")
    publish(convention)
    assert ProgrammeItem.objects.get().sequence == 1
    assert Convention.objects.get(pk=convention.pk).sequence == 0


def test_in_preparation_a_temps_on_which_something_hangs_is_not_erased():
    convention = builders.convention(state="draft")
    workshop = wishing.workshop(convention)
    registration = builders.registration(convention)
    WorkshopPlace.objects.create(registration=registration, workshop=workshop, source="chosen", given_at=timezone.now())
    code, _ = wishing.refusal(withdraw_item, item=workshop.item, by=None, at=timezone.now())
    assert (code, convention.programme.count()) == ("in_use", 1)
