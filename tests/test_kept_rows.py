"""What tests/kept_rows.py puts back is what was made."""

import pytest
from django.db import connection, transaction

from partners.models import Axis, Project
from tests import builders, kept_rows

pytestmark = pytest.mark.django_db


def counted():
    """A small world, and how often its builders were asked."""
    calls = []

    @kept_rows.made_once
    def world():
        calls.append(1)
        return builders.project([builders.axis(1)], title="Halle", commune=builders.commune())

    return world, calls


def undone(world):
    with transaction.atomic():
        made = world()
        found = kept_rows.taken()
        transaction.set_rollback(True)
    return made, found


def test_the_second_world_is_the_first_to_the_byte_and_nobody_makes_it():
    world, calls = counted()
    (one, first), (two, second) = undone(world), undone(world)
    assert first.pop(kept_rows.STAMPS) != second.pop(kept_rows.STAMPS)
    assert (first, calls) == (second, [1])
    assert first['"partners_project"'].count(b"\n") == 1
    assert (one, one is two, [axis.number for axis in two.axes.all()]) == (two, False, [])


def test_what_one_test_changes_is_not_there_for_the_next():
    world, _ = counted()
    made, _ = undone(world)
    made.title = "Autre"
    undone(lambda: world() and Project.objects.update(title="Encore autre"))
    assert world().title == "Halle"
    assert list(Project.objects.values_list("title", "axes__number")) == [("Halle", 1)]


def test_where_rows_stand_already_it_is_made_beside_them():
    world, calls = counted()
    undone(world)
    builders.axis(2)
    world()
    assert (calls, sorted(Axis.objects.values_list("number", flat=True))) == ([1, 1], [1, 2])


def test_triggers_speak_again_after_it():
    world, _ = counted()
    undone(world)
    world()
    with connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        assert cursor.fetchone() == ("origin",)
