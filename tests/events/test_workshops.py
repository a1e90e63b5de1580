"""Wishes of workshops and their allocation: each rule, each reason to refuse."""

import json
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from alliance.outbox.delivery import deliver_all_due
from alliance.outbox.models import Owed
from events.actions.allocation import drop_allocation, publish_allocation, try_allocation
from events.actions.wishes import rank_workshops
from events.allocation import replay
from events.models import AllocationRun, Wish, Workshop, WorkshopPlace
from tests import builders
from tests.events.wishing import (
    PLAIN,
    closed,
    gathering,
    held,
    published,
    refusal,
    room,
    someone,
    tried,
    waiting_for,
    workshop,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def convention():
    return gathering()


def test_the_last_wishes_stand_in_their_order(convention):
    registration = someone(convention, "AB")

    rank_workshops(registration=registration, workshops=[room("C"), room("A")], at=timezone.now())

    assert [(w.rank, w.workshop.item.title) for w in registration.wishes.all()] == [(1, "C"), (2, "A")]


def test_no_wish_at_all_takes_the_former_ones_back(convention):
    registration = someone(convention, "AB")
    assert rank_workshops(registration=registration, workshops=[], at=timezone.now()) == []
    assert not registration.wishes.exists()


@pytest.mark.parametrize(
    ("shift", "code"), [(timedelta(days=-3), "not_yet"), (timedelta(days=3), "closed"), (timedelta(days=90), "closed")]
)
def test_wishes_change_between_their_opening_and_their_closing(convention, shift, code):
    registration = someone(convention, "A")
    at = timezone.now() + shift
    assert refusal(rank_workshops, registration=registration, workshops=[], at=at)[0] == code
    assert registration.wishes.count() == 1


def test_a_convention_without_a_window_takes_no_wishes():
    convention = builders.convention()
    registration = builders.registration(convention)
    assert refusal(rank_workshops, registration=registration, workshops=[], at=timezone.now())[0] == "closed"


def test_a_cancelled_registration_ranks_nothing(convention):
    registration = someone(convention, "", status="cancelled")
    assert refusal(rank_workshops, registration=registration, workshops=[], at=timezone.now())[0] == "not_live"


def test_wishes_are_five_at_most_each_once_and_of_this_convention(convention):
    registration = someone(convention, "A")
    other = workshop(builders.convention(), title="ailleurs")
    for odd, said in (
        ([room("A")] * 6, "Classez 5 ateliers au plus."),
        ([room("A"), room("A")], "Chaque atelier ne se classe qu’une fois."),
        ([other], "Choisissez des ateliers de cette Convention."),
    ):
        with pytest.raises(ValidationError) as raised:
            rank_workshops(registration=registration, workshops=odd, at=timezone.now())
        assert raised.value.messages == [said]
    assert registration.wishes.count() == 1


@pytest.mark.parametrize("fields", [{"rank": 1, "title": "B"}, {"rank": 2, "title": "A"}, {"rank": 6, "title": "B"}])
def test_the_database_keeps_one_workshop_a_rank_and_five_ranks(convention, fields):
    registration = someone(convention, "A")
    with pytest.raises(IntegrityError), transaction.atomic():
        Wish.objects.create(registration=registration, workshop=room(fields["title"]), rank=fields["rank"])


def test_a_trial_is_computed_by_the_worker_from_wishes_frozen_at_its_launch(convention):
    first = someone(convention, "AC")
    made = try_allocation(convention=convention, seed=" 2027 ", parameters=PLAIN, by=None, at=timezone.now())
    assert (made.seed, made.state, made.given) == ("2027", "computing", {})
    someone(convention, "A")

    deliver_all_due()

    made.refresh_from_db()
    assert (made.state, made.is_proven) == ("preview", True)
    assert list(made.given.values()) == [[f"atelier-{room(title).item_id}" for title in "AC"]]
    counts = {"served": 1, "first": 1, "first_or_second": 1, "wishes": 2, "short_of_floors": 0}
    assert made.figures == {"people": 1, "best": counts, "draw": counts}
    assert made.input_digest == replay.digest(made.input)
    assert str(first.public_id) not in json.dumps(made.input)


def test_what_is_frozen_names_nobody(convention):
    lead = builders.organisation(name="Atelier des Marais", commune=builders.commune())
    registration = someone(convention, "A", name="Ana Essai", organisation=lead)
    (person,) = tried(convention).input["people"]
    assert (person["organisation"], person["region"]) == ("o1", "r1")
    frozen = json.dumps(AllocationRun.objects.get().input)
    for private in ("Ana", registration.attendee.email, "Marais", lead.slug, "29019"):
        assert private not in frozen


def test_a_trial_wants_a_seed_and_somebody_who_wishes(convention):
    at = timezone.now()
    with pytest.raises(ValidationError):
        try_allocation(convention=convention, seed=" ", parameters=PLAIN, by=None, at=at)
    assert refusal(try_allocation, convention=convention, seed="1", parameters=PLAIN, by=None, at=at)[0] == "nothing"
    someone(convention, "A")
    published(convention)
    assert refusal(try_allocation, convention=convention, seed="1", parameters=PLAIN, by=None, at=at)[0] == "published"


def test_settings_of_a_trial_stand_for_those_of_the_workshops(convention):
    lead = builders.organisation()
    Workshop.objects.update(capacity=3)
    for _ in range(3):
        someone(convention, "A", organisation=lead)
    assert tried(convention).figures["best"]["served"] == 3
    assert tried(convention, organisation_cap=2).figures["best"]["served"] == 2
    assert tried(convention, kept=2).figures["best"]["served"] == 1


def test_a_dropped_trial_stays_dropped_when_its_computation_ends(convention):
    someone(convention, "A")
    made = try_allocation(convention=convention, seed="1", parameters=PLAIN, by=None, at=timezone.now())
    drop_allocation(run=made)
    deliver_all_due()
    made.refresh_from_db()
    assert (made.state, made.given) == ("dropped", {})


def test_publishing_gives_the_places_opens_the_lists_and_writes_to_each(convention):
    first, second, idle = someone(convention, "AC", "Ana"), someone(convention, "AB", "Bea"), someone(convention, "")
    other = tried(convention, seed="autre")

    run = published(convention)

    assert (held(first), held(second), held(idle)) == (["A", "C"], ["B"], [])
    assert waiting_for("A") == [second.pk]
    assert {place.source for place in WorkshopPlace.objects.all()} == {"allocation"}
    other.refresh_from_db()
    assert (run.state, other.state) == ("published", "dropped")
    owed = Owed.objects.filter(work="events.send_workshops").order_by("pk").values_list("args", flat=True)
    assert list(owed) == [[each.pk, run.pk] for each in (first, second, idle)]


def test_each_letter_says_why_wish_by_wish(convention):
    Workshop.objects.filter(item__title="B").update(capacity=0)
    someone(convention, "A", "Ana"), someone(convention, "A", "Bea")
    published(convention)
    mail.outbox.clear()
    deliver_all_due()
    told = sorted(line for letter in mail.outbox for line in letter.body.splitlines() if line.startswith("- Votre"))
    assert told == [
        "- Votre 1er vœu, « A » : complet, 2\xa0personnes l’ont demandé pour 1\xa0place.",
        "- Votre 1er vœu, « A » : vous avez une place.",
    ]
    assert all("graine « 2027 »" in letter.body for letter in mail.outbox)


def test_a_trial_is_published_once_computed_closed_and_still_true(convention):
    registration = someone(convention, "A")
    early = try_allocation(convention=convention, seed="1", parameters=PLAIN, by=None, at=timezone.now())
    now = {"by": None, "at": timezone.now()}
    assert refusal(publish_allocation, run=early, **now)[0] == "not_preview"
    run = tried(convention)
    assert refusal(publish_allocation, run=run, **now)[0] == "wishes_open"
    closed(convention)
    Wish.objects.create(registration=registration, workshop=room("C"), rank=2)
    assert refusal(publish_allocation, run=run, **now)[0] == "stale"
    again = tried(convention)
    publish_allocation(run=again, **now)
    for each in (run, again):
        assert refusal(publish_allocation, run=each, **now)[0] == "published"
    assert refusal(drop_allocation, run=again)[0] == "published"
    assert held(registration) == ["A", "C"]


def test_places_of_what_is_called_off_are_not_given(convention):
    someone(convention, "A")
    closed(convention)
    run = tried(convention)
    convention.__class__.objects.filter(pk=convention.pk).update(state="cancelled")
    assert refusal(publish_allocation, run=run, by=None, at=timezone.now())[0] == "not_published"


def test_the_published_file_gives_the_same_places_again(convention, tmp_path, capsys):
    someone(convention, "AC"), someone(convention, "AB"), someone(convention, "BAC")
    run = published(convention)
    file = replay.file_of(run.input, run.seed, run.given, parameters=run.parameters, titles={})
    path = tmp_path / "attribution.json"
    path.write_text(json.dumps(file))
    call_command("replay_allocation", str(path))
    assert "les mêmes places" in capsys.readouterr().out

    (person, *_), *_ = file["given"].items()
    forged = file | {"given": {key: keys for key, keys in file["given"].items() if key != person}}
    path.write_text(json.dumps(forged))
    with pytest.raises(SystemExit):
        call_command("replay_allocation", str(path))
    assert person in capsys.readouterr().err
    assert replay.faults(file | {"seed": "autre"}) or replay.computed(file, "autre")["given"] == file["given"]
    changed = file | {"people": file["people"][1:]}
    assert "Les vœux ou les ateliers ne sont plus ceux de l’empreinte." in replay.faults(changed | {"given": {}})
