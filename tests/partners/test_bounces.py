"""Addresses that fail: refused by the post, or sent back. Only what was sent by us can come back to us."""

from pathlib import Path

import pytest
from django.test import Client

from alliance.outbox.delivery import deliver_all_due
from alliance.outbox.models import Posting
from partners import bounces, tasks  # noqa: F401  the outbox learns its works
from partners.models import Bounce, MailingRecipient
from partners.models.mailing import Outcome
from tests import builders
from tests.partners.test_mailings import confirmed, person

pytestmark = pytest.mark.django_db
RETURNED = """From: MAILER-DAEMON@relais.invalid
To: retours@portail.invalid
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

I'm sorry.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; relais.invalid

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <ana@test.invalid> unknown

--B
Content-Type: text/rfc822-headers

Message-ID: {message_id}
Subject: Pour Atelier
--B--
"""


@pytest.fixture
def sent(db, smtp_server) -> MailingRecipient:
    agent = builders.staff()
    person(builders.organisation(), "ana@test.invalid")
    confirmed(agent)
    deliver_all_due()
    deliver_all_due()
    return MailingRecipient.objects.get()


def mail(sent: MailingRecipient, **fields) -> bytes:
    told = {"address": "Ana@Test.invalid", "action": "failed", "status": "5.1.1", "message_id": sent.message_id}
    return RETURNED.format(**(told | fields)).encode()


def open_addresses() -> list[tuple[str, str]]:
    return list(Bounce.objects.open().values_list("address", "status"))


def test_a_letter_that_comes_back_marks_its_address_and_its_recipient(sent):
    assert bounces.ingest(mail(sent)) == ["ana@test.invalid"]
    assert open_addresses() == [("ana@test.invalid", "5.1.1")]
    bounce = Bounce.objects.get()
    assert (bounce.person, bounce.kind, bounce.words) == (sent.person, "returned", "550 5.1.1 [adresse] unknown")
    sent.refresh_from_db()
    assert sent.outcome == Outcome.RETURNED
    assert bounces.ingest(mail(sent)) == ["ana@test.invalid"]
    assert Bounce.objects.count() == 1


FORGED = [
    {"message_id": "<deviné@ailleurs.invalid>"},
    {"message_id": ""},
    {"action": "delayed"},
]


@pytest.mark.parametrize("said", FORGED)
def test_what_is_not_ours_or_not_over_marks_nothing(sent, said):
    assert bounces.ingest(mail(sent, **said)) == []
    assert open_addresses() == []


def test_a_full_box_is_told_to_the_recipient_and_condemns_no_address(sent):
    assert bounces.ingest(mail(sent, status="5.2.2")) == ["ana@test.invalid"]
    sent.refresh_from_db()
    assert (sent.outcome, open_addresses()) == (Outcome.RETURNED, [])


def test_mail_that_was_forwarded_comes_back_to_the_address_that_we_wrote_to(sent):
    assert bounces.ingest(mail(sent, address="autre@ailleurs.invalid")) == ["ana@test.invalid"]


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00", b"Content-Type: multipart/report\n\n", b"a" * 10_000])
def test_nothing_that_arrives_there_breaks_it(db, raw):
    assert bounces.ingest(raw) == []


def test_the_door_of_returned_mails_wants_its_key(sent, settings):
    def post(key: str):
        return Client().post(
            "/retours-de-courriel/", mail(sent), content_type="message/rfc822", headers={"Authorization": key}
        )

    assert post("Bearer ").status_code == 404, "closed until a key is set"
    settings.RETURNS_SECRET = "a-long-key-of-the-mail-server"
    assert post("Bearer wrong").status_code == 404
    assert open_addresses() == []
    response = post("Bearer a-long-key-of-the-mail-server")
    assert (response.status_code, response.json()) == (200, {"noted": 1})
    assert open_addresses() == [("ana@test.invalid", "5.1.1")]


def test_an_address_that_the_post_does_not_know_is_marked_and_given_up_at_once(smtp_server):
    async def handle_RCPT(server, session, envelope, address, options):
        return "550 5.1.1 No such user"

    smtp_server.handle_RCPT = handle_RCPT
    agent = builders.staff()
    person(builders.organisation(), "ana@test.invalid")
    confirmed(agent)
    deliver_all_due()
    deliver_all_due()
    recipient = MailingRecipient.objects.get()
    assert (recipient.outcome, recipient.reply) == (Outcome.REFUSED, "5.1.1 No such user")
    assert open_addresses() == [("ana@test.invalid", "5.1.1")]
    assert Posting.objects.values_list("address", "code", "words").get() == (
        "ana@test.invalid", 550, "5.1.1 No such user",
    )  # fmt: skip


def test_a_new_address_of_the_person_settles_it(sent):
    bounces.ingest(mail(sent))
    sent.person.email = "ana.nouvelle@test.invalid"
    sent.person.save()
    assert open_addresses() == []


def test_the_command_reads_a_mail_from_a_pipe(sent, monkeypatch, tmp_path: Path):
    from io import BytesIO, TextIOWrapper

    from django.core.management import call_command

    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(mail(sent))))
    call_command("note_returned_mail")
    assert open_addresses() == [("ana@test.invalid", "5.1.1")]


def test_returned_mails_go_to_their_own_address_and_readers_see_the_sender(smtp_server, settings):
    settings.RETURNS_ADDRESS = "retours@portail.invalid"
    senders, keep = [], smtp_server.handle_DATA

    async def handle_DATA(server, session, envelope):
        senders.append(envelope.mail_from)
        return await keep(server, session, envelope)

    smtp_server.handle_DATA = handle_DATA
    person(builders.organisation(), "ana@test.invalid")
    confirmed(builders.staff())
    deliver_all_due()
    deliver_all_due()
    assert senders == ["retours@portail.invalid"]
    assert smtp_server.messages[0]["From"] == settings.DEFAULT_FROM_EMAIL
