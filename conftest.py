"""One throw-away PostgreSQL for the whole run, before Django reads its settings. See also tests/conftest.py."""

import os
from pathlib import Path

import pytest

os.environ["PORTAL_MODE"] = "test"
os.environ["DJANGO_SETTINGS_MODULE"] = "alliance.settings"
SECRETS = ("SECRET_KEY", "EMAIL_URL", "SENTRY_DSN", "JOURNAL_KEY", "SEAL_P12", "SEAL_PASSWORD", "TSA_URL")
for name in ("DEMO", "BROKER_URL", "CACHE_URL", "STORAGE_URL", "SITE_URL", *SECRETS):
    os.environ.pop(name, None)

SERVER = pytest.StashKey[object]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the server in the process that owns the run; xdist's workers inherit its address."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        from tests.database import start

        config.stash[SERVER] = started = start(kept=config.rootpath / ".pytest_cache" / "migrated")
        os.environ["DATABASE_URL"] = started.url
        os.environ["DATA_DIR"] = str(started.folder)
        keep_pages(started.folder / "html")
    from django.conf import settings

    settings.DATABASES  # noqa: B018  pytest-django sets up Django when the settings have been read


def keep_pages(folder: Path) -> None:
    """Where the pages of this run are kept for the checker of HTML, if there is one."""
    from tests import html_pages

    os.environ.pop(html_pages.KEPT, None)
    if html_pages.checker():
        folder.mkdir()
        os.environ[html_pages.KEPT] = str(folder)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if SERVER in session.config.stash and (folder := os.environ.get("HTML_PAGES")):
        from tests import html_pages

        html_pages.tell(session, Path(folder))


def pytest_unconfigure(config: pytest.Config) -> None:
    if started := config.stash.get(SERVER, None):
        started.end()
