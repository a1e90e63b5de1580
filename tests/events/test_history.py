"""The history of a Convention and of its programme: before and after, who, when; of speakers, only their consent."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alliance.lib.changes import because, changes_of
from alliance.lib.models import Change
from events.actions.programme import add_item, withdraw_item
from events.models import Convention, Speaker
from tests import builders
from tests.events import wishing
from tests.events.drafting import change, publish, temps, words
from tests.events.reading import text
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def convention():
    return builders.convention(title="Convention 2030")


def history(agent, thing) -> str:
    return text(signed_in(agent).get(f"/gestion/events/{thing._meta.model_name}/{thing.pk}/history/"))


def test_the_page_of_a_convention_tells_its_programme_who_changed_it_and_from_what(convention):
    agent, item = builders.staff(full_name="Louise Essai"), temps(convention, room="Verrière")
    with because(agent):
        change(item, room="Grande salle")
        publish(convention)
    told = history(agent, convention)
    assert "Temps du programme : modification, « Plénière » · Louise Essai" in told
    assert "Salle : Verrière → Grande salle" in told
    assert "Version du programme : création" in told
    assert "Salle : Verrière → Grande salle" in history(agent, item)


def test_a_draft_that_was_deleted_is_still_told_by_its_name(convention):
    draft = add_item(
        convention=convention,
        kind="plenary",
        words=words(temps(convention), title="Essayé"),
        by=None,
        at=timezone.now(),
    )
    withdraw_item(item=draft, by=None, at=timezone.now())
    assert "Temps du programme : suppression, « Essayé »" in history(builders.staff(), convention)


def test_of_speakers_only_consent_is_kept(convention):
    item = temps(convention)
    speaker = Speaker.objects.create(item=item, name="Canari Essai", function="Canari", email="canari@test.invalid")
    Speaker.objects.filter(pk=speaker.pk).update(asked_at=timezone.now())
    assert [(each.verb, sorted(each.after)) for each in changes_of(item)] == [("U", ["asked_at"]), ("I", ["item_id"])]
    assert "canari" not in str(list(Change.objects.values_list("before", "after"))).lower()


def test_places_of_a_workshop_and_dates_of_a_convention_are_told(convention):
    workshop = wishing.workshop(convention, capacity=10)
    type(workshop).objects.filter(pk=workshop.pk).update(capacity=12)
    Convention.objects.filter(pk=convention.pk).update(title="Convention annuelle")
    assert changes_of(workshop.item).first().after == {"capacity": 12}
    told = changes_of(convention).first()
    assert (told.before, told.after) == ({"title": "Convention 2030"}, {"title": "Convention annuelle"})


def queries(agent, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        agent.get(path)
    return len(asked)


def test_a_page_of_history_costs_as_much_for_three_temps_as_for_one(convention):
    agent, path = signed_in(builders.staff()), f"/gestion/events/convention/{convention.pk}/history/"
    change(temps(convention), room="Verrière")
    agent.get(path)
    once = queries(agent, path)
    for title in ("Deux", "Trois"):
        change(temps(convention, title=title), room="Verrière")
    assert queries(agent, path) == once
