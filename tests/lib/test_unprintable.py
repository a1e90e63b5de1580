"""Pages tell back what was typed without the characters that HTML forbids, and nothing else is lost."""

import re

import pytest
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.test import Client

from alliance.lib.unprintable import UnprintableMiddleware
from tests import builders

pytestmark = pytest.mark.django_db
TEAM = "/espace/marais/equipe/"
EVERY = "".join(map(chr, range(0x20))) + "\x7f"


@pytest.fixture
def managing(client):
    person = builders.user("ana@test.invalid")
    builders.membership(person, builders.organisation(slug="marais"), "administrator")
    return builders.sign_in(client, person)


def answer(response) -> bytes:
    sent = UnprintableMiddleware(lambda request: response)(None)
    return b"".join(sent.streaming_content) if sent.streaming else sent.content


def test_a_field_that_refuses_a_nul_says_so_and_shows_the_rest(managing):
    refused = managing.post(TEAM, {"full_name": " a\x00b \x01« é »\x0bc", "email": "bob@test.invalid\x00"})
    page = refused.content.decode()
    said = refused.context["form"].errors["full_name"]
    assert refused.status_code == 400
    assert len(said) == 1
    assert said[0] in page
    assert 'value=" ab « é »c"' in page
    assert 'value="bob@test.invalid"' in page
    assert int(refused["Content-Length"]) == len(refused.content)


@pytest.mark.parametrize("path", ["/recherche/", "/projets/", "/annuaire/", "/territoires/", "/charte/signataires/"])
def test_an_address_with_a_nul_makes_a_page_without(client, path):
    page = client.get(f"{path}?q=mara%00is&region=%00&ordering=%01&inconnu=%00")
    assert page.status_code in {200, 400}
    assert not re.search(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]", page.content)


def test_all_but_control_characters_stays():
    typed = f"<p>« œ » {EVERY}\xa0é€🏔</p>"
    assert answer(HttpResponse(typed)).decode() == "<p>« œ » \t\n\x0c\r\xa0é€🏔</p>"


@pytest.mark.parametrize("kind", ["application/zip", "application/json", "text/plain; charset=utf-8"])
def test_what_is_no_page_is_sent_as_it_is(kind):
    assert answer(HttpResponse(b"PK\x03\x04\x00", content_type=kind)) == b"PK\x03\x04\x00"
    assert answer(StreamingHttpResponse([b"\x00"], content_type=kind)) == b"\x00"


def test_a_file_is_sent_as_it_is(tmp_path):
    (tmp_path / "a.html").write_bytes(b"\x00")
    with (tmp_path / "a.html").open("rb") as file:
        assert answer(FileResponse(file)) == b"\x00"


def test_control_without_it_the_page_would_hold_a_nul(managing, settings):
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if not each.endswith("UnprintableMiddleware")]
    bare = Client()
    bare.cookies = managing.cookies
    assert b"a\x00b" in bare.post(TEAM, {"full_name": "a\x00b"}).content
