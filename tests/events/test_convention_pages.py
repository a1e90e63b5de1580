"""The gatherings as everybody reads them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar

from events.models import Convention, ProgrammeItem, Workshop
from tests import builders
from tests.events.reading import text

pytestmark = pytest.mark.django_db


def past(**fields):
    return builders.convention(starts_at=timezone.now() - timedelta(days=400), opens_at=None, **fields)


def test_the_list_shows_what_comes_before_what_is_past_and_hides_drafts(client):
    later = builders.convention(title="Seconde", starts_at=timezone.now() + timedelta(days=60))
    next_one = builders.convention(title="Prochaine")
    before = past(title="Ancienne")
    builders.convention(title="Brouillon", state="draft")
    answer = client.get("/conventions/")
    assert [c.title for c in answer.context["upcoming"]] == [next_one.title, later.title]
    assert list(answer.context["past"]) == [before]
    assert "Brouillon" not in text(answer)


def test_an_empty_list_says_why(client):
    assert "La prochaine Convention paraîtra ici dès que la sienne sera connue." in text(client.get("/conventions/"))


def test_a_known_gathering_says_what_is_attested_and_nothing_more(client):
    paris = timezone.get_default_timezone()
    made = builders.convention(
        title="Convention 2018",
        starts_at=datetime(2018, 6, 27, tzinfo=paris),
        ends_at=datetime(2018, 6, 27, 23, 59, tzinfo=paris),
        is_day_only=True,
        opens_at=None,
        capacity=0,
        audience="environ 100 personnes",
        source="Lettre de l’alliance, juillet 2018",
    )
    page = text(client.get(f"/conventions/{made.slug}/"))
    assert "Mercredi 27 juin 2018 (l’heure n’est pas connue)" in page
    assert "environ 100 personnes" in page
    assert "Lettre de l’alliance, juillet 2018" in page
    assert "Inscription" not in page
    assert "place" not in page
    assert "environ 100 personnes" in text(client.get("/conventions/"))


def test_a_past_convention_opens_with_its_report(client):
    page = text(client.get(f"/conventions/{past(report='27 propositions, 12 retenues.').slug}/"))
    assert "Bilan 27 propositions, 12 retenues." in page


STATES = [
    ({"capacity": 10}, 3, "7 places libres Sur 10. Les inscriptions sont ouvertes jusqu’au 1er février 2027 à 9 h."),
    ({"capacity": 3}, 3, "Complet Les 3 places sont prises."),
    ({"opens_at": datetime(2027, 1, 2, 8, tzinfo=UTC)}, 0, "À partir du 2 janvier 2027 à 9 h."),
    ({"closes_at": datetime(2026, 11, 20, 17, 30, tzinfo=UTC)}, 0, "Depuis le 20 novembre 2026 à 18 h 30."),
    ({"opens_at": None}, 0, "Leur date d’ouverture n’est pas encore fixée."),
    ({"state": "cancelled"}, 0, "Cette rencontre est annulée"),
]


@pytest.mark.parametrize(("fields", "confirmed", "sentence"), STATES)
def test_the_page_says_where_registration_stands(client, time_machine, fields, confirmed, sentence):
    time_machine.move_to("2026-11-22T10:00:00+01:00")
    convention = builders.convention(starts_at=datetime(2027, 2, 1, 8, tzinfo=UTC), **fields)
    for _ in range(confirmed):
        builders.registration(convention)
    assert sentence in text(client.get(f"/conventions/{convention.slug}/"))
    assert client.get("/conventions/").status_code == 200


def test_a_full_convention_counts_those_who_wait(client):
    convention = builders.convention(capacity=1)
    builders.registration(convention)
    builders.registration(convention, status="waiting")
    builders.registration(convention, status="waiting")
    page = text(client.get(f"/conventions/{convention.slug}/"))
    assert "La seule place est prise ; 2 personnes attendent." in page
    assert "Rejoindre la liste d’attente" in page


def programme(convention, axis=None):
    start = convention.starts_at
    hour = timedelta(hours=1)
    items = [("plenary", "Ouverture", 0, 1), ("workshop", "Atelier A", 1, 2), ("workshop", "Atelier B", 1, 2)]
    for kind, title, begins, ends in items:
        item = ProgrammeItem.objects.create(
            convention=convention,
            kind=kind,
            title=title,
            room=f"Salle de {title}",
            starts_at=start + begins * hour,
            ends_at=start + ends * hour,
        )
        if kind == "workshop":
            Workshop.objects.create(item=item, axis=axis, capacity=20)


def test_the_programme_is_told_by_hour_with_rooms_and_the_axis_of_each_workshop(client):
    convention = builders.convention(starts_at=datetime(2038, 1, 14, 8, 0, tzinfo=UTC), access="Ascenseur.")
    programme(convention, builders.axis(4, "Inclusion numérique"))
    answer = client.get(f"/conventions/{convention.slug}/")
    (day,) = answer.context["programme"]
    assert [(slot["hours"], [item.title for item in slot["items"]]) for slot in day["slots"]] == [
        ("9\xa0h – 10\xa0h", ["Ouverture"]),
        ("10\xa0h – 11\xa0h", ["Atelier A", "Atelier B"]),
    ]
    page = text(answer)
    assert "Salle de Atelier A" in page
    assert "4 Inclusion numérique" in page
    assert "Les 2 ateliers" in page
    assert "Ascenseur." in page


def test_the_pages_cost_the_same_number_of_queries_whatever_they_show(client, django_assert_num_queries):
    for _ in range(3):
        convention = builders.convention()
        programme(convention, builders.axis())
        builders.registration(convention)
        past()
        with django_assert_num_queries(2):
            client.get("/conventions/")
        with django_assert_num_queries(2):
            client.get(f"/conventions/{convention.slug}/")


@pytest.mark.parametrize("path", ["/conventions/{}/", "/conventions/{}.ics", "/conventions/inconnue-{}/"])
def test_a_draft_does_not_exist_for_anybody(client, path):
    assert client.get(path.format(builders.convention(state="draft").slug)).status_code == 404


def test_the_calendar_of_a_convention_is_a_file_that_anybody_may_take(client):
    convention = builders.convention(title="Convention d’essai")
    answer = client.get(f"/conventions/{convention.slug}.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{convention.slug}.ics"'
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert (event["summary"], event.decoded("dtstart")) == (
        "Convention d’essai",
        convention.starts_at.replace(microsecond=0),
    )
    assert str(event["url"]) == f"http://localhost:8000/conventions/{convention.slug}/"


def test_nobody_is_named_on_public_pages(client):
    convention = builders.convention()
    ana = builders.attendee(name="Canari Jaunet", email="canari@test.invalid")
    builders.registration(convention, ana, registered_by=builders.user("serin@test.invalid", full_name="Serin Cini"))
    for path in ("/conventions/", f"/conventions/{convention.slug}/", f"/conventions/{convention.slug}.ics"):
        body = client.get(path).content.decode().lower()
        assert [word for word in ("canari", "jaunet", "serin", "cini") if word in body] == []


def test_reading_writes_nothing(client):
    convention = builders.convention()
    before = Convention.objects.values().get(pk=convention.pk)
    for path in ("/conventions/", f"/conventions/{convention.slug}/", f"/conventions/{convention.slug}.ics"):
        assert client.post(path).status_code == 405
        assert client.head(path).status_code == 200
    assert Convention.objects.values().get(pk=convention.pk) == before
