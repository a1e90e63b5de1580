"""The whole demonstration on a port of its own, once for a module: its tests read, from threads that are not theirs."""

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer


@pytest.fixture(scope="module")
def demonstration(browser, django_db_setup, django_db_blocker):
    """A portal with its ``url``. The rows are really committed; the module's end empties the database.

    Within ``browser``: while its event loop runs, this thread has a connection of its own there, to be closed here.
    """
    with django_db_blocker.unblock():
        server = LiveServer("localhost")
        addresses = {"SITE_URL": server.url, "CSRF_TRUSTED_ORIGINS": [server.url]}
        try:
            with server._live_server_modified_settings, override_settings(DEMO=True, **addresses):
                for command in ("load_territories", "load_facts", "demo_data"):
                    call_command(command, verbosity=0)
                yield server
        finally:
            server.stop()
            call_command("flush", verbosity=0, interactive=False, reset_sequences=False)
            connections.close_all()
