"""News of followed views through a bad day: broker and workers killed, post failing at random, readers leaving.

Each letter arrives, none under two names; whoever has left is written to no more.
"""

import random
import re
import time
from collections import Counter
from urllib.parse import urlsplit

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from alliance.outbox.delivery import deliver_all_due
from alliance.outbox.models import Owed, State
from alliance.portal import jobs
from alliance.portal.kept import alerts
from alliance.portal.kept.nouns import BY_KEY
from partners.models import Alert
from tests import builders
from tests.outbox.test_faults import ids, wait_for

pytestmark = pytest.mark.faults
READERS, LEAVING = 60, 20
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def followers(programs, broker, smtp_server):
    """Confirmed alerts on the list of projects, each of another reader; the letters before that are forgotten."""
    view = BY_KEY["projets"].read(QueryDict(""))
    made = [alerts.ask(view=view, email=f"lecteur{n}@test.invalid", at=timezone.now()) for n in range(READERS)]
    for alert in made:
        alerts.confirm(alert=alert, at=timezone.now())
    Owed.objects.all().delete()
    return made


def a_random_post(smtp_server, seed: int = 26):
    """From now on three letters in ten are put off, one in ten is kept while the sender hears that it is not."""
    chance = random.Random(seed)
    handle = smtp_server.handle_DATA

    async def handle_DATA(server, session, envelope):
        luck = chance.random()
        smtp_server.answer = "451 Later" if luck < 0.3 else None
        smtp_server.kept = "451 Kept, and not said" if 0.3 <= luck < 0.4 else "250 OK"
        return await handle(server, session, envelope)

    smtp_server.handle_DATA = handle_DATA


def leave(alert: Alert) -> None:
    """As a mail program does: one POST, without page, cookie or redirection."""
    assert Client().post(f"/alertes/{alert.public_id}/arreter/", ONE_CLICK).status_code == 200


def due_at_once() -> None:
    """Back-offs of minutes are waited for by nobody here."""
    Owed.objects.pending().filter(lease=None).update(due_at=timezone.now())


def all_is_paid() -> bool:
    due_at_once()
    time.sleep(0.5)
    return not Owed.objects.pending().exists()


def addresses(smtp_server) -> Counter:
    return Counter(message["To"] for message in smtp_server.messages)


def test_no_news_is_lost_or_renamed_and_who_left_hears_nothing(programs, broker, smtp_server, followers):
    a_random_post(smtp_server)
    builders.project(title="Halle")
    relay, worker = programs.relay(), programs.worker()
    assert jobs.compare_views() >= 1  # the broker has not started yet
    time.sleep(1)
    assert smtp_server.messages == []
    broker.start()
    smtp_server.delay = 0.02
    wait_for(lambda: len(set(ids(smtp_server))) >= 10, seconds=120)
    programs.kill(worker)
    broker.kill()
    time.sleep(1)  # the post writes down what it was given before the worker died
    told = set(addresses(smtp_server))
    gone = followers[-LEAVING:]
    for alert in gone:
        leave(alert)
    silent = {f"lecteur{n}@test.invalid" for n in range(READERS - LEAVING, READERS)} - told
    broker.start()
    programs.kill(relay)
    programs.relay()
    programs.worker()
    wait_for(all_is_paid, seconds=240)
    found = addresses(smtp_server)
    assert set(found) == {f"lecteur{n}@test.invalid" for n in range(READERS)} - silent
    assert len(silent) > LEAVING // 3
    assert set(Owed.objects.filter(work="portal.send_alert").values_list("state", flat=True)) == {State.SENT}
    names = {address: set() for address in found}
    for message in smtp_server.messages:
        names[message["To"]].add(message["Message-ID"])
    assert {len(ids) for ids in names.values()} == {1}, "sent again, but never under another name"
    assert jobs.compare_views() == 0, "once a day at most"
    the_day_after(smtp_server, found, gone)


def the_day_after(smtp_server, found: Counter, gone: list[Alert]) -> None:
    """Nothing that was told is told again; whoever left is never written to, whatever changes."""
    smtp_server.messages.clear()
    Alert.objects.active().update(checked_on=None)
    builders.project(title="Verger")
    jobs.compare_views()
    wait_for(all_is_paid, seconds=240)
    left = {f"lecteur{n}@test.invalid" for n in range(READERS - LEAVING, READERS)}
    assert set(addresses(smtp_server)) == {f"lecteur{n}@test.invalid" for n in range(READERS)} - left
    assert all("Halle" not in message.get_body(["plain"]).get_content() for message in smtp_server.messages)
    assert {alert.email for alert in Alert.objects.filter(pk__in=[each.pk for each in gone])} == {""}


def test_a_worker_killed_after_the_post_said_yes_sends_the_same_letter_again(programs, broker, smtp_server):
    broker.start()
    view = BY_KEY["projets"].read(QueryDict(""))
    alert = alerts.ask(view=view, email="ana@test.invalid", at=timezone.now())
    alerts.confirm(alert=alert, at=timezone.now())
    Owed.objects.all().delete()
    builders.project()
    programs.relay()
    smtp_server.delay = 1.0
    worker = programs.worker()
    jobs.compare_views()
    wait_for(lambda: smtp_server.attempts, seconds=60)
    wait_for(lambda: smtp_server.messages, seconds=10)
    programs.kill(worker)
    smtp_server.delay = 0
    Owed.objects.pending().update(lease_until=timezone.now())
    programs.worker()
    wait_for(all_is_paid, seconds=120)
    assert len(set(ids(smtp_server))) == 1
    assert 1 <= len(smtp_server.messages) <= 2


def test_the_link_of_a_letter_ends_its_alert_while_others_still_leave(smtp_server, transactional_db):
    """The one POST of a mail program, between two letters of a run: nothing owed to that reader leaves any more."""
    view = BY_KEY["projets"].read(QueryDict(""))
    first, second = (alerts.ask(view=view, email=f"{name}@test.invalid", at=timezone.now()) for name in ("ana", "bob"))
    for alert in (first, second):
        alerts.confirm(alert=alert, at=timezone.now())
    Owed.objects.all().delete()
    builders.project()
    for alert in (first, second):
        alerts.compare(alert_id=alert.pk, on=timezone.localdate())
    leave(second)
    deliver_all_due()
    (letter,) = smtp_server.messages
    assert (letter["To"], letter["List-Unsubscribe-Post"]) == ("ana@test.invalid", "List-Unsubscribe=One-Click")
    link = re.search(r"<(\S+)>", letter["List-Unsubscribe"])[1]
    assert Client().post(urlsplit(link).path, ONE_CLICK).status_code == 200
    assert not Alert.objects.active().exists()
