"""What is announced of a request and cannot be read is no error of ours, whatever the client says."""

import io
from pathlib import Path

import pytest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

from alliance import settings
from alliance.lib.announced import AskedRequest

pytestmark = pytest.mark.django_db
UNREADABLE = ("text/plain; charset=rot13", "text/plain; charset=undefined", "text/plain; a*=rien''x", "a" * 20_000)
MANY = "a&" * 2_500


def environ(kind: str, query: str = "q=caf%C3%A9", path: str = "/healthz") -> dict:
    body = io.BytesIO(b"")
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "CONTENT_TYPE": kind}
    return asked | {"SERVER_NAME": "testserver", "SERVER_PORT": "80", "wsgi.url_scheme": "http", "wsgi.input": body}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_announces_no_text_is_read_as_what_announces_nothing(kind):
    request = AskedRequest(environ(kind))
    assert (request.content_type, request.encoding, request.GET["q"]) == ("", None, "café")


def test_what_can_be_read_is():
    request = AskedRequest(environ("application/json; charset=latin-1", "q=caf%E9"))
    assert (request.content_type, request.encoding, request.GET["q"]) == ("application/json", "latin-1", "café")


@pytest.mark.parametrize(("kind", "query", "status"), [(UNREADABLE[0], "", 200), ("text/x; charset=utf-8", MANY, 400)])
def test_the_server_answers_whatever_is_announced(kind, query, status):
    handler, told = WSGIHandler(), []
    handler.request_class = AskedRequest
    path = "/healthz" if status == 200 else "/aide/"
    b"".join(handler(environ(kind, query, path), lambda line, headers: told.append(line)))
    assert told[0].startswith(str(status))


@pytest.mark.parametrize("kind", UNREADABLE)
def test_control_django_s_own_request_is_an_error(kind):
    with pytest.raises(Exception, match=r"codec|encoding|Content-Type"):
        WSGIRequest(environ(kind))


def test_it_is_what_the_web_server_makes():
    assert (
        "application.request_class = announced.AskedRequest" in Path(settings.BASE_DIR, "alliance/wsgi.py").read_text()
    )
