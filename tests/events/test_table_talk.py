"""At the table: proposed once whatever the network does, supported, and written to those who said it."""

from datetime import timedelta
from threading import Thread
from uuid import uuid4

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.delivery import deliver_all_due
from events.actions import table_talk
from events.actions.table_talk import propose, support, withdraw_support
from events.actions.tables import (
    close_table,
    minutes_stamp,
    name_facilitator,
    open_table,
    prepare_tables,
    publish_minutes,
    renew_links,
    write_minutes,
)
from events.models import Convention, Proposal, ProposalSupport, WorkshopTable
from events.models.proposal import LONGEST
from events.models.proposal_families import authors_below
from tests import builders
from tests.events.talking import TEXT, again, decided, letters, person, said, table

pytestmark = pytest.mark.django_db


def refused(code, act, **arguments):
    with pytest.raises(Conflict) as raised:
        act(**arguments)
    assert raised.value.code == code


def test_a_proposal_is_kept_with_its_authors_and_its_first_step():
    here = table()
    ana, leo = person(here), person(here, "Leo")

    made = propose(table=here, authors=[ana, leo, ana], text=f"  {TEXT}\n ", key=uuid4(), at=timezone.now())

    assert (made.text, made.state, made.workshop) == (TEXT, "received", here.workshop)
    assert [author.registration for author in made.authors.all()] == [ana, leo]
    assert [step.kind for step in made.steps.all()] == ["received"]


def test_the_same_key_again_is_the_same_proposal_even_once_the_table_is_closed():
    here, key = table(), uuid4()
    ana = person(here)
    first = propose(table=here, authors=[ana], text=TEXT, key=key, at=timezone.now())
    close_table(table=here, at=timezone.now())

    assert propose(table=here, authors=[ana], text=TEXT, key=key, at=timezone.now()) == first
    assert Proposal.objects.count() == 1
    leo = person(here, "Leo")
    refused("key_taken", propose, table=here, authors=[leo], text=TEXT, key=key, at=timezone.now())


def test_what_was_typed_while_the_table_was_open_comes_in_late_and_what_came_after_does_not():
    here, at = table(), timezone.now()
    ana = person(here)
    close_table(table=here, at=at - timedelta(minutes=30))
    here = again(here)

    typed_at = at - timedelta(minutes=40)
    made = propose(table=here, authors=[ana], text=TEXT, key=uuid4(), at=at, typed_at=typed_at)
    assert made.said_at == typed_at

    late = {"table": here, "authors": [ana], "text": TEXT, "key": uuid4()}
    refused("closed", propose, **late, at=at, typed_at=at - timedelta(minutes=20))
    refused("closed", propose, **late, at=at)
    refused("closed", propose, **late, at=at + timedelta(hours=25), typed_at=typed_at)


def test_nobody_proposes_before_the_table_opens():
    here = table(is_open=False)
    refused("closed", propose, table=here, authors=[person(here)], text=TEXT, key=uuid4(), at=timezone.now())


@pytest.mark.parametrize("status", ["waiting", "cancelled"])
def test_only_those_who_come_propose_and_support(status):
    here = table()
    stranger = person(here, "Nora", status=status)
    refused("not_seated", propose, table=here, authors=[stranger], text=TEXT, key=uuid4(), at=timezone.now())
    proposal = said(here, person(here))
    refused("not_seated", support, table=here, proposal=proposal, by=stranger, at=timezone.now())


def test_somebody_of_another_convention_does_not_propose():
    here = table()
    elsewhere = builders.registration(builders.convention(), builders.attendee())
    refused("not_seated", propose, table=here, authors=[elsewhere], text=TEXT, key=uuid4(), at=timezone.now())


@pytest.mark.parametrize("text", ["", "  \n ", "a" * (LONGEST + 1)])
def test_a_proposal_says_something_and_not_too_much(text):
    here = table()
    with pytest.raises(ValidationError) as raised:
        propose(table=here, authors=[person(here)], text=text, key=uuid4(), at=timezone.now())
    assert list(raised.value.message_dict) == ["text"]


def test_support_counts_once_can_be_taken_back_and_is_not_given_to_oneself():
    here = table()
    ana, leo = person(here), person(here, "Leo")
    proposal = said(here, ana)
    for _ in range(2):
        support(table=here, proposal=proposal, by=leo, at=timezone.now())
    assert list(ProposalSupport.objects.values_list("registration", flat=True)) == [leo.pk]

    refused("own", support, table=here, proposal=proposal, by=ana, at=timezone.now())
    withdraw_support(table=here, proposal=proposal, by=leo, at=timezone.now())
    assert ProposalSupport.objects.count() == 0

    close_table(table=here, at=timezone.now())
    refused("closed", support, table=here, proposal=proposal, by=leo, at=timezone.now())
    refused("closed", withdraw_support, table=here, proposal=proposal, by=leo, at=timezone.now())


def test_one_letter_a_person_and_table_lists_what_they_proposed():
    here = table()
    ana, leo = person(here), person(here, "Leo")
    said(here, ana)
    said(here, ana, leo, text="Des permanences numériques en bureau de poste")

    deliver_all_due()

    assert [(letter.to, letter.subject) for letter in mail.outbox] == [
        (["ana@test.invalid"], "Vos 2 propositions sont gardées : Mobilités"),
        (["leo@test.invalid"], "Votre proposition est gardée : Mobilités"),
    ]
    assert TEXT in mail.outbox[0].body
    assert TEXT not in mail.outbox[1].body
    mail.outbox.clear()
    said(here, leo, text="Une troisième")
    assert letters() == [("leo@test.invalid", "Vos 2 propositions sont gardées : Mobilités")]


def test_the_receipt_waits_for_the_end_of_the_workshop():
    convention = builders.convention(starts_at=timezone.now() - timedelta(minutes=10))
    here = table(convention=convention, is_open=False)
    open_table(table=here, at=timezone.now())
    said(again(here), person(here))
    assert letters() == []


def test_tables_are_made_once_open_close_and_open_again():
    here = table(is_open=False)
    convention = here.workshop.item.convention
    assert prepare_tables(convention=convention) == []

    at = timezone.now()
    assert open_table(table=here, at=at).is_open
    refused("open", open_table, table=here, at=at)
    assert not close_table(table=here, at=at).is_open
    refused("closed", close_table, table=here, at=at)
    reopened = open_table(table=here, at=at + timedelta(minutes=5))
    assert (reopened.opened_at, reopened.closed_at) == (at, None)


def test_the_table_of_a_cancelled_convention_stays_closed():
    here = table(is_open=False)
    Convention.objects.update(state="cancelled")
    refused("cancelled", open_table, table=again(here), at=timezone.now())


def test_a_renewed_link_leads_to_the_table_and_the_one_before_nowhere():
    here = table()
    old = {door: here.token(door) for door in ("table", "animation")}
    assert WorkshopTable.objects.of_link(old["table"], "table") == here
    assert WorkshopTable.objects.of_link(old["table"], "animation") is None

    new = renew_links(table=here)

    assert [WorkshopTable.objects.of_link(token, door) for door, token in old.items()] == [None, None]
    assert WorkshopTable.objects.of_link(new.token("table"), "table") == here
    assert WorkshopTable.objects.of_link("x", "table") is None


def test_minutes_are_written_published_and_never_overwritten_unread():
    here, at = table(), timezone.now()
    write_minutes(table=here, text=" Deux idées fortes. ", read_at="", at=at)
    refused("changed_meanwhile", write_minutes, table=here, text="Autre", read_at="", at=at)
    here = again(here)
    assert here.minutes == "Deux idées fortes."

    refused("changed_meanwhile", publish_minutes, table=here, is_public=True, read_at="", at=at)
    publish_minutes(table=here, is_public=True, read_at=minutes_stamp(here), at=at)
    assert again(here).minutes_published_at == at
    publish_minutes(table=here, is_public=False, read_at="", at=at)
    assert again(here).minutes_published_at is None
    emptied = write_minutes(table=here, text="", read_at=minutes_stamp(again(here)), at=at)
    refused("empty", publish_minutes, table=here, is_public=True, read_at=minutes_stamp(emptied), at=at)


def test_whoever_facilitates_comes_to_this_convention_and_gets_the_link_each_time_it_changes():
    here = table()
    ana, leo = person(here), person(here, "Leo")
    assert name_facilitator(table=here, registration=ana).facilitator == ana
    elsewhere = builders.registration(builders.convention(), builders.attendee())
    for stranger in (elsewhere, person(here, "Nora", status="waiting")):
        with pytest.raises(ValidationError):
            name_facilitator(table=here, registration=stranger)

    deliver_all_due()
    assert [(letter.to, letter.subject) for letter in mail.outbox] == [
        (["ana@test.invalid"], "Vous animez l’atelier « Mobilités »")
    ]
    assert here.facilitator_path in mail.outbox[0].body
    mail.outbox.clear()
    renewed = renew_links(table=here)
    deliver_all_due()
    assert renewed.facilitator_path in mail.outbox.pop().body
    name_facilitator(table=here, registration=ana)
    name_facilitator(table=here, registration=leo)
    assert letters() == [("leo@test.invalid", "Vous animez l’atelier « Mobilités »")]
    assert name_facilitator(table=here, registration=None).facilitator is None
    renew_links(table=here)
    assert letters() == []


def test_those_without_an_address_are_authors_each_and_are_not_written_to():
    here = table()
    convention = here.workshop.item.convention
    two = [builders.registration(convention, builders.attendee(name=name, email="")) for name in ("Nora", "Zoe")]
    ana = person(here)

    made = said(here, *two, ana)

    assert authors_below([made]) == [*two, ana]
    decided(made)
    assert letters() == [
        ("ana@test.invalid", "Votre proposition est gardée : Mobilités"),
        ("ana@test.invalid", "Votre proposition est retenue"),
    ]


def closing_while_somebody_proposes(here, ana) -> tuple[bool, list[str]]:
    """Whether they waited for the end of it, and what they were told."""
    told = []

    def rival():
        try:
            said(here, ana)
        except Conflict as conflict:
            told.append(conflict.code)
        finally:
            connection.close()

    with transaction.atomic():
        close_table(table=here, at=timezone.now())
        thread = Thread(target=rival)
        thread.start()
        thread.join(0.2)
        waited = thread.is_alive()
    thread.join(5)
    return waited, told


@pytest.mark.django_db(transaction=True)
def test_a_proposal_waits_for_whoever_is_closing_the_table():
    here = table()
    assert closing_while_somebody_proposes(here, person(here)) == (True, ["closed"])
    assert Proposal.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_it_is_taken_at_a_table_that_is_closed(monkeypatch):
    here = table()
    monkeypatch.setattr(table_talk, "_locked", again)
    assert closing_while_somebody_proposes(here, person(here)) == (False, [])
    assert (Proposal.objects.count(), again(here).is_open) == (1, False)
