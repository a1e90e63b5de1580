"""A connection of the pool is trusted while nothing says otherwise, and never once its server has gone."""

import psycopg
import pytest
from django.db import connection

from alliance.lib.pooled import still_there

pytestmark = pytest.mark.django_db


@pytest.fixture
def idle():
    """A connection that has answered just now, and the statements that are sent on it afterwards."""
    params = connection.get_connection_params() | {"autocommit": True}
    with psycopg.connect(**params) as line:
        still_there(line)
        yield line


def statements_of(line, monkeypatch) -> list:
    sent = []
    monkeypatch.setattr(line, "execute", lambda *given: sent.append(given))
    return sent


def test_a_connection_that_has_just_answered_is_asked_nothing(idle, monkeypatch):
    sent = statements_of(idle, monkeypatch)
    still_there(idle)
    assert sent == []


def test_after_a_while_it_is_asked_again(idle, monkeypatch):
    monkeypatch.setattr("alliance.lib.pooled.TRUSTED_FOR", 0.0)
    sent = statements_of(idle, monkeypatch)
    still_there(idle)
    assert len(sent) == 1


def test_a_connection_whose_server_has_gone_is_found_out_at_once(idle):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [idle.info.backend_pid])
        assert cursor.fetchone()[0]
    with pytest.raises(psycopg.OperationalError):
        still_there(idle)
