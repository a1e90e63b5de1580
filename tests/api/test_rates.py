"""How often one may call, by class, and that the answer says what is left."""

import pytest

from alliance.lib import api_throttle

pytestmark = pytest.mark.django_db
API = "/api/v1/"


@pytest.fixture
def tight(settings, monkeypatch):
    """Two calls a minute of each class, for a reader from elsewhere."""
    settings.API_RATES = {"reads": 2, "files": 1, "writes": 1}
    settings.API_UNCOUNTED = []
    monkeypatch.setattr(api_throttle, "windows", api_throttle.Windows())
    monkeypatch.setattr(api_throttle.time, "time", lambda: 1_800_000_007)


def test_what_is_left_is_told_and_then_refused_with_the_time_to_wait(client, tight):
    first, second, third = (client.get(f"{API}axes/") for _ in range(3))
    assert (first["RateLimit"], first["RateLimit-Policy"]) == ('"reads";r=1;t=53', '"reads";q=2;w=60')
    assert (second.status_code, second["RateLimit"]) == (200, '"reads";r=0;t=53')
    assert (third.status_code, third["Retry-After"], list(third.json())) == (429, "53", ["detail"])


def test_each_class_counts_for_itself(client, tight):
    for _ in range(2):
        client.get(f"{API}axes/")
    assert client.get(f"{API}axes/?format=csv").status_code == 200
    assert client.get(f"{API}axes/?format=csv").status_code == 429
    assert client.post(f"{API}projects/", {}, content_type="application/json").status_code == 401
    assert client.get(f"{API}stakes/").status_code == 429


def test_the_next_minute_begins_anew(client, tight, monkeypatch):
    for _ in range(3):
        client.get(f"{API}axes/")
    monkeypatch.setattr(api_throttle.time, "time", lambda: 1_800_000_067)
    assert client.get(f"{API}axes/").status_code == 200


def test_readers_are_told_apart_and_the_machine_itself_is_not_counted(client, tight, settings):
    for _ in range(2):
        client.get(f"{API}axes/")
    assert client.get(f"{API}axes/", REMOTE_ADDR="203.0.113.9").status_code == 200
    settings.API_UNCOUNTED = ["127.0.0.1"]
    response = client.get(f"{API}axes/")
    assert (response.status_code, "RateLimit" in response) == (200, False)
