"""Fixtures for every test. Builders of rows are in builders.py, the database of the run in database.py."""

import gc
import os
from pathlib import Path

import pytest

from tests import chromium as chromium_found
from tests import html_pages, migrated
from tests.smtp import SmtpServer

LONGEST = "tests/running/test_portal.py"
"""Whole portals, more than a minute. First: begun last, one worker would end the run alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded by now stays to the end: the garbage collector looks elsewhere, and less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """Stands in for pytest-django's: a copy of the migrated database, not the migrations once for each worker."""
    from django.db import connection

    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with django_db_blocker.unblock():
        connection.close()
        settings = connection.settings_dict
        settings["NAME"] = name = f"test_{worker}"
        migrated.copy(os.environ["DATABASE_URL"], name)
        yield
        connection.close()


@pytest.fixture(scope="session", autouse=True)
def flush_spares_no_table():
    """See tests/emptying.py."""
    from tests import emptying

    with pytest.MonkeyPatch.context() as patch:
        emptying.install(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def static_files_are_found_once():
    """See tests/static_files.py."""
    from tests import static_files

    with pytest.MonkeyPatch.context() as patch:
        static_files.install(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def pages_are_kept():
    """For the checker of HTML, which reads them at the end of the run."""
    if folder := os.environ.get(html_pages.KEPT):
        with pytest.MonkeyPatch.context() as patch:
            html_pages.keep_everything(Path(folder), patch)
            yield
    else:
        yield


@pytest.fixture
def smtp_server(settings):
    """A real SMTP server; the portal's mail goes there for the length of the test."""
    from alliance.lib.mail_url import mailer_from_url

    server = SmtpServer()
    server.start()
    settings.EMAIL_URL = server.url
    settings.MAILERS = {alias: mailer_from_url(server.url, timeout=3) for alias in ("default", "prompt")}
    yield server
    server.end()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium. Without one: skipped in words, and an error where CI=true."""
    found = chromium_found.find()
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("no browser, and CI=true: install chromium-headless-shell")
    if found is None:
        pytest.skip("skipped: no browser")
    return found


@pytest.fixture(scope="module")
def browser(request, chromium):
    """One Chromium for the module: while it is open, Playwright keeps an event loop running in this thread."""
    from playwright.sync_api import sync_playwright

    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # our queries here are synchronous, nothing else runs on it
        measured = request.node.get_closest_marker("bench")
        flags = [*chromium_found.FLAGS, *([] if measured else chromium_found.SHORT_LIVED)]
        launched = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield launched
        launched.close()


@pytest.fixture
def live_portal(live_server, settings):
    """The portal on a port of its own, answering from threads; rows are really committed, then flushed.

    Ask for it before ``page``. ``live_portal.url`` is also what links in mails begin with.
    """
    settings.SITE_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    return live_server


@pytest.fixture
def page(browser):
    """A fresh page in French, 1280 px wide; a script error or a request to another host fails the test."""
    context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    opened.on("console", lambda message: wrong.append(f"console: {message.text}") if message.type == "error" else None)
    yield opened
    context.close()
    assert [line for line in wrong if "status of 4" not in line] == []
