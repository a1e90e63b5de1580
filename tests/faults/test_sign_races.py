"""Many sign for one organisation at once: one act, whoever is first, by the function and by the page alike.

20 races of 4 run in `make test`, 1,000 in `make faults`; double click, two tabs and two people go through HTTP.
"""

import threading
from collections import Counter
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from alliance.proof.models import JournalEntry
from charter.actions import countersign, record_signature, refuse_signature, send_signing_code
from charter.actions.sign import check_unsigned
from charter.models import Signature, consent_text
from tests import builders
from tests.charter.signing import URL, Case, last_code, make_case
from tests.events.waiting import rival
from tests.faults.test_registration_load import Client
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
RIVALS = 4


@pytest.fixture
def cases(transactional_db) -> list[Case]:
    """Four people with the power to sign for one organisation."""
    case = make_case()
    people = [builders.user() for _ in range(RIVALS - 1)]
    for person in people:
        builders.membership(person, case.organisation, "signatory")
    return [case, *(Case(case.organisation, case.version, p, builders.mandate(case.organisation, p)) for p in people)]


def sign(case: Case) -> str:
    act = {**case.act, "signer": case.signer, "mandate": case.mandate}
    try:
        return record_signature(**act, proof_level="code", at=timezone.now()).state
    except Conflict as refusal:
        return refusal.code


def race(cases: list[Case], races: int, decide) -> list[Counter]:
    """Each person keeps one connection; all start together; ``decide`` speaks when a race is over."""
    line, outcomes = threading.Barrier(RIVALS), [Counter() for _ in range(races)]

    def run(case: Case) -> None:
        for outcome in outcomes:
            line.wait(60)
            outcome[sign(case)] += 1
            if line.wait(60) == 0:
                decide()

    for thread in [rival(run, case) for case in cases]:
        thread.join(900)
        thread.result()
    return outcomes


@pytest.mark.parametrize("races", [20, pytest.param(1000, marks=pytest.mark.faults)])
def test_each_race_has_one_winner_and_the_last_one_stands(cases, races):
    """After each race La Poste refuses what was signed, so that the next begins with nothing signed."""
    agent, case = builders.staff(), cases[0]
    left = iter(range(races - 1, -1, -1))

    def decide():
        signature = Signature.objects.live().get()
        if next(left):
            refuse_signature(signature=signature, by=agent, motive="Pour la course suivante.")
        else:
            countersign(signature=signature, by=agent)

    outcomes = race(cases, races, decide)
    assert outcomes == [Counter({"pending": 1, "already_signed": RIVALS - 1})] * races
    standing = Signature.objects.standing().filter(organisation=case.organisation, version=case.version)
    assert (standing.count(), Signature.objects.live().count(), Signature.objects.count()) == (1, 1, races)
    signed = JournalEntry.objects.filter(kind="signed").values_list("subject", flat=True)
    assert sorted(signed) == sorted(Signature.objects.values_list("code", flat=True))
    assert Owed.objects.filter(work="charter.send_receipt").count() == races
    winners = Counter(Signature.objects.values_list("signer", flat=True))
    print(f"{races} races of {RIVALS}: {standing.count()} standing, winners {sorted(winners.values())}")


@contextmanager
def without_the_constraint():
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'signature_live_once'")
        definition = cursor.fetchone()[0]
        cursor.execute("DROP INDEX signature_live_once")
        try:
            yield
        finally:
            with transaction.atomic():
                cursor.execute("SET LOCAL session_replication_role = replica")
                cursor.execute("DELETE FROM charter_signature")
            cursor.execute(definition)


def sign_without_lock(case: Case, looked: threading.Barrier) -> str:
    """What a careless program does: look, then write."""
    try:
        check_unsigned(case.organisation, case.version)
        looked.wait(10)
        act = {"signer": case.signer, "mandate": case.mandate, "countersigned": False}
        return builders.signature(case.organisation, case.version, **act).state
    except IntegrityError as error:
        return error.__cause__.diag.constraint_name


def test_control_without_lock_and_constraint_two_people_sign_twice(cases):
    looked = threading.Barrier(2)
    with without_the_constraint():
        threads = [rival(sign_without_lock, case, looked) for case in cases[:2]]
        assert [thread.result() for thread in threads] == ["pending", "pending"]
        assert Signature.objects.live().count() == 2


def test_control_without_lock_the_constraint_alone_still_holds(cases):
    looked = threading.Barrier(2)
    threads = [rival(sign_without_lock, case, looked) for case in cases[:2]]
    assert sorted(thread.result() for thread in threads) == ["pending", "signature_live_once"]
    assert Signature.objects.live().count() == 1


class Hand(Client):
    """A finger on the button, in one browser session."""

    def click(self, fields: dict, start: threading.Barrier) -> int:
        start.wait(10)
        return self.ask("POST", URL, fields).status


def hand_of(live_portal, case: Case) -> tuple[Hand, dict]:
    """A session with its own code, ready to send the form."""
    session = signed_in(case.signer).cookies[settings.SESSION_COOKIE_NAME].value
    send_signing_code(**case.act, user=case.signer, session=session)
    fields = {"action": "sign", "version": "2020", "code": last_code(), "consent": consent_text(**case.act)}
    return Hand(live_portal.thread.port, session), fields


@pytest.mark.parametrize("turn", range(3))
def test_double_click_two_tabs_and_two_people_are_one_act_over_http(live_portal, cases, turn):
    """Seven requests at once: a double click in each of two sessions of one person, and three of another person."""
    one, other, rival_one = (hand_of(live_portal, case) for case in (cases[0], cases[0], cases[1]))
    hands = [("own", *one), ("own", *one), ("own", *other), ("own", *other)] + [("rival", *rival_one)] * 3
    start = threading.Barrier(len(hands))
    threads = [(who, rival(hand.click, fields, start)) for who, hand, fields in hands]
    statuses = [(who, thread.result()) for who, thread in threads]

    winner = "own" if Signature.objects.get().signer == cases[0].signer else "rival"
    assert {who: {status for each, status in statuses if each == who} for who in ("own", "rival")} == {
        "own": {302} if winner == "own" else {409},
        "rival": {302} if winner == "rival" else {409},
    }
    assert Owed.objects.filter(work="charter.send_receipt").count() == 1
    assert JournalEntry.objects.filter(kind="signed").count() == 1
