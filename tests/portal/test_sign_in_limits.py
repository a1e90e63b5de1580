"""How many codes may be asked for: tight for one person in one place, wide for an office."""

import threading

import pytest
from django.db import connections

from alliance.lib import throttle
from alliance.lib.errors import Throttled
from tests import builders
from tests.portal.test_sign_in import ask

pytestmark = pytest.mark.django_db


def test_the_sixth_code_within_ten_minutes_waits(client, smtp_server):
    builders.user("ana@test.invalid")

    statuses = [ask(client, "ana@test.invalid").status_code for _ in range(6)]
    late = ask(client, "ANA@test.invalid")

    assert statuses == [302] * 5 + [429]
    assert (late.status_code, 590 < int(late["Retry-After"]) <= 600) == (429, True)
    assert "Trop de demandes" in late.content.decode()
    assert len(smtp_server.messages) == 5


def test_an_unknown_address_meets_the_same_limit(client, smtp_server):
    assert [ask(client, "bob@test.invalid").status_code for _ in range(6)] == [302] * 5 + [429]


def test_neighbours_and_other_places_go_on(client, smtp_server):
    for _ in range(6):
        ask(client, "ana@test.invalid")

    assert ask(client, "bob@test.invalid").status_code == 302
    assert client.post("/connexion/", {"email": "ana@test.invalid"}, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_an_office_of_fifty_behind_one_address_all_get_their_codes(client, smtp_server):
    assert {ask(client, f"p{number}@test.invalid").status_code for number in range(50)} == {302}
    assert len(smtp_server.messages) == 50


def test_one_address_that_asks_for_everybody_is_stopped(client, smtp_server):
    statuses = [ask(client, f"p{number}@test.invalid").status_code for number in range(61)]

    assert statuses == [302] * 60 + [429]


def test_a_forwarded_address_counts_only_behind_proxies_that_we_trust(rf, settings):
    request = rf.get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="203.0.113.9, 198.51.100.4")

    assert throttle.client_ip(request) == "192.0.2.1"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert throttle.client_ip(request) == "198.51.100.4"


def test_permits_come_back_after_their_time(time_machine):
    from datetime import timedelta

    from django.utils import timezone

    start = timezone.now()
    time_machine.move_to(start, tick=False)
    assert [throttle.permit("essai", "a", amount=2, seconds=60) for _ in range(3)] == [0, 0, 60]
    assert throttle.permit("essai", "b", amount=2, seconds=60) == 0

    time_machine.move_to(start + timedelta(seconds=61), tick=False)
    assert throttle.permit("essai", "a", amount=2, seconds=60) == 0


def test_a_refusal_says_how_long():
    throttle.take("essai", "a", amount=1, seconds=60)

    with pytest.raises(Throttled) as refusal:
        throttle.take("essai", "a", amount=1, seconds=60)

    assert 58 <= refusal.value.retry_after <= 60


@pytest.mark.django_db(transaction=True)
def test_rivals_share_the_permits_exactly():
    granted, barrier = [], threading.Barrier(8)

    def rival():
        barrier.wait(10)
        granted.extend(throttle.permit("essai", "a", amount=5, seconds=60) == 0 for _ in range(3))
        connections.close_all()

    threads = [threading.Thread(target=rival) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join(20) for thread in threads]

    assert (len(granted), sum(granted)) == (24, 5)
