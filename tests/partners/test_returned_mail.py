"""Mails that come back, as servers write them, read from a real mailbox; what is no notice changes nothing."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from alliance.lib import mailbox
from alliance.lib.mail_url import mailbox_from_url
from alliance.outbox.delivery import deliver_all_due
from alliance.outbox.models import Posting
from partners import bounces, returned_mail, tasks  # noqa: F401  the outbox learns its works
from partners.actions.mail_wishes import lift_bounce
from partners.actions.returns import read_returned_mail
from partners.models import Bounce, MailingRecipient, ReturnedMail
from partners.models.mailing import Outcome
from tests import builders
from tests.imap import ImapServer, trusting
from tests.partners import returned_samples as samples
from tests.partners.test_mailings import confirmed, outcomes, person

ANA = "ana@test.invalid"


@pytest.fixture
def agent(db):
    return builders.staff()


@pytest.fixture
def sent(agent, smtp_server) -> MailingRecipient:
    person(builders.organisation(), ANA)
    confirmed(agent)
    deliver_all_due()
    deliver_all_due()
    return MailingRecipient.objects.get()


@pytest.fixture
def server(tmp_path):
    server = ImapServer(tmp_path)
    yield server
    server.end()


def read(server: ImapServer) -> dict[str, int]:
    told = read_returned_mail(address=mailbox_from_url(server.url()), trusted=trusting())
    return {what: count for what, count in told.items() if count}


def sample(text: str, sent: MailingRecipient, **fields) -> bytes:
    return text.format(**({"address": sent.address, "letter": sent.message_id} | fields)).encode()


def open_addresses() -> list[tuple[str, str]]:
    return list(Bounce.objects.open().values_list("address", "status"))


@pytest.mark.parametrize("name", samples.FAILURES)
def test_the_notice_of_each_server_is_understood(sent, server, name):
    server.put(sample(samples.FAILURES[name], sent))
    assert read(server) == {"read": 1, "failed": 1}
    status = {"exchange": "5.1.10", "exim of before": ""}.get(name, "5.1.1")
    assert open_addresses() == [(ANA, status)]
    assert outcomes() == {ANA: Outcome.RETURNED}
    noted = ReturnedMail.objects.get()
    assert (noted.posting, noted.fate, noted.status, noted.is_proven) == (Posting.objects.get(), "failed", status, True)
    assert "550" in noted.words
    assert ANA not in noted.words


@pytest.mark.parametrize("name", samples.FAILURES)
def test_whoever_cannot_quote_the_letter_condemns_no_address(sent, name):
    assert bounces.take(sample(samples.FAILURES[name], sent, letter="<devine@ailleurs.invalid>")) == []
    assert not ReturnedMail.objects.exists()
    assert outcomes() == {ANA: Outcome.SENT}


PASSING = [
    ("FULL", "failed", Outcome.RETURNED, "5.2.2"),
    ("EXPIRED", "failed", Outcome.RETURNED, "4.4.1"),
    ("DELAYED", "delayed", Outcome.SENT, "4.4.1"),
]


@pytest.mark.parametrize(("name", "fate", "outcome", "status"), PASSING)
def test_what_passes_is_told_of_the_letter_and_condemns_no_address(sent, server, name, fate, outcome, status):
    server.put(sample(getattr(samples, name), sent))
    assert read(server) == {"read": 1, fate: 1}
    assert ReturnedMail.objects.values_list("fate", "status").get() == (fate, status)
    assert (outcomes(), Bounce.objects.count()) == ({ANA: outcome}, 0)


@pytest.mark.parametrize("name", ["OUT_OF_OFFICE", "READ_RECEIPT", "DELIVERED"])
def test_an_answer_or_a_receipt_is_no_failure(sent, server, name):
    server.put(sample(getattr(samples, name), sent))
    assert read(server) == {"read": 1, "other": 1}
    assert (ReturnedMail.objects.count(), Bounce.objects.count(), outcomes()) == (0, 0, {ANA: Outcome.SENT})


def test_without_the_letter_the_latest_to_this_address_is_told_to_agents_and_mails_still_leave(sent, server):
    server.put(sample(samples.NO_LETTER, sent).replace(b"Message-Id: <", b"Message-Id: <sans-"))
    assert read(server) == {"read": 1, "failed": 1}
    assert ReturnedMail.objects.values_list("posting", "is_proven").get() == (Posting.objects.get().pk, False)
    assert open_addresses() == [], "anybody can write such a notice"
    assert Bounce.objects.unsettled().values_list("address", "kind").get() == (ANA, "claimed")
    assert outcomes() == {ANA: Outcome.SENT}
    server.put(sample(samples.POSTFIX, sent))
    read(server)
    assert Bounce.objects.values_list("address", "kind").get() == (ANA, "returned"), "what is known replaces a claim"


def test_a_claim_does_not_replace_what_is_known_nor_reach_what_is_long_past(sent):
    bounces.take(sample(samples.POSTFIX, sent))
    bounces.take(sample(samples.NO_LETTER, sent).replace(b"Message-Id: <", b"Message-Id: <autre-"))
    assert Bounce.objects.values_list("kind", flat=True).get() == "returned"
    Posting.objects.update(at=timezone.now() - timedelta(days=8))
    assert bounces.take(sample(samples.NO_LETTER, sent)) == []


def test_a_notice_counts_once_however_often_it_is_read(sent, server, agent):
    server.put(sample(samples.POSTFIX, sent))
    read(server)
    lift_bounce(bounce=Bounce.objects.get(), motive="Elle a écrit", by=agent)
    server.messages[0].flags.clear()
    assert read(server) == {"read": 1, "failed": 1}
    assert (open_addresses(), ReturnedMail.objects.count()) == ([], 1)
    server.put(sample(samples.POSTFIX, sent).replace(b"Message-Id: <", b"Message-Id: <autre-"))
    read(server)
    assert open_addresses() == [(ANA, "5.1.1")], "another notice is news"


def test_a_reading_that_is_cut_is_taken_up(sent, server):
    server.put(sample(samples.POSTFIX, sent), sample(samples.OUT_OF_OFFICE, sent))
    server.dies_at = "UID STORE"
    with pytest.raises(mailbox.MailboxCut):
        read(server)
    assert open_addresses() == [(ANA, "5.1.1")], "what was read is kept"
    server.dies_at = ""
    assert read(server) == {"read": 2, "failed": 1, "other": 1}
    assert ReturnedMail.objects.count() == 1


def nested(depth: int) -> bytes:
    head = b"From: a@b.invalid\nMIME-Version: 1.0\n"
    return head + b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level) for level in range(depth)
    )


STATUS = b"Content-Type: message/delivery-status\n\n"
HOSTILE = {
    "empty": b"",
    "no header": b"\n\n\n",
    "no charset known": b"Content-Type: text/plain; charset=klingon\nX-Failed-Recipients: a@b.invalid\n\n\xff\xfe\x00",
    "no boundary": b"Content-Type: multipart/report\n\n--x",
    "nested": nested(5_000),
    "letters in letters": b"Content-Type: message/rfc822\n\n" * 5_000,
    "parts": b'Content-Type: multipart/report; boundary="B"\n\n' + b"--B\n\n" * 40_000,
    "blocks": STATUS + b"Final-Recipient: rfc822; a@b.invalid\nAction: failed\n\n" * 4_000,
    "zeros": STATUS + b"\nFinal-Recipient: rfc822; a\x00b@c.invalid\nAction: failed\nStatus: 5.1.1\x00\n",
    "long": STATUS + b"\nFinal-Recipient: rfc822; " + b"x" * 200_000 + b"\nAction: failed\nStatus: 5.1.1\n",
    "latin": STATUS + b"\nFinal-Recipient: rfc822; \xe9@b.invalid\nAction: failed\nDiagnostic-Code: smtp; \xe9\n",
    "huge": b"a: b\n\n" + b"x" * 3_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_message_stops_nothing(db, name):
    assert bounces.take(HOSTILE[name]) == []


def test_the_parser_is_given_few_parts_whatever_a_message_holds(db):
    """The bounds that keep memory small: without them each line here would be an object."""
    for name in ("parts", "nested", "letters in letters", "huge"):
        kept = returned_mail.bounded(HOSTILE[name])
        assert len(kept) <= returned_mail.READ_MAX, name
        assert kept.count(b"\n--") <= 500, name
        assert kept.lower().count(b"boundary") + kept.lower().count(b"message/") <= 40, name


@given(st.binary(max_size=400), st.integers(0, len(samples.POSTFIX)))
@settings(max_examples=60, deadline=None)
def test_a_notice_that_is_broken_anywhere_never_raises(noise, place):
    raw = samples.POSTFIX.encode()
    returned_mail.read(raw[:place] + noise + raw[place:])
    returned_mail.key_of(raw[:place] + noise)


def test_hostile_messages_stop_neither_the_reading_nor_what_comes_after(sent, server):
    server.put(*HOSTILE.values(), sample(samples.POSTFIX, sent))
    assert read(server) == {"read": len(HOSTILE) + 1, "other": len(HOSTILE), "failed": 1}
    assert open_addresses() == [(ANA, "5.1.1")]


def test_nothing_personal_is_logged(sent, server, caplog):
    server.put(sample(samples.POSTFIX, sent), sample(samples.DELAYED, sent), b"")
    with caplog.at_level(logging.DEBUG):
        read(server)
    assert caplog.messages == ["returned mail: 3 read, 1 failed, 1 delayed, 1 other"]


def test_what_was_delivered_and_forgotten_takes_its_notices_along(sent):
    bounces.take(sample(samples.POSTFIX, sent))
    Posting.objects.all().delete()
    assert not ReturnedMail.objects.exists()
