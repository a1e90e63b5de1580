"""The sheet of a Convention in the back office: its day and its programme, seats offered, seats kept for some."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from alliance.outbox.models import Owed
from events.models import SeatQuota
from tests import builders
from tests.events.drafting import temps
from tests.events.reading import text
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
START = datetime(2036, 10, 25, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))  # the night after, clocks go back


@pytest.fixture
def client():
    return signed_in(builders.staff())


def gathering(**fields):
    made = builders.convention(starts_at=START, ends_at=START + timedelta(hours=8), slug="c36", capacity=3, **fields)
    temps(made, hour=0)
    return made


def save(client, convention, *, day=START, quotas=(), **typed):
    path = reverse("admin:events_convention_change", args=[convention.pk])
    initial = client.get(path).context["adminform"].form.initial
    data = {name: value for name, value in initial.items() if isinstance(value, str | int) and value is not False}
    for moment, hour in (("starts_at", "09:00:00"), ("ends_at", "17:00:00")):
        data |= {f"{moment}_0": day.strftime("%d/%m/%Y"), f"{moment}_1": hour}
    if convention.opens_at:
        opens = timezone.localtime(convention.opens_at)
        data |= {"opens_at_0": opens.strftime("%d/%m/%Y"), "opens_at_1": opens.strftime("%H:%M:%S")}
    data |= {f"{rows}-{total}_FORMS": 0 for rows in ("programme", "quotas") for total in ("TOTAL", "INITIAL")}
    data["quotas-TOTAL_FORMS"] = len(quotas)
    for number, (audience, seats) in enumerate(quotas):
        data |= {f"quotas-{number}-audience": audience, f"quotas-{number}-seats": seats}
    return client.post(path, data | typed, follow=True)


def hours(convention):
    return [timezone.localtime(moment) for moment in convention.programme.values_list("starts_at", "ends_at").get()]


def test_the_programme_that_nobody_reads_follows_its_day_at_the_same_hours_of_the_wall(client):
    convention = gathering(state="draft")
    page = text(save(client, convention, day=START + timedelta(days=1)))
    assert "1 temps du programme a suivi la rencontre, aux mêmes heures." in page
    assert [moment.strftime("%d %H:%M %z") for moment in hours(convention)] == ["26 09:00 +0100", "26 10:00 +0100"]


def test_a_published_programme_stays_and_the_team_reads_that_it_is_on_another_day(client):
    convention = gathering()
    page = text(save(client, convention, day=START + timedelta(days=1)))
    told = "1 temps du programme n’est pas au jour de la rencontre"
    assert f"{told} : changez-le, puis publiez le programme." in page
    assert hours(convention)[0] == START
    assert "1 temps au programme, dont 1 un autre jour que la rencontre." in text(
        client.get("/gestion/conventions/c36/")
    )
    programme = text(client.get("/gestion/conventions/c36/programme/"))
    assert "1 temps n’est pas au jour de la rencontre, dimanche 26 octobre 2036" in programme
    assert "Samedi 25 octobre 2036" in programme


def test_another_hour_of_the_same_day_says_nothing_of_the_programme(client):
    convention = gathering(state="draft")
    page = text(save(client, convention, starts_at_1="08:30:00"))
    assert "temps du programme a suivi" not in page
    assert "au jour de la rencontre" not in page
    assert hours(convention)[0] == START


def test_seats_that_are_only_offered_may_go_and_those_confirmed_may_not(client):
    convention = gathering()
    held = [builders.registration(convention, status=status) for status in ("confirmed", "confirmed", "offered")]
    refused = save(client, convention, capacity=1)
    assert (refused.status_code, "2 places sont déjà prises" in text(refused)) == (400, True)
    assert save(client, convention, capacity=2).status_code == 200
    convention.refresh_from_db()
    held[2].refresh_from_db()
    assert (convention.capacity, held[2].status) == (2, "waiting")
    assert [row.args for row in Owed.objects.filter(work="events.send_offer_withdrawn")] == [[held[2].pk]]


@pytest.mark.parametrize(
    ("quotas", "told"),
    [
        ([("network", 2), ("poste", 2)], "4 places réservées dépassent la capacité de la rencontre (3 places)"),
        ([("network", 2), ("poste", 1)], ""),
        ([("network", 0)], ""),
    ],
)
def test_seats_kept_for_some_are_not_more_than_there_are(client, quotas, told):
    answer = save(client, gathering(), quotas=quotas)
    if told:
        assert (answer.status_code, told in text(answer), SeatQuota.objects.count()) == (400, True, 0)
    else:
        assert sorted(SeatQuota.objects.values_list("audience", "seats")) == sorted(quotas)


@pytest.mark.parametrize(("state", "slug"), [("draft", "autre"), ("published", "c36"), ("cancelled", "c36")])
def test_the_address_that_people_were_given_does_not_change(client, state, slug):
    convention = gathering(state=state)
    assert save(client, convention, slug="autre", title="Renommée").status_code == 200
    convention.refresh_from_db()
    assert (convention.slug, convention.title) == (slug, "Renommée")
