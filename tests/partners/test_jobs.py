"""What the clock makes us forget about sign-ins."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from alliance.lib import throttle
from partners.jobs import forget_sign_ins

pytestmark = pytest.mark.django_db


def attempt(hours_ago: int) -> AccessAttempt:
    made = AccessAttempt.objects.create(username=f"{hours_ago}@test.invalid", failures_since_start=1)
    AccessAttempt.objects.filter(pk=made.pk).update(attempt_time=timezone.now() - timedelta(hours=hours_ago))
    return made


def test_ended_sessions_and_old_attempts_go_the_others_stay():
    now = timezone.now()
    Session.objects.create(session_key="ended", session_data="", expire_date=now - timedelta(minutes=1))
    Session.objects.create(session_key="live", session_data="", expire_date=now + timedelta(minutes=1))
    attempt(25)
    recent = attempt(1)

    forget_sign_ins()

    assert list(Session.objects.values_list("session_key", flat=True)) == ["live"]
    assert list(AccessAttempt.objects.all()) == [recent]


def test_throttles_that_have_run_out_leave_the_cache(time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    throttle.permit("essai", "court", amount=1, seconds=10)
    throttle.permit("essai", "long", amount=1, seconds=1000)

    time_machine.move_to(start + timedelta(seconds=60), tick=False)
    forget_sign_ins()

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM portal_cache WHERE cache_key LIKE %s", ["%throttle:essai%"])
        assert cursor.fetchone() == (1,)
    assert throttle.permit("essai", "long", amount=1, seconds=1000) > 0
