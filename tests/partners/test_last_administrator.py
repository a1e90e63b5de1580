"""An organisation keeps somebody who administers it, whatever writes: the database holds it."""

import threading

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from partners.models import Membership, User
from tests import builders
from tests.partners.test_people import wait_for_a_lock

pytestmark = pytest.mark.django_db
NAME = "membership_last_administrator"


def administrators(count: int) -> list[Membership]:
    organisation = builders.organisation()
    return [builders.membership(builders.user(), organisation, "administrator") for _ in range(count)]


def refused(write) -> str:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        write()
    return error.value.__cause__.diag.constraint_name


def end(*memberships) -> int:
    rows = Membership.objects.filter(pk__in=[each.pk for each in memberships])
    return rows.update(ends_on=timezone.localdate(), ended_at=timezone.now())


def test_neither_an_end_nor_a_deletion_nor_another_role_takes_the_last_one_away():
    [last] = administrators(1)
    rows = Membership.objects.filter(pk=last.pk)

    assert refused(lambda: end(last)) == NAME
    assert refused(rows.delete) == NAME
    assert refused(lambda: rows.update(role="reader")) == NAME


def test_closing_the_account_of_the_last_one_is_refused():
    [last] = administrators(1)

    assert refused(lambda: User.objects.filter(pk=last.user_id).update(is_active=False)) == NAME


def test_one_statement_cannot_take_the_two_last_ones():
    both = administrators(2)

    assert refused(lambda: end(*both)) == NAME
    assert end(both[0]) == 1


def test_an_administrator_whose_account_is_closed_does_not_count():
    first, second = administrators(2)
    User.objects.filter(pk=first.user_id).update(is_active=False)

    assert refused(lambda: end(second)) == NAME


def test_an_organisation_without_administrator_lives_on():
    reader = builders.membership(builders.user(), builders.organisation(), "reader")

    assert end(reader) == 1


def race(both: list[Membership]) -> tuple[bool, list]:
    """The first ends one, and holds; the rival ends the other. Whether the rival waited, and what it met."""
    met: list = []

    def rival():
        try:
            end(both[1])
            met.append("ended")
        except IntegrityError as error:
            met.append(error.__cause__.diag.constraint_name)
        connections.close_all()

    thread = threading.Thread(target=rival)
    with transaction.atomic():
        end(both[0])
        thread.start()
        waited = wait_for_a_lock()
    thread.join(10)
    return waited, met


@pytest.mark.django_db(transaction=True)
def test_two_that_end_at_once_queue_and_one_stays():
    both = administrators(2)

    assert race(both) == (True, [NAME])
    assert Membership.objects.live().count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_would_go():
    """The negative control: the trigger without its lock lets the two last ones leave."""
    both = administrators(2)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('partners_keep_administrator'::regproc)")
        [whole] = cursor.fetchone()
        cursor.execute(whole.replace("FOR NO KEY UPDATE", ""))
    try:
        assert race(both) == (False, ["ended"])
    finally:
        with connection.cursor() as cursor:
            cursor.execute(whole)
