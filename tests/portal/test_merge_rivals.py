"""Mergers at once with other writes: each lock is held, and the rival is seen to wait."""

import threading

import pytest
from django.db import connections, transaction

from alliance.lib.errors import Conflict
from alliance.portal.actions.merge import merge_organisations
from tests import builders
from tests.partners.test_people import wait_for_a_lock


@pytest.mark.django_db(transaction=True)
def test_a_rival_merger_waits_then_finds_the_row_absorbed():
    """The first holds both rows: the rival waits, whichever of the two it would keep."""
    agent, keep, gone = builders.staff(), builders.organisation(), builders.organisation()
    refusals = []

    def rival():
        try:
            merge_organisations(keep=gone, gone=keep, by=agent, motive="L’inverse.")
        except Conflict as conflict:
            refusals.append(conflict.code)
        connections.close_all()

    thread = threading.Thread(target=rival)
    with transaction.atomic():
        merge_organisations(keep=keep, gone=gone, by=agent, motive="Les mêmes.")
        thread.start()
        assert wait_for_a_lock()
        assert refusals == []
    thread.join(10)
    assert refusals == ["absorbed"]
