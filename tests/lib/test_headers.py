"""Headers of every answer."""

import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.lib.urls")]


def test_every_answer_is_under_the_strict_policy(client):
    headers = client.get("/public/").headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]


def test_what_a_signed_in_person_reads_is_stored_nowhere(client, django_user_model):
    assert "Cache-Control" not in client.get("/public/").headers
    client.force_login(django_user_model.objects.create_user("ada@example.org"))
    assert client.get("/public/").headers["Cache-Control"] == "private, no-store"
    assert client.get("/private/").headers["Cache-Control"] == "private, no-store"


def test_a_machine_that_asks_for_our_health_costs_no_session(client, django_user_model, django_assert_num_queries):
    client.force_login(django_user_model.objects.create_user("ada@example.org"))
    with django_assert_num_queries(0):
        assert client.get("/healthz").content == b"ok\n"
