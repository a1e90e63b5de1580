"""Taking back a batch: all of a thing or nothing of it, never over what came since."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alliance.lib.changes import because, changes_of
from alliance.lib.errors import Conflict
from alliance.lib.models import Change
from alliance.lib.undo import CHANGED_SINCE, GONE, NAMED_ELSEWHERE, Undone, undo
from partners.models import Organisation, Project
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch():
    return uuid.uuid4()


def taken_back(batch):
    return list(undo(batch=batch, by=7, motive="erreur"))


def by_id(undone: Undone) -> int:
    return undone.subject_id


def test_each_thing_is_restored_whole(batch):
    old, new = builders.axis(1), builders.axis(2)
    organisation = builders.organisation(name="Avant", commune=builders.commune())
    organisation.axes.set([old])
    with because(3, "import", batch=batch):
        Organisation.objects.filter(pk=organisation.pk).update(name="Après", commune=None, website="https://x.test")
        organisation.axes.set([new])
    assert taken_back(batch) == [Undone("partners_organisation", organisation.pk)]
    organisation.refresh_from_db()
    assert (organisation.name, organisation.commune_id, organisation.website) == ("Avant", "29019", "")
    assert list(organisation.axes.all()) == [old]
    assert organisation.region_id == "53"


def test_what_was_created_goes_and_what_was_removed_comes_back(batch):
    removed = builders.project(title="Revient", axes=[builders.axis(1)], summary="Entier")
    created_at = removed.created_at
    with because(3, "import", batch=batch):
        made = builders.project(title="S’en va", axes=[builders.axis(2)])
        made.figures.create(label="repas", target=3)
        pk = removed.pk
        removed.delete()
    assert {undone.refusal for undone in taken_back(batch)} == {""}
    back = Project.objects.get()
    assert (back.pk, back.title, back.summary, back.created_at) == (pk, "Revient", "Entier", created_at)
    assert (back.axes.count(), back.axes_mask) == (1, 2)


def test_what_was_changed_since_is_refused_and_left_alone(batch):
    mine, theirs = builders.organisation(name="Une"), builders.organisation(name="Deux")
    with because(3, "import", batch=batch):
        Organisation.objects.update(name="Toutes")
    Organisation.objects.filter(pk=theirs.pk).update(website="https://depuis.test")
    assert sorted(taken_back(batch), key=by_id) == [
        Undone("partners_organisation", mine.pk),
        Undone("partners_organisation", theirs.pk, CHANGED_SINCE),
    ]
    assert list(Organisation.objects.order_by("pk").values_list("name", flat=True)) == ["Une", "Toutes"]


@pytest.mark.parametrize("count", [2, 5])
def test_things_that_nothing_stands_against_cost_the_same_statements_however_many(batch, count):
    rows = [builders.organisation(name=f"Avant {n}", slug=f"o-{n}") for n in range(count)]
    with because(3, "import", batch=batch):
        Organisation.objects.update(name="Après")
    with CaptureQueriesContext(connection) as captured:
        told = taken_back(batch)
    assert sorted(told, key=by_id) == [Undone("partners_organisation", row.pk) for row in rows]
    assert len(captured) == 10
    assert sorted(Organisation.objects.values_list("name", flat=True)) == [f"Avant {n}" for n in range(count)]


def test_what_one_of_many_is_refused_for_stops_none_of_the_others(batch, monkeypatch):
    monkeypatch.setattr("alliance.lib.undo.TOGETHER", 2)
    rows = [builders.organisation(name=f"Avant {n}", slug=f"o-{n}") for n in range(5)]
    with because(3, "import", batch=batch):
        Organisation.objects.update(name="Après")
    Organisation.objects.filter(pk=rows[1].pk).update(website="https://depuis.test")
    refusals = ["", CHANGED_SINCE, "", "", ""]
    expected = [Undone("partners_organisation", row.pk, told) for row, told in zip(rows, refusals, strict=True)]
    assert sorted(taken_back(batch), key=by_id) == expected
    names = Organisation.objects.order_by("pk").values_list("name", flat=True)
    assert list(names) == ["Avant 0", "Après", "Avant 2", "Avant 3", "Avant 4"]


def test_rows_that_belong_to_a_thing_count_as_a_change_of_it(batch):
    organisation = builders.organisation()
    with because(3, "import", batch=batch):
        Organisation.objects.update(name="Autre")
    organisation.axes.add(builders.axis(1))
    assert taken_back(batch) == [Undone("partners_organisation", organisation.pk, CHANGED_SINCE)]


def test_a_batch_is_taken_back_once(batch):
    organisation = builders.organisation(name="Avant")
    with because(3, "import", batch=batch):
        Organisation.objects.update(name="Après")
    taken_back(batch)
    assert taken_back(batch) == [Undone("partners_organisation", organisation.pk, CHANGED_SINCE)]
    organisation.refresh_from_db()
    assert organisation.name == "Avant"


def test_an_organisation_that_others_name_stays(batch):
    with because(3, "import", batch=batch):
        organisation = builders.organisation()
    builders.project(lead=organisation)
    assert taken_back(batch) == [Undone("partners_organisation", organisation.pk, NAMED_ELSEWHERE)]
    assert Organisation.objects.filter(pk=organisation.pk).exists()


def test_what_is_gone_without_a_trace_is_said(batch):
    organisation = builders.organisation()
    with because(3, "import", batch=batch):
        Organisation.objects.update(name="Autre")
    pk = organisation.pk
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        organisation.delete()
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert taken_back(batch) == [Undone("partners_organisation", pk, GONE)]


def test_taking_back_is_itself_in_the_history(batch):
    organisation = builders.organisation(name="Avant")
    with because(3, "import", batch=batch):
        Organisation.objects.update(name="Après")
    taken_back(batch)
    last = changes_of(organisation).first()
    assert (last.by_id, last.why, last.before, last.after) == (7, "erreur", {"name": "Après"}, {"name": "Avant"})
    assert last.batch not in (None, batch)


def test_nothing_to_take_back_is_said(batch):
    with pytest.raises(Conflict) as refusal:
        undo(batch=batch, by=7, motive="erreur")
    assert refusal.value.code == "empty_batch"


def test_a_batch_is_taken_back_within_thirty_days(batch):
    with because(3, "import", batch=batch):
        builders.organisation()
    at = Change.objects.latest("id").at
    assert timezone.now() - at < timedelta(minutes=1)
    with pytest.raises(Conflict) as refusal:
        undo(batch=batch, by=7, motive="erreur", at=at + timedelta(days=30, seconds=1))
    assert refusal.value.code == "too_late"
