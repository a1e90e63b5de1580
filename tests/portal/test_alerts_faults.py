"""Alerts when the post is down, when two act at once, and what the database itself holds."""

import smtplib
import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.delivery import deliver
from alliance.outbox.models import Owed
from alliance.portal.demo.alerts import make_alert
from alliance.portal.kept import alerts
from partners.models import Alert
from tests import builders
from tests.portal.test_alerts import EMAIL, followed, view

pytestmark = pytest.mark.django_db


def test_a_post_that_is_down_makes_news_late_and_never_double(smtp_server, settings):
    settings.MAILERS = {
        name: options | {"BACKEND": "django.core.mail.backends.smtp.EmailBackend"}
        for name, options in settings.MAILERS.items()
    }
    alert = followed()
    smtp_server.messages.clear()
    builders.project()
    alerts.compare(alert_id=alert.pk, on=timezone.localdate())
    owed = Owed.objects.get(work="portal.send_alert")
    smtp_server.answer = "451 Later"
    with pytest.raises(smtplib.SMTPException):
        deliver(owed.pk)
    smtp_server.answer = None
    assert alerts.compare(alert_id=alert.pk, on=timezone.localdate()) is None
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        Owed.objects.update(due_at=timezone.now() - timedelta(hours=2))
    assert (deliver(owed.pk), deliver(owed.pk)) == (True, False)
    assert [message["Message-ID"] for message in smtp_server.messages] == [owed.message_id]


@pytest.mark.parametrize(
    "fields",
    [
        {"email": ""},
        {"ended_at": timezone.now(), "email": EMAIL},
        {"seen_keys": [1], "seen_marks": []},
        {"confirmed_at": None, "sent_on": timezone.localdate()},
    ],
)
def test_the_database_holds_the_rules(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.create(**{"noun": "projets", "email": EMAIL} | fields)


def test_the_same_wish_asked_at_the_same_instant_is_one_alert():
    Alert.objects.create(noun="projets", email=EMAIL)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.create(noun="projets", email=EMAIL.upper())


def test_the_demonstration_follows_a_view_and_has_two_new_projects_to_tell():
    brest = builders.commune()
    made = [builders.project(commune=brest) for _ in range(5)]
    told = alerts.compare(alert_id=make_alert(timezone.localtime()).pk, on=timezone.localdate())
    assert told == {"new": [made[4].pk, made[3].pk], "changed": [], "gone": []}


@pytest.mark.django_db(transaction=True)
def test_two_askers_at_once_and_the_second_is_told_apart(monkeypatch):
    """The first has written but not committed: the second waits, then finds ``alert_asked_twice``."""
    told = []

    def second():
        try:
            alerts.ask(view=view(), email=EMAIL, at=timezone.now())
        except Conflict as conflict:
            told.append(conflict.code)
        finally:
            connection.close()

    with transaction.atomic():
        alerts.ask(view=view(), email=EMAIL, at=timezone.now())
        rival = threading.Thread(target=second)
        rival.start()
        rival.join(0.5)
        assert (rival.is_alive(), told) == (True, [])
    rival.join(5)
    assert told == ["alert_asked_twice"]


@pytest.mark.django_db(transaction=True)
def test_an_end_waits_for_the_letter_that_is_leaving():
    alert = followed()
    ended = threading.Event()

    def stop():
        alerts.end(alert=alert, at=timezone.now())
        ended.set()
        connection.close()

    with transaction.atomic():
        Alert.objects.active().select_for_update().get(pk=alert.pk)
        rival = threading.Thread(target=stop)
        rival.start()
        assert not ended.wait(0.5)
    rival.join(5)
    assert ended.is_set()
