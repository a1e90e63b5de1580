"""Public pages kept for the next visitor: the same bytes, never older than what was written, for nobody alone."""

import os
import random
import time
from pathlib import Path

import pytest
from django.db import OperationalError
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.urls import ResolverMatch

from alliance.lib import kept_pages
from alliance.lib.kept_pages import KeptPagesMiddleware, Shelf
from tests import builders

pytestmark = pytest.mark.django_db


class Portal:
    """The middleware around a view that counts how often it is asked."""

    def __init__(self, answer=HttpResponse):
        self.asked = 0
        self.answer = answer
        self.middleware = KeptPagesMiddleware(self._view)

    def _view(self, request):
        self.asked += 1
        request.resolver_match = ResolverMatch(self._view, (), {}, tried=[["annuaire/"]] * 80)
        return self.answer(f"page {self.asked}")

    def get(self, path: str = "/projets/", method: str = "GET", **headers) -> HttpResponse:
        request = RequestFactory().generic(method, path, **headers)
        if "HTTP_COOKIE" in headers:
            request.COOKIES = {"portail_session": "x"}
        return self.middleware(request)


@pytest.fixture
def portal(settings) -> Portal:
    settings.PAGES_KEPT_MB = 1
    return Portal()


def test_the_next_visitor_gets_the_same_bytes_without_the_view(portal):
    first, second = portal.get("/projets/?q=vélo"), portal.get("/projets/?q=vélo")
    assert (first.content, second.content, portal.asked) == (b"page 1", b"page 1", 1)
    assert dict(first.items()) == dict(second.items())
    assert portal.get("/projets/?q=jardin").content == b"page 2"


@pytest.mark.parametrize(
    "write",
    [builders.project, builders.organisation, builders.axis, builders.signature],
    ids=lambda made: made.__name__,
)
def test_whatever_is_written_is_seen_at_once(portal, write):
    portal.get()
    write()
    assert portal.get().content == b"page 2"


def test_control_a_version_that_never_changes_shows_the_old_page(portal, monkeypatch):
    monkeypatch.setattr(kept_pages, "version_of_all", lambda: 0)
    portal.get()
    builders.project()
    assert portal.get().content == b"page 1"


def test_what_carries_no_stamp_is_late_by_a_minute_at_most(portal, monkeypatch):
    monkeypatch.setattr(kept_pages, "KEPT_SECONDS", 0.01)
    portal.get()
    time.sleep(0.02)
    assert portal.get().content == b"page 2"


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/espace/"},
        {"path": "/conventions/2026/"},
        {"path": "/api/v1/projects/"},
        {"method": "POST"},
        {"method": "HEAD"},
        {"HTTP_COOKIE": "portail_session=x"},
        {"HTTP_HX_REQUEST": "true"},
        {"HTTP_AUTHORIZATION": "Bearer x"},
        {"path": "/projets/?q=" + "x" * 500},
    ],
    ids=str,
)
def test_what_is_for_somebody_is_neither_kept_nor_taken_from_what_is_kept(portal, other):
    portal.get()
    assert portal.get(**other).content == b"page 2"
    assert portal.get(**other).content == b"page 3"
    assert portal.get().content == b"page 1"


@pytest.mark.parametrize("other", [{"HTTP_ACCEPT_ENCODING": "gzip"}, {"HTTP_HOST": "localhost"}], ids=str)
def test_another_encoding_or_host_is_another_page(portal, other):
    portal.get()
    assert portal.get(**other).content == b"page 2"
    assert portal.get(**other).content == b"page 2"


def with_cookie(body):
    response = HttpResponse(body)
    response.set_cookie("portail_csrf", "x")
    return response


@pytest.mark.parametrize(
    "answer",
    [
        with_cookie,
        lambda body: HttpResponse(body, status=404),
        lambda body: HttpResponse(body, headers={"Cache-Control": "no-store"}),
        lambda body: StreamingHttpResponse([body]),
        lambda body: HttpResponse(body + "x" * kept_pages.LARGEST),
    ],
    ids=["cookie", "not found", "no-store", "stream", "large"],
)
def test_only_whole_pages_without_cookie_are_kept(portal, answer):
    portal.answer = answer
    portal.get()
    portal.get()
    assert portal.asked == 2


def test_the_shelf_never_holds_more_than_its_room(portal):
    portal.answer = lambda body: HttpResponse("x" * 100_000)
    for number in range(30):
        portal.get(f"/projets/?page={number}")
    shelf = portal.middleware.shelf
    assert (shelf.size <= 1_000_000, len(shelf.pages)) == (True, 9)
    assert shelf.size == sum(page.size for page in shelf.pages.values())
    portal.get("/projets/?page=29")
    assert portal.asked == 30
    portal.get("/projets/?page=0")
    assert portal.asked == 31


def test_what_is_found_is_what_was_put_however_often_the_block_was_filled():
    shelf, put, drawn = Shelf(50_000), {}, random.Random(7)
    for number in range(2_000):
        key = (drawn.randrange(40),)
        put[key] = bytes([number % 256]) * drawn.randrange(1, 9_000)
        shelf.put(key, 1, put[key], [("Content-Type", "text/html")], "match")
        assert shelf.get(key, 1)[1] == put[key], "the newest is there"
        for each in list(shelf.pages):
            assert shelf.get(each, 1)[1] == put[each]
        assert shelf.size <= shelf.room == len(shelf.block)
    assert len(shelf.pages) > 4


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_the_room_is_taken_at_the_start():
    before = resident()
    shelf = Shelf(64_000_000)

    assert resident() - before > 60_000_000
    assert shelf.size == 0


def test_patterns_tried_in_vain_are_not_kept(portal):
    portal.get()
    [kept] = portal.middleware.shelf.pages.values()
    assert kept.match.tried is None


def test_a_database_that_is_down_is_the_view_s_affair(portal, monkeypatch):
    def down():
        raise OperationalError

    monkeypatch.setattr(kept_pages, "version_of_all", down)
    assert [portal.get().content, portal.get().content] == [b"page 1", b"page 2"]


def test_tests_themselves_keep_no_page(settings):
    assert settings.PAGES_KEPT_MB == 0
    portal = Portal()
    assert [portal.get().content, portal.get().content] == [b"page 1", b"page 2"]


def test_a_real_page_is_kept_whole_with_its_headers(client, settings):
    settings.PAGES_KEPT_MB = 1
    builders.project(title="Halle partagée")
    client.handler.load_middleware()
    first = client.get("/projets/", HTTP_ACCEPT_ENCODING="gzip")
    second = client.get("/projets/", HTTP_ACCEPT_ENCODING="gzip")
    assert first.content == second.content
    assert second.resolver_match.view_name == "partners:projects"
    ours = {"X-Request-ID"}
    assert {k: v for k, v in first.items() if k not in ours} == {k: v for k, v in second.items() if k not in ours}
    assert second["Content-Encoding"] == "gzip"
    assert "default-src 'none'" in second["Content-Security-Policy"]
