"""The chain of evidence: it only grows, in the order of commits, and holds when a person is erased."""

import hashlib
import json
import threading
from datetime import UTC, date, datetime

import pytest
import rfc8785
from django.db import DatabaseError, IntegrityError, connection, transaction

from charter.models import EvidenceEvent
from charter.models.evidence import GENESIS, Fact, broken_at, note, note_all, subject_version
from tests import builders

AT = datetime(2026, 11, 12, 9, 30, tzinfo=UTC)


def chain(case) -> list[EvidenceEvent]:
    return list(EvidenceEvent.objects.of_chain(**case.act))


def test_an_event_is_hashed_as_canonical_json_over_the_one_before(case):
    first = note(kind="invited", **case.act, at=AT, letter="invitation")
    second = note(kind="signed", **case.act, person=case.signer, at=AT)
    assert (first.before, second.before) == (GENESIS, first.after)
    assert second.hashed() == {
        "format": "alliance-event/1",
        "organisation": str(case.organisation.public_id),
        "version": "2020",
        "version_digest": case.version.digest,
        "position": 1,
        "kind": "signed",
        "at": "2026-11-12T09:30:00.000000Z",
        "commitment": second.commitment,
        "before": first.after,
    }
    assert second.after == hashlib.sha256(rfc8785.dumps(second.hashed())).hexdigest()
    assert first.hashed()["details"] == {"letter": "invitation"}


def test_nothing_personal_is_hashed_bare(case):
    event = note(kind="refused", **case.act, person=case.signer, private={"motive": "Mme Essai est partie."})
    assert event.private == {
        "name": "Camille Essai",
        "email": "camille@test.invalid",
        "motive": "Mme Essai est partie.",
    }
    told = json.dumps(event.hashed(), ensure_ascii=False)
    assert [word for word in ("Camille", "camille@", "partie") if word in told] == []
    clear = rfc8785.dumps(event.private)
    assert event.commitment == hashlib.sha256(bytes(event.salt) + b"private\x00" + clear).hexdigest()
    again = note(kind="refused", **case.act, person=case.signer, private={"motive": "Mme Essai est partie."})
    assert again.commitment != event.commitment


def test_erasing_a_person_leaves_the_chain_valid(case):
    note_all(**case.act, facts=[Fact("consented", case.signer), Fact("signed", case.signer), Fact("sealed")])
    assert EvidenceEvent.objects.forget(case.signer) == 2
    assert [(event.name, event.person_id, event.salt) for event in chain(case)] == [("", None, None)] * 3
    assert broken_at(**case.act) is None


def test_each_organisation_and_version_has_a_chain_of_its_own(case):
    other = builders.organisation()
    note(kind="opened", **case.act)
    note(kind="opened", organisation=other, version=case.version)
    note(kind="displayed", **case.act)
    assert [(event.kind, event.position) for event in chain(case)] == [("opened", 0), ("displayed", 1)]
    (alone,) = EvidenceEvent.objects.of_chain(other, case.version)
    assert (alone.position, alone.before) == (0, GENESIS)


def test_details_that_two_programs_could_write_differently_are_refused(case):
    with pytest.raises(ValueError, match="no float"):
        note(kind="opened", **case.act, seconds=1.5)
    assert chain(case) == []


REFUSED = [
    "UPDATE charter_evidenceevent SET kind = 'refused'",
    "UPDATE charter_evidenceevent SET details = '{\"code\": 250}'",
    "UPDATE charter_evidenceevent SET at = now()",
    'UPDATE charter_evidenceevent SET private = \'{"name": "Autre"}\'',
    "DELETE FROM charter_evidenceevent",
    "TRUNCATE charter_evidenceevent CASCADE",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_the_database_itself_refuses_to_change_or_remove_an_event(case, statement):
    note(kind="signed", **case.act, person=case.signer)
    with (
        pytest.raises(DatabaseError, match="ne change pas et ne se supprime pas"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


@pytest.mark.parametrize("statement", REFUSED)
def test_control_without_the_triggers_the_change_passes_and_the_chain_says_so(case, statement):
    note_all(**case.act, facts=[Fact("signed", case.signer)])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
        assert cursor.rowcount != 0
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert broken_at(**case.act) == (None if not chain(case) else 0)


def test_an_event_that_does_not_follow_the_last_is_refused(case):
    first = note(kind="opened", **case.act)
    for position, before in ((1, GENESIS), (2, first.after), (0, GENESIS)):
        event = EvidenceEvent(**case.act, position=position, kind="signed", at=AT, before=before)
        event.after = event.digest()
        with pytest.raises(IntegrityError, match="suit le dernier"), transaction.atomic():
            event.save()
    assert len(chain(case)) == 1


def test_an_event_removed_or_inserted_behind_the_triggers_breaks_the_chain(case):
    note_all(**case.act, facts=[Fact("opened"), Fact("displayed"), Fact("signed")])
    assert broken_at(**case.act) is None
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM charter_evidenceevent WHERE position = 1")
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert broken_at(**case.act) == 1


@pytest.mark.django_db(transaction=True)
def test_a_second_event_of_a_chain_waits_for_the_first_to_commit():
    from tests.charter.signing import make_case

    case = make_case()
    begun, noted = threading.Event(), threading.Event()

    def rival():
        with transaction.atomic():
            begun.set()
            note(kind="displayed", **case.act)
        noted.set()
        connection.close()

    thread = threading.Thread(target=rival)
    with transaction.atomic():
        note(kind="opened", **case.act)
        thread.start()
        assert begun.wait(5)
        assert not noted.wait(0.3), "the rival did not wait for the chain"
    thread.join(5)
    assert [event.kind for event in chain(case)] == ["opened", "displayed"]
    assert broken_at(**case.act) is None


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused():
    from tests.charter.signing import make_case

    with pytest.raises(transaction.TransactionManagementError):
        note(kind="opened", **make_case().act)


def test_a_mandate_is_about_the_version_in_force_or_the_first_to_come(db):
    assert subject_version(date(2020, 1, 1)) is None
    old = builders.charter_version("2014", effective_on=date(2014, 10, 14))
    new = builders.charter_version("2020", effective_on=date(2020, 7, 2))
    days = (date(2014, 9, 1), date(2014, 10, 14), date(2026, 1, 1))
    assert [subject_version(day) for day in days] == [old, old, new]


def test_a_batch_of_events_costs_two_queries(case, django_assert_num_queries):
    with django_assert_num_queries(2):
        note_all(**case.act, facts=[Fact("opened", case.signer), Fact("displayed", case.signer), Fact("signed")])
