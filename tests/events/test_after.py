"""A Convention prepared after a past one."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from events.actions.after import prepare_after
from events.models import Convention, Speaker
from tests import builders
from tests.events import wishing

pytestmark = pytest.mark.django_db


@pytest.fixture
def model():
    """In July: the clock has changed when the next one meets, in January."""
    begins = datetime(2026, 7, 9, 7, tzinfo=UTC)  # 9 h in Paris
    made = builders.convention(
        slug="c26",
        title="Convention 2026",
        place="Halle",
        access="Ascenseur.",
        story="Le récit",
        report="Le bilan",
        starts_at=begins,
        ends_at=begins + timedelta(hours=8),
        opens_at=begins - timedelta(days=80),
        closes_at=begins - timedelta(days=3),
        capacity=120,
    )
    made.quotas.create(audience="poste", seats=20)
    return made


def after(model, day=date(2027, 1, 14), **given):
    typed = {"title": "Convention 2027", "slug": "c27"} | given
    return prepare_after(model=model, day=day, by=None, at=timezone.now(), **typed)


def test_texts_seats_and_dates_are_taken_at_the_same_hours_of_the_wall(model):
    made = after(model)
    assert (made.state, made.modelled_on, made.place, made.access, made.capacity) == (
        "draft",
        model,
        "Halle",
        "Ascenseur.",
        120,
    )
    assert made.when == "jeudi 14 janvier 2027, de 9 h à 17 h".replace(" h", "\xa0h")
    assert made.starts_at == datetime(2027, 1, 14, 8, tzinfo=UTC)
    assert made.opens_at == datetime(2026, 10, 26, 8, tzinfo=UTC)  # 80 days before, 9 h in Paris
    assert list(made.quotas.values_list("audience", "seats")) == [("poste", 20)]


def test_what_was_said_there_and_who_came_stay_behind(model):
    builders.registration(model)
    made = after(model)
    assert (made.story, made.report, made.source, made.registrations.count()) == ("", "", "", 0)


def test_the_programme_comes_with_its_workshops_without_links_nor_speakers(model):
    gone, kept = builders.axis(number=4), builders.axis(number=5)
    workshop = wishing.workshop(
        model, title="Lieux", hour=2, capacity=30, axis=kept, organisation_cap=2, region_floor=1
    )
    Speaker.objects.create(item=workshop.item, name="Ada", email="a@test.invalid")
    model.programme.update(online_url="https://visio.example/x")
    wishing.workshop(model, title="Ancien", hour=3, axis=gone)
    type(gone).objects.filter(pk=gone.pk).update(valid_to=date(2026, 1, 1))
    first, second = after(model).programme.all()
    assert (first.title, first.online_url, first.speakers.count()) == ("Lieux", "", 0)
    assert first.starts_at == datetime(2027, 1, 14, 10, tzinfo=UTC)
    w = first.workshop
    assert (w.axis, w.capacity, w.organisation_cap, w.region_floor) == (kept, 30, 2, 1)
    assert second.workshop.axis is None
    assert first.public_id != workshop.item.public_id


@pytest.mark.parametrize(
    ("given", "field"), [({"day": date(2026, 7, 9)}, "day"), ({"slug": "c26"}, "slug"), ({"title": ""}, "title")]
)
def test_what_cannot_be_is_refused_by_field_and_writes_nothing(model, given, field):
    with pytest.raises(ValidationError) as refusal:
        after(model, **given)
    assert list(refusal.value.message_dict) == [field]
    assert Convention.objects.count() == 1


def test_after_one_of_which_only_the_day_is_known_no_hour_is_made_up(model):
    begins = datetime(2018, 6, 26, 22, tzinfo=UTC)
    Convention.objects.filter(pk=model.pk).update(
        is_day_only=True,
        starts_at=begins,
        ends_at=begins + timedelta(hours=23, minutes=59),
        opens_at=None,
        closes_at=None,
    )
    model.refresh_from_db()
    assert after(model, day=date(2028, 2, 29)).when == "mardi 29 février 2028"
