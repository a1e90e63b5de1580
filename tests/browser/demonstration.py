"""A portal on a port of its own, once for a module: its tests read, from threads that are not theirs."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

from tests.reference import DEMONSTRATION, loaded


@contextmanager
def served(blocker, **settings) -> Iterator[LiveServer]:
    """A portal with its ``url``. What is written within is really committed; the end empties the database.

    Within ``browser``: while its event loop runs, this thread has a connection of its own there, to be closed here.
    """
    with blocker.unblock():
        server = LiveServer("localhost")
        addresses = {"SITE_URL": server.url, "CSRF_TRUSTED_ORIGINS": [server.url]}
        try:
            with server._live_server_modified_settings, override_settings(**settings, **addresses):
                yield server
        finally:
            server.stop()
            call_command("flush", verbosity=0, interactive=False, reset_sequences=False)
            connections.close_all()


@pytest.fixture(scope="module")
def demonstration(browser, django_db_setup, django_db_blocker):
    """The whole demonstration."""
    with loaded(django_db_blocker, *DEMONSTRATION), served(django_db_blocker, DEMO=True) as server:
        yield server
