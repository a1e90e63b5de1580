"""Diets and access needs: only with consent, for the national team alone, gone thirty days after."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from alliance.lib.errors import Conflict
from events.actions import cancel
from events.actions.needs import forget_needs, say_needs
from events.jobs import forget_attendee_needs
from events.models import AttendeeNeeds
from events.models.needs_links import needs_path
from tests import builders

pytestmark = pytest.mark.django_db
SAID = {"diet": ["vegan"], "diet_words": "sans moutarde", "access": ["wheelchair"], "access_words": ""}


@pytest.fixture
def seat():
    return builders.registration(builders.convention(slug="c26"), builders.attendee(name="Ana"))


def say(seat, **fields):
    return say_needs(registration=seat, at=timezone.now(), **{**SAID, "consents": True} | fields)


def test_nothing_is_kept_without_consent(seat):
    with pytest.raises(ValidationError) as refused:
        say(seat, consents=False)
    assert list(refused.value.message_dict) == ["consents"]
    assert AttendeeNeeds.objects.count() == 0


def test_what_is_said_is_kept_once_and_changed_in_place(seat):
    say(seat)
    say(seat, diet=["no_nuts"], diet_words="")
    needs = AttendeeNeeds.objects.get()
    assert (needs.diet, needs.diet_words, needs.access) == (["no_nuts"], "", ["wheelchair"])
    assert (needs.told_diet, needs.told_access) == ("sans fruits à coque", "je viens en fauteuil roulant")


def test_saying_nothing_takes_back_what_was_said(seat):
    say(seat)
    assert say(seat, diet=[], diet_words=" ", access=[], consents=False) is None
    assert AttendeeNeeds.objects.count() == 0


def test_it_is_taken_back_at_any_time(seat):
    say(seat)
    assert [forget_needs(registration=seat), forget_needs(registration=seat)] == [True, False]


def test_who_does_not_come_has_nothing_to_say(seat):
    cancel(registration=seat, by=None, at=timezone.now())
    with pytest.raises(Conflict) as refused:
        say(seat)
    assert refused.value.code == "not_live"


def test_once_it_is_over_there_is_nothing_to_say(seat):
    with time_machine.travel(seat.convention.ends_at), pytest.raises(Conflict) as refused:
        say(seat)
    assert refused.value.code == "past"


def test_unknown_words_are_refused(seat):
    with pytest.raises(ValidationError):
        say(seat, diet=["lunaire"])


def test_it_is_gone_thirty_days_after_and_not_a_minute_before(seat):
    say(seat)
    end = seat.convention.ends_at + timedelta(days=30)
    with time_machine.travel(end - timedelta(minutes=1), tick=False):
        assert forget_attendee_needs() == 0
    with time_machine.travel(end, tick=False):
        assert forget_attendee_needs() == 1
    assert AttendeeNeeds.objects.count() == 0


def test_it_is_gone_the_night_after_somebody_gives_up_coming(seat):
    say(seat)
    cancel(registration=seat, by=None, at=timezone.now())
    assert forget_attendee_needs() == 1


def test_the_job_is_on_the_clock(settings):
    planned = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {"events.jobs.forget_attendee_needs", "events.jobs.remind_attendees"} <= planned


def test_the_link_opens_the_page_without_account_nor_cookie(client, seat):
    path = needs_path(seat)
    answer = client.get(path)
    assert "Ce qu’il vous faut ce jour-là" in answer.content.decode()
    assert "Set-Cookie" not in answer.headers
    assert client.post(path, {"diet": ["vegan"], "consents": "on"}).headers["Location"] == path
    assert AttendeeNeeds.objects.get().diet == ["vegan"]
    assert "végétalien" in client.get(path).content.decode()
    assert client.post(path, {"act": "forget"}).headers["Location"] == path
    assert AttendeeNeeds.objects.count() == 0


def test_the_page_asks_for_consent_each_time(client, seat):
    answer = client.post(needs_path(seat), {"diet": ["vegan"]})
    assert (answer.status_code, AttendeeNeeds.objects.count()) == (400, 0)
    assert "Sans votre accord" in answer.content.decode()
    say(seat)
    assert 'name="consents" checked' not in client.get(needs_path(seat)).content.decode()


def test_a_wrong_link_is_none(client, seat):
    assert client.get("/ce-qu-il-me-faut/rien/").status_code == 404
    assert client.get(needs_path(seat)[:-3] + "x/").status_code == 404


def test_names_are_for_the_national_team_alone(client, seat):
    say(seat)
    address = "/gestion/conventions/c26/repas/"
    builders.sign_in(client, builders.staff(regions=[builders.region()]))
    assert [client.get(path).status_code for path in (address, "/gestion/conventions/c26/repas.csv")] == [403, 403]
    builders.sign_in(client, builders.staff())
    page = client.get(address).content.decode()
    for words in ("Ana", "végétalien ; sans moutarde", "je viens en fauteuil roulant"):
        assert words in page
    builders.sign_in(client, builders.user())
    assert client.get(address).status_code == 404


def test_the_caterer_reads_numbers_of_those_who_come(client, seat):
    say(seat)
    other = builders.registration(seat.convention, builders.attendee(name="Bo"))
    say(other, diet=["vegan", "no_nuts"])
    waiting = builders.registration(seat.convention, status="waiting")
    say(waiting)
    builders.sign_in(client, builders.staff())
    raw = client.get("/gestion/conventions/c26/repas.csv").content.decode("utf-8-sig")
    assert [line.replace('"', "") for line in raw.splitlines()] == [
        "regime,personnes", "végétalien,2", "sans fruits à coque,1",
    ]  # fmt: skip
    assert "moutarde" not in raw
