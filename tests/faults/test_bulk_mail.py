"""Bulk mail to 1,500 recipients through a post that refuses and cuts at random, its worker killed on the way."""

import re
import time
from collections import Counter

import pytest
from django.utils import timezone

from alliance.outbox.models import Owed, State
from partners.actions.mailings import confirm_mailing, draft_mailing, list_recipients
from partners.models import Bounce, Mailing, MailingRecipient, Membership, Organisation, User
from partners.models.mailing import Outcome
from tests import builders
from tests.faults.bulk_mail import RandomPost, wrongs
from tests.outbox.test_faults import wait_for

pytestmark = pytest.mark.faults
GONE_OF = 100  # one address in a hundred is read by nobody


def people(count: int) -> list[str]:
    """An organisation for each ten contributors; one in ten is attached to a second one, and written to once."""
    some = builders.organisation(name="Deuxième")
    made = Organisation.objects.bulk_create(
        Organisation(slug=f"o{n}", name=f"Organisation {n}", kind="local") for n in range(count // 10 + 1)
    )
    users = User.objects.bulk_create(User(email=f"p{n}@test.invalid", full_name=f"Personne {n}") for n in range(count))
    rows = [Membership(user=user, organisation=made[n // 10], role="contributor") for n, user in enumerate(users)]
    rows += [Membership(user=user, organisation=some, role="contributor") for user in users[::10]]
    Membership.objects.bulk_create(rows)
    return [user.email for user in users]


def confirmed(agent: User) -> Mailing:
    mailing = draft_mailing(
        by=agent, subject="Pour {{ organisation }}", body="Bonjour {{ nom }},\n\nVoici.", kind="news", query="",
        roles=["contributor"],
    )  # fmt: skip
    every = Organisation.objects.all()
    listed = list_recipients(mailing=mailing, organisations=every, by=agent, at=timezone.now())
    return confirm_mailing(
        mailing=listed, organisations=every, shown=listed.digest, motive="Essai", by=agent, at=timezone.now()
    )


def all_is_paid() -> bool:
    """Minutes of throttle and of back-off are waited for by nobody here."""
    Owed.objects.pending().filter(lease=None).update(due_at=timezone.now())
    time.sleep(0.2)
    return not Owed.objects.pending().exists()


def through_a_bad_day(programs, broker, post, addresses, **worker) -> None:
    """The worker is killed while it holds a letter; another takes over."""
    broker.start()
    programs.relay()
    first = programs.worker(MAILING_PER_MINUTE="500", LOG_LEVEL="CRITICAL", **worker)
    third = len(addresses) // 3
    wait_for(lambda: all_is_paid() or len(post.server.messages) > third, seconds=300)
    assert not all_is_paid()
    post.server.delay = 0.5  # so that it dies with a letter in hand
    seen = post.server.attempts
    wait_for(lambda: post.server.attempts > seen, seconds=30)
    programs.kill(first)
    post.server.delay = 0.0
    Owed.objects.pending().exclude(lease=None).update(lease_until=timezone.now())
    programs.worker(MAILING_PER_MINUTE="500", LOG_LEVEL="CRITICAL", **worker)
    wait_for(all_is_paid, seconds=500)


def test_each_of_1500_is_written_to_once_or_once_more_under_one_name(programs, broker, smtp_server):
    agent = builders.staff()
    addresses = people(1_500)
    gone = set(addresses[::GONE_OF])
    post = RandomPost(smtp_server, gone)
    mailing = confirmed(agent)
    through_a_bad_day(programs, broker, post, addresses)
    print(f"\n{dict(post.failures)}, {len(smtp_server.messages)} letters kept")
    assert all(post.failures[kind] > 10 for kind in ("450", "451", "554", "cut before DATA", "cut after DATA"))
    expected = set(addresses) - gone
    assert wrongs(smtp_server.messages, expected=expected, unheard=post.unheard, killed=1) == []
    assert mailing.tally() == {Outcome.SENT: 1_485, Outcome.REFUSED: 15, Outcome.ASIDE: 151}
    assert set(Bounce.objects.open().values_list("address", flat=True)) == gone
    assert set(Owed.objects.values_list("state", flat=True)) == {State.SENT}
    names = dict(MailingRecipient.objects.leaving().values_list("address", "message_id"))
    assert {letter["Message-ID"] for letter in smtp_server.messages} == {names[address] for address in expected}
    texts = {letter.get_body(["plain"]).get_content() for letter in smtp_server.messages}
    assert len({re.search(r"Bonjour (Personne \d+),", text)[1] for text in texts}) == 1_485


def test_control_a_sender_that_names_each_attempt_anew_is_caught(programs, broker, smtp_server):
    """The protection taken away: the Message-ID of the attempt instead of the recipient's own."""
    agent = builders.staff()
    addresses = people(60)
    post = RandomPost(smtp_server, set())
    confirmed(agent)
    through_a_bad_day(programs, broker, post, addresses, NAMED_ANEW="1")
    found = wrongs(smtp_server.messages, expected=set(addresses), unheard=post.unheard, killed=1)
    assert any(wrong.endswith("two names") for wrong in found)


def test_control_the_judge_sees_what_is_lost_doubled_or_renamed():
    def letter(to: str, name: str) -> dict:
        return {"To": to, "Message-ID": name}

    sent = [letter("a", "1"), letter("b", "2"), letter("b", "2"), letter("c", "3"), letter("c", "4"), letter("e", "5")]
    assert wrongs(sent, expected={"a", "b", "c", "d"}, unheard=Counter(), killed=0) == [
        "d: never", "e: not asked for", "c: two names", "2 once more without a cause",
    ]  # fmt: skip
    assert wrongs(sent[:3], expected={"a", "b"}, unheard=Counter(b=1), killed=0) == []
    assert wrongs(sent[:3], expected={"a", "b"}, unheard=Counter(), killed=1) == []
    assert wrongs([letter("a", "1")] * 3, expected={"a"}, unheard=Counter(), killed=9) == ["a: 2 too many"]
