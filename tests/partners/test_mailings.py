"""Bulk mail: who is on the list and who is not, what is confirmed is what leaves, pause and stop."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.delivery import deliver_all_due
from alliance.outbox.models import Owed
from partners import mailing_letters, tasks  # noqa: F401  the outbox learns its works
from partners.actions.mail_wishes import accept_mails, lift_bounce, refuse_mails, resend
from partners.actions.mailings import (
    cancel_mailing,
    confirm_mailing,
    draft_mailing,
    drop_mailing,
    list_recipients,
    pause_mailing,
    resume_mailing,
)
from partners.models import Bounce, Mailing, MailingRecipient, Organisation, Resending
from partners.models.mailing import Aside, Outcome
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(db):
    return builders.staff()


def person(organisation, email: str, role="contributor", **fields):
    made = builders.user(email, **fields)
    builders.membership(made, organisation, role)
    return made


def draft(agent, **fields) -> Mailing:
    said = {"subject": "Pour {{ organisation }}", "body": "Bonjour {{ nom }}.", "kind": "news", "query": ""}
    return draft_mailing(by=agent, **(said | {"roles": ["contributor"]} | fields))


def listed(agent, mailing=None) -> Mailing:
    every = Organisation.objects.all()
    return list_recipients(mailing=mailing or draft(agent), organisations=every, by=agent, at=timezone.now())


def confirmed(agent, mailing=None) -> Mailing:
    mailing = mailing or listed(agent)
    return confirm(agent, mailing, mailing.digest)


def confirm(agent, mailing, shown: str, motive="Essai") -> Mailing:
    every, now = Organisation.objects.all(), timezone.now()
    return confirm_mailing(mailing=mailing, organisations=every, shown=shown, motive=motive, by=agent, at=now)


def outcomes() -> dict[str, str]:
    return dict(MailingRecipient.objects.values_list("address", "outcome"))


def test_each_address_is_listed_once_and_the_others_stand_apart_with_the_reason(agent):
    atelier, verger, vide = (builders.organisation(name=name) for name in ("Atelier", "Verger", "Vide"))
    ana = person(atelier, "ana@test.invalid")
    builders.membership(ana, verger, "contributor")
    refuse_mails(person=person(atelier, "bob@test.invalid"), kind="news")
    person(atelier, "cleo@test.invalid", is_active=False)
    Bounce.objects.create(address="dan@test.invalid", kind="refused", person=person(verger, "dan@test.invalid"))
    person(verger, "eve@test.invalid", role="reader")
    rows = listed(agent).recipients.values_list("organisation__name", "address", "outcome", "aside")
    assert list(rows) == [
        ("Atelier", "ana@test.invalid", Outcome.LISTED, ""),
        ("Atelier", "bob@test.invalid", Outcome.ASIDE, Aside.DECLINED),
        ("Atelier", "cleo@test.invalid", Outcome.ASIDE, Aside.INACTIVE),
        ("Verger", "ana@test.invalid", Outcome.ASIDE, Aside.TWICE),
        ("Verger", "dan@test.invalid", Outcome.ASIDE, Aside.BOUNCED),
        ("Vide", "", Outcome.ASIDE, Aside.NOBODY),
    ]
    assert vide.pk


@pytest.mark.parametrize("size", [1, 3])
def test_a_list_costs_as_many_queries_whatever_its_length(agent, django_assert_num_queries, size):
    for number in range(size):
        person(builders.organisation(), f"p{number}@test.invalid")
    mailing = draft(agent)
    with django_assert_num_queries(12):
        listed(agent, mailing)


def test_a_field_of_the_text_becomes_the_value_once_and_on_one_line(agent):
    trap = builders.organisation(name="{{ nom }}\nCc: x@y.z <b>")
    person(trap, "ana@test.invalid", full_name="Ana")
    mailing = listed(agent)
    subject, body = mailing_letters.letter(mailing, mailing.recipients.get())
    assert subject == "Pour {{ nom }} Cc: x@y.z <b>"
    assert body.startswith("Bonjour Ana.\n")


UNKNOWN = [
    ("{{ organisaton }}", "le champ {{ organisaton }} n’existe pas. Vouliez-vous {{ organisation }} ?"),
    ("un\n{{ zzz }}", "Ligne 2 : le champ {{ zzz }} n’existe pas. Champs connus"),
    ("{{ nom", "« {{ » est seul"),
    ("{% if x %}", "« {% » est seul"),
]


@pytest.mark.parametrize(("body", "sentence"), UNKNOWN)
def test_an_unknown_field_is_told_at_its_line(agent, body, sentence):
    with pytest.raises(ValidationError) as refused:
        draft(agent, body=body)
    assert sentence in " ".join(refused.value.messages)
    assert not Mailing.objects.exists()


def test_what_is_confirmed_leaves_once_with_its_own_name_and_a_way_to_have_no_more(agent, smtp_server):
    person(builders.organisation(name="Atelier"), "ana@test.invalid", full_name="Ana")
    confirmed(agent)
    assert deliver_all_due() == 1
    assert deliver_all_due() == 1
    assert deliver_all_due() == 0
    (letter,) = smtp_server.messages
    recipient = MailingRecipient.objects.get()
    assert (letter["To"], letter["Subject"]) == ("ana@test.invalid", "Pour Atelier")
    assert letter["Message-ID"] == recipient.message_id
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (recipient.outcome, recipient.reply) == (Outcome.SENT, "250 OK")


def test_a_necessary_notice_also_goes_to_those_who_declined_news_and_has_no_such_link(agent, smtp_server):
    refuse_mails(person=person(builders.organisation(), "ana@test.invalid"), kind="news")
    confirmed(agent, listed(agent, draft(agent, kind="service")))
    deliver_all_due()
    deliver_all_due()
    assert [letter["List-Unsubscribe"] for letter in smtp_server.messages] == [None]


def test_a_list_that_changed_since_it_was_read_does_not_leave(agent):
    atelier = builders.organisation()
    person(atelier, "ana@test.invalid")
    mailing = listed(agent)
    person(atelier, "bob@test.invalid")
    with pytest.raises(Conflict) as refused:
        confirm(agent, mailing, mailing.digest)
    assert refused.value.code == "changed"
    assert Owed.objects.count() == 0
    again = listed(agent, mailing)
    assert confirm(agent, again, again.digest).state == "sending"


def test_a_text_rewritten_by_somebody_else_does_not_leave(agent):
    person(builders.organisation(), "ana@test.invalid")
    mailing = listed(agent)
    shown = mailing.digest
    listed(agent, draft(agent, mailing=mailing, body="Autre chose."))
    with pytest.raises(Conflict) as refused:
        confirm(agent, mailing, shown)
    assert refused.value.code == "changed"


def test_confirming_twice_sends_once_and_nobody_is_told(agent):
    with pytest.raises(Conflict) as refused:
        confirmed(agent)
    assert refused.value.code == "nobody"
    person(builders.organisation(), "ana@test.invalid")
    mailing = confirmed(agent)
    confirm(agent, mailing, mailing.digest)
    assert Owed.objects.count() == 1


def test_a_confirmation_has_a_motive_and_a_perimeter(agent):
    person(builders.organisation(), "ana@test.invalid")
    mailing = listed(agent)
    with pytest.raises(ValidationError):
        confirm(agent, mailing, mailing.digest, motive=" ")
    with pytest.raises(PermissionDenied):
        confirm(builders.staff(national=False), mailing, mailing.digest)


def test_pause_keeps_what_has_not_gone_and_resuming_sends_it_under_the_same_name(agent, smtp_server):
    person(builders.organisation(), "ana@test.invalid")
    mailing = confirmed(agent)
    deliver_all_due()  # the letter is owed
    name = MailingRecipient.objects.get().message_id
    pause_mailing(mailing=mailing, by=agent)
    deliver_all_due()
    assert (smtp_server.messages, outcomes()) == ([], {"ana@test.invalid": Outcome.LISTED})
    with pytest.raises(Conflict) as refused:
        pause_mailing(mailing=mailing, by=agent)
    assert refused.value.code == "not_sending"
    resume_mailing(mailing=mailing, by=agent)
    deliver_all_due()
    deliver_all_due()
    assert [letter["Message-ID"] for letter in smtp_server.messages] == [name]
    with pytest.raises(Conflict) as refused:
        resume_mailing(mailing=mailing, by=agent)
    assert refused.value.code == "not_paused"


def test_what_was_stopped_never_goes(agent, smtp_server, settings):
    settings.MAILING_PER_MINUTE = 1
    atelier = builders.organisation()
    for name in ("ana", "bob"):
        person(atelier, f"{name}@test.invalid")
    mailing = confirmed(agent)
    deliver_all_due()
    cancel_mailing(mailing=mailing, by=agent)
    deliver_all_due()
    assert outcomes() == {"ana@test.invalid": Outcome.CANCELLED, "bob@test.invalid": Outcome.CANCELLED}
    assert smtp_server.messages == []
    with pytest.raises(Conflict) as refused:
        cancel_mailing(mailing=mailing, by=agent)
    assert refused.value.code == "not_running"
    for change in (lambda: draft(agent, mailing=mailing), lambda: drop_mailing(mailing=mailing, by=agent)):
        with pytest.raises(Conflict) as refused:
            change()
        assert refused.value.code == "not_draft"


def test_letters_leave_so_many_a_minute(agent, settings):
    settings.MAILING_PER_MINUTE = 2
    atelier = builders.organisation()
    for number in range(3):
        person(atelier, f"p{number}@test.invalid")
    confirmed(agent)
    deliver_all_due()
    assert Owed.objects.due().filter(work="partners.send_mailing_letter").count() == 2
    later = Owed.objects.pending().get(work="partners.feed_mailing")
    assert 50 < (later.due_at - timezone.now()).total_seconds() <= 60


def test_whoever_declines_or_bounces_meanwhile_is_set_apart(agent, smtp_server):
    atelier = builders.organisation()
    ana, _ = person(atelier, "ana@test.invalid"), person(atelier, "bob@test.invalid")
    confirmed(agent)
    deliver_all_due()
    refuse_mails(person=ana, kind="news")
    Bounce.objects.create(address="bob@test.invalid", kind="refused")
    deliver_all_due()
    assert smtp_server.messages == []
    rows = MailingRecipient.objects.values_list("address", "aside")
    assert dict(rows) == {"ana@test.invalid": Aside.DECLINED, "bob@test.invalid": Aside.BOUNCED}
    accept_mails(person=ana, kind="news")
    assert listed(agent).recipients.get(address="ana@test.invalid").outcome == Outcome.LISTED


def test_an_agent_sends_a_letter_again_under_another_name_and_says_why(agent, smtp_server):
    person(builders.organisation(), "ana@test.invalid")
    confirmed(agent)
    deliver_all_due()
    owed = Owed.objects.get(work="partners.send_mailing_letter")
    with pytest.raises(Conflict) as refused:
        resend(owed=owed, motive="Perdu", by=agent)
    assert refused.value.code == "pending"
    deliver_all_due()
    with pytest.raises(ValidationError):
        resend(owed=owed, motive=" ", by=agent)
    again = resend(owed=owed, motive="Perdu", by=agent)
    deliver_all_due()
    first, second = smtp_server.messages
    assert first["Message-ID"] != second["Message-ID"] == again.message_id
    assert first.get_body(["plain"]).get_content() == second.get_body(["plain"]).get_content()
    assert Resending.objects.values_list("by", "motive").get() == (agent.pk, "Perdu")


def test_an_address_that_works_again_is_written_to_once_more(agent):
    person(builders.organisation(), "ana@test.invalid")
    bounce = Bounce.objects.create(address="ana@test.invalid", kind="refused")
    with pytest.raises(ValidationError):
        lift_bounce(bounce=bounce, motive="", by=agent)
    lift_bounce(bounce=bounce, motive="Boîte recréée", by=agent)
    assert listed(agent).recipients.get().outcome == Outcome.LISTED
    with pytest.raises(Conflict) as refused:
        lift_bounce(bounce=bounce, motive="Encore", by=agent)
    assert refused.value.code == "lifted"
    with pytest.raises(PermissionDenied):
        lift_bounce(bounce=bounce, motive="Essai", by=builders.staff(national=False))
