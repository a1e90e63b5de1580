"""An act upon a thousand rows of the back office, its worker killed -9 in the middle of each of its three stages."""

import time

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from alliance.lib.models import Change
from alliance.outbox.models import Owed
from alliance.portal.lists import batches
from partners.models import BulkAct, Organisation
from tests import builders
from tests.outbox.test_faults import wait_for

pytestmark = pytest.mark.faults
SIZE, KILLS = 1_000, 3
CARRIED = Organisation.axes.through
TORN = """
SELECT coalesce(said.row_id, there.organisation_id)
FROM (SELECT row_id FROM partners_bulkline WHERE act_id = %s AND outcome = 'done') said
FULL JOIN partners_organisation_axes there ON there.organisation_id = said.row_id
WHERE said.row_id IS NULL OR there.organisation_id IS NULL
"""


@pytest.fixture
def act(transactional_db, broker):
    """An axis to be added to a thousand organisations; looked at by whatever worker comes."""
    broker.start()
    axis, agent = builders.axis(), builders.staff()
    rows = (Organisation(kind="local", name=f"Organisation {n:04}", slug=f"o-{n}") for n in range(SIZE))
    Organisation.objects.bulk_create(rows)
    act = batches.choose(by=agent, noun="partners.organisation", action="add_axis", rows=Organisation.objects.all())
    return batches.look(act=act, values={"axis": axis.pk}, motive="essai")


def torn(act) -> list[int]:
    """Rows that are changed though their line does not say so, or the reverse."""
    with connection.cursor() as cursor:
        cursor.execute(TORN, [act.pk])
        return [row_id for (row_id,) in cursor.fetchall()]


def in_hand(act) -> bool:
    """Whether a worker is in the middle of some of its lines."""
    with transaction.atomic():
        return not BulkAct.objects.select_for_update(skip_locked=True).filter(pk=act.pk).exists()


def a_minute_passes() -> None:
    """What was in the hands of the dead is due again."""
    Owed.objects.pending().update(lease_until=Now(), due_at=Now())


def through_kills(act, programs, worker, *, left: str, until: str):
    """The stage ends in spite of the kills, each in the middle of some lines, and none of them leaves a torn row."""
    for kill in range(KILLS):
        wait_for(lambda: act.lines.filter(outcome=left).count() <= SIZE - 200 * kill and in_hand(act))  # noqa: B023
        time.sleep(0.1)
        assert in_hand(act), "killed between two transactions: nothing would be proved"
        programs.kill(worker)
        assert torn(act) == []
        a_minute_passes()
        worker = programs.worker()
    wait_for(lambda: BulkAct.objects.filter(pk=act.pk, state=until).exists(), seconds=120)
    return worker


def test_each_line_is_done_and_taken_back_once_through_kills_of_the_worker(act, programs):
    programs.relay()
    worker = through_kills(act, programs, programs.worker(), left="waiting", until="previewed")
    assert (act.outcomes(), CARRIED.objects.count()) == ({"ready": SIZE}, 0)
    batches.begin(act=act)
    worker = through_kills(act, programs, worker, left="ready", until="done")
    assert (act.outcomes(), CARRIED.objects.count(), torn(act)) == ({"done": SIZE}, SIZE, [])
    kept = Change.objects.filter(batch=act.public_id, noun=CARRIED._meta.db_table)
    assert sorted(kept.values_list("subject_id", flat=True)) == sorted(act.lines.values_list("row_id", flat=True))
    batches.take_back(act=act, motive="essai")
    through_kills(act, programs, worker, left="done", until="undone")
    assert (act.outcomes(), CARRIED.objects.count()) == ({"undone": SIZE}, 0)


def test_control_lines_that_are_told_apart_from_their_rows_are_torn(act, programs):
    programs.relay()
    worker = programs.worker(TOLD_APART="1")
    wait_for(lambda: BulkAct.objects.filter(pk=act.pk, state="previewed").exists(), seconds=120)
    batches.begin(act=act)
    wait_for(lambda: CARRIED.objects.count() % batches.CHUNK > 20)
    programs.kill(worker)
    assert torn(act) != []
