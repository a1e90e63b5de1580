"""Certificates of attendance that wait for their seal: told to the national team and to machines."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alliance.lib.french import long_date
from events import certificates
from events.actions.certificates import certify_attendance
from tests import builders
from tests.charter.test_alarms import figures
from tests.events import coming
from tests.events.reading import text
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
HOURS = timedelta(hours=3)


@pytest.fixture
def waiting(stored):
    """Two of one gathering, for three hours."""
    convention = coming.gone_by(title="Convention d’essai", slug="essai")
    at = timezone.now() - HOURS
    return [certify_attendance(registration=coming.present(convention), at=at) for _ in range(2)]


def line(client):
    queue = client.get("/gestion/").context["queue"]
    return next((each for each in queue if each.label.startswith("Attestations de présence")), None)


def test_the_national_team_reads_how_many_wait_and_for_which_gathering(waiting):
    national = signed_in(builders.staff())
    told = line(national)
    assert (told.count, told.since) == (2, timezone.localdate(waiting[0].issued_at))
    page = text(national.get(told.url))
    assert "Convention d’essai : 2 attestations attendent leur cachet, depuis 3 heures." in page
    assert 'href="/gestion/conventions/essai/bilan/"' in national.get(told.url).content.decode()


def test_the_others_read_nothing_of_them(waiting):
    delegate = signed_in(builders.staff(regions=[builders.region()]))
    assert line(delegate) is None
    assert "Convention d’essai" not in text(delegate.get("/gestion/actes-en-attente/"))


def test_once_sealed_nothing_waits(waiting, sealing):
    for certificate in waiting:
        assert certificates.seal_now(certificate.pk)
    national = signed_in(builders.staff())
    assert line(national).count == 0
    assert "Toutes portent leur cachet." in text(national.get(line(national).url))


def test_machines_read_it_and_an_hour_is_an_alarm(client, waiting):
    told = client.get("/readyz").json()["papers"]
    day = long_date(timezone.localdate(waiting[0].issued_at))
    sentence = f"Attestations de présence qui attendent leur scellement : 2, la première depuis le {day}."
    assert (told["certificates_unsealed"], sentence in told["alarms"]) == (2, True)
    measured = figures(client)
    assert measured["certificates_unsealed"] == 2
    assert HOURS.seconds <= measured["certificates_unsealed_oldest_seconds"] < HOURS.seconds + 60


def test_those_of_a_demonstration_are_counted_without_an_alarm(client, stored):
    held = coming.gone_by(is_demo=True)
    certify_attendance(registration=coming.present(held), at=timezone.now() - HOURS)
    told = client.get("/readyz").json()["papers"]
    assert (told["certificates_unsealed"], told["alarms"]) == (1, [])
    assert figures(client)["certificates_unsealed_oldest_seconds"] == 0
