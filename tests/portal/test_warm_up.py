"""Before its first visitor, a web process makes a page of each kind and shows every connection what pages ask."""

import gc
import time

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, close_old_connections, connection

from alliance.lib import logs
from alliance.portal import warm_up
from alliance.portal.warm_up import PLAIN, Statements
from tests import builders


@pytest.fixture
def application(settings):
    """Requests leave the connection of the test open, as they do with Django's own client."""
    settings.WARM_UP_SECONDS = 60.0
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    gc.unfreeze()


@pytest.fixture
def places(db):
    for number in (1, 2):
        builders.axis(number)
    builders.region("84", "Auvergne-Rhône-Alpes")
    builders.department("75", "Paris", region=builders.region("11", "Île-de-France"))


@pytest.mark.parametrize("address", PLAIN)
def test_every_address_is_a_page(application, places, address):
    assert warm_up.ask(application, address) == 200


def test_pages_of_rows_are_among_them(application, places):
    project = builders.project(slug="halle", lead=builders.organisation(slug="atelier"))
    assert warm_up.of_rows() == [f"/projets/{project.slug}/", "/annuaire/atelier/"]
    assert warm_up.warm_up(application) == len(PLAIN) + 2
    assert gc.get_freeze_count() > 0
    assert not logs.log.disabled


@pytest.mark.django_db
def test_what_pages_asked_is_asked_again_on_the_next_connection(django_assert_num_queries):
    statements = Statements()
    with connection.execute_wrapper(statements), connection.cursor() as cursor:
        for value in (1, 2):
            cursor.execute("SELECT %s + 1", [value])
        cursor.execute("SET LOCAL work_mem = '1MB'")
    assert statements.seen == {"SELECT %s + 1": ([1], False)}
    with django_assert_num_queries(1):
        statements.again()


def test_without_time_for_it_nothing_is_asked(settings):
    assert settings.WARM_UP_SECONDS == 0
    assert warm_up.warm_up(None) == 0


@pytest.mark.django_db
def test_it_ends_with_its_time(application):
    assert warm_up.make_pages(application, time.monotonic() - 1) == 0


def test_a_database_that_does_not_answer_ends_it(application, monkeypatch):
    def down():
        raise OperationalError

    monkeypatch.setattr(connection, "ensure_connection", down)
    assert warm_up.warm_up(application) == 0
    assert not logs.log.disabled
