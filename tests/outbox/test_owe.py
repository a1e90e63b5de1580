"""Owing work: a row in the caller's own transaction."""

import pytest
from django.db import transaction

from alliance import outbox
from alliance.outbox.models import Owed, State

pytestmark = pytest.mark.django_db


def test_what_is_owed_is_a_row_that_carries_name_arguments_and_a_message_id():
    owed = outbox.owe("events.send_receipt", 42, "fr")
    row = Owed.objects.get()
    assert (row.pk, row.work, row.args, row.state, row.attempts) == (
        owed.pk,
        "events.send_receipt",
        [42, "fr"],
        State.PENDING,
        0,
    )
    assert row.message_id.startswith("<")
    assert row.message_id.endswith("@localhost>")


def test_a_debt_disappears_with_the_transaction_that_owed_it():
    with pytest.raises(RuntimeError), transaction.atomic():
        outbox.owe("events.send_receipt", 1)
        raise RuntimeError
    assert list(Owed.objects.all()) == []


def test_two_functions_cannot_claim_one_name():
    @outbox.work("tests.claimed_once")
    def first(*, owed): ...

    def second(*, owed): ...

    with pytest.raises(ValueError, match="Two functions claim"):
        outbox.work("tests.claimed_once")(second)
    del outbox.WORKS["tests.claimed_once"]
