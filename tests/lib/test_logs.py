"""Logs: one JSON object a line, which names requests and never people."""

import json
import logging

import pytest
from django.test import RequestFactory

from alliance.lib.logs import JsonFormatter, RequestLogMiddleware, scrub


def line(message, *args, **extra) -> dict:
    record = logging.getLogger("tests").makeRecord("tests", logging.INFO, "f", 1, message, args, None, extra=extra)
    return json.loads(JsonFormatter().format(record))


def test_a_line_has_the_known_fields_and_drops_the_others():
    written = line("sent %s", "now", owed=3, email="ada@example.org", person="Ada")
    written.pop("at")
    assert written == {"level": "INFO", "logger": "tests", "message": "sent now", "owed": 3}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("to <ada.l@example.org>: no", "to <[adresse]>: no"),
        ("Key (email)=(Ada@Example.org) exists", "Key (email)=([adresse]) exists"),
        ('{"ada@example.org": 550}', '{"[adresse]": 550}'),
        ("a@b.fr,c@d.fr", "[adresse],[adresse]"),
        ("no address @ all", "no address @ all"),
        ("duplicate key\nDETAIL:  Key (name)=(Ada) exists.\nend", "duplicate key\nDETAIL: [retiré]\nend"),
    ],
)
def test_addresses_are_taken_out_of_messages(said, kept):
    assert scrub(said) == kept
    assert line(said)["message"] == kept


def test_addresses_are_taken_out_of_exceptions():
    error = ValueError("ada@example.org")
    record = logging.LogRecord("tests", logging.ERROR, "f", 1, "failed", (), (ValueError, error, None))
    assert "ada@" not in JsonFormatter().format(record)
    assert json.loads(JsonFormatter().format(record))["exception"].endswith("ValueError: [adresse]")


@pytest.mark.django_db
def test_a_request_is_logged_by_its_route_without_path_nor_query(client, caplog):
    caplog.set_level(logging.INFO, logger="alliance.requests")
    response = client.get("/healthz?code=123456&q=ada@example.org", headers={"X-Request-ID": "abcd-1234"})
    record = caplog.records[-1]
    assert (record.method, record.route, record.status) == ("GET", "healthz", 200)
    assert response.headers["X-Request-ID"] == "abcd-1234"
    written = JsonFormatter().format(record)
    assert "123456" not in written
    assert "ada" not in written


@pytest.mark.parametrize("given", ["", "short", "has space", "x" * 65, "a\nb-injected"])
def test_a_request_id_that_we_would_not_write_is_replaced(given):
    from django.http import HttpResponse

    request = RequestFactory().get("/")
    request.META["HTTP_X_REQUEST_ID"] = given
    request.resolver_match = None
    response = RequestLogMiddleware(lambda request: HttpResponse())(request)
    assert response.headers["X-Request-ID"] != given
    assert len(response.headers["X-Request-ID"]) == 32


@pytest.mark.django_db
@pytest.mark.urls("tests.lib.urls")
def test_a_failure_is_logged_without_the_path_that_holds_a_code(client, caplog):
    client.raise_request_exception = False
    client.get("/fails/bug/?code=123456")
    written = [JsonFormatter().format(record) for record in caplog.records if record.name == "django.request"]
    assert [json.loads(line)["message"] for line in written] == ["Internal Server Error: tests.lib.urls.page"]
    assert "123456" not in written[0]
    assert "ada@example.org" not in written[0]
