"""What nobody needs any more goes by the clock: addresses of old letters, names in old acts; the rest stays."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from alliance.lib.idempotency import once_per_form
from alliance.lib.models import IdempotentCall
from alliance.outbox import jobs as outbox_jobs
from alliance.outbox.models import Owed, Posting
from alliance.portal import jobs
from alliance.portal.actions.erasure import erase_person
from partners.models import ApiToken, Bounce, BulkAct, BulkLine, Mailing, MailingRecipient
from tests import builders

pytestmark = pytest.mark.django_db


def ago(**length):
    return timezone.now() - timedelta(**length)


def mailing_of(days: int) -> MailingRecipient:
    agent = builders.staff()
    made = Mailing.objects.create(
        subject="Lettre", body="Bonjour", roles=["reader"], written_by=agent, state="sending", motive="Essai",
        confirmed_by=agent, confirmed_at=ago(days=days),
    )  # fmt: skip
    to = {"mailing": made, "organisation": builders.organisation(), "address": "ana@test.invalid"}
    return MailingRecipient.objects.create(outcome="sent", reply="ana : reçu", **to)


def test_addresses_of_bulk_mails_go_after_a_year():
    old, young = mailing_of(366), mailing_of(364)
    aside = MailingRecipient.objects.create(
        mailing=old.mailing, organisation=old.organisation, outcome="aside", aside="nobody"
    )

    assert jobs.forget_addresses() == 1
    assert jobs.forget_addresses() == 0

    for row in (old, young, aside):
        row.refresh_from_db()
    assert (old.address, old.reply) == (f"oubliee-{old.pk}@oubliee.invalid", "")
    assert (young.address, young.reply, aside.address) == ("ana@test.invalid", "ana : reçu", "")


def test_failures_that_are_mended_or_of_nobody_go_after_a_year():
    person = builders.user()
    for address, fields in {
        "a@test.invalid": {"lifted_at": ago(days=366), "motive": "Rétablie"},
        "b@test.invalid": {"bounced_at": ago(days=366)},
        "c@test.invalid": {"bounced_at": ago(days=366), "person": person},
        "d@test.invalid": {"lifted_at": ago(days=364), "motive": "Rétablie"},
    }.items():
        Bounce.objects.create(address=address, kind="refused", **fields)

    jobs.forget_addresses()

    assert sorted(Bounce.objects.values_list("address", flat=True)) == ["c@test.invalid", "d@test.invalid"]


def test_names_in_bulk_acts_go_after_a_year_and_acts_only_looked_at_after_a_month():
    agent = builders.staff()
    for days, state in ((366, "done"), (364, "done"), (31, "previewed"), (29, "chosen")):
        done = {"motive": "Essai", "begun_at": ago(days=days)} if state == "done" else {}
        act = BulkAct.objects.create(noun="partners.user", by=agent, state=state, **done)
        BulkAct.objects.filter(pk=act.pk).update(chosen_at=ago(days=days))
        BulkLine.objects.create(act=act, row_id=days, label="Ana", words="son adresse change")

    jobs.forget_addresses()

    assert list(BulkLine.objects.order_by("row_id").values_list("row_id", "label", "words")) == [
        (29, "Ana", "son adresse change"),
        (364, "Ana", "son adresse change"),
        (366, "", ""),
    ]


def test_answers_of_the_post_go_after_a_year_even_when_the_work_was_given_up():
    owed = Owed.objects.create(work="tests.nothing", state="dead")
    given = {"owed": owed, "template": "mail/x.txt", "attempt": 1, "code": 550}
    Posting.objects.create(address="a@test.invalid", at=ago(days=366), **given)
    Posting.objects.create(address="b@test.invalid", at=ago(days=364), **given)

    outbox_jobs.purge()

    assert [each.address for each in Posting.objects.all()] == ["b@test.invalid"]
    assert Owed.objects.filter(pk=owed.pk).exists()


def test_what_the_api_and_pages_answered_goes_with_the_person(client):
    person, other = builders.user("ana@test.invalid"), builders.user("autre@test.invalid")
    builders.convention(slug="c26")
    _, secret = ApiToken.objects.issue(
        user=person, organisation=_with(person), name="essai", scopes=["registrations:write"]
    )
    typed = {"convention": "c26", "name": "Ana", "email": person.email}
    asked = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "une-fois"}
    assert client.post("/api/v1/registrations/", typed, "application/json", headers=asked).status_code == 201
    for each in (person, other):
        once_per_form(each, uuid4(), {}, lambda: {"title": "Ana"})
    assert IdempotentCall.objects.count() == 3

    erase_person(person=person, at=timezone.now())

    assert list(IdempotentCall.objects.values_list("owner", flat=True)) == [f"form:{other.pk}"]


def _with(person):
    organisation = builders.organisation()
    builders.membership(person, organisation, "contributor")
    return organisation
