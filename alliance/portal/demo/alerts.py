"""A reader follows the projects of the Finistère: the next comparison has two of them to tell."""

from datetime import datetime, timedelta

from django.http import QueryDict

from alliance.portal.kept.alerts import keep, seen
from alliance.portal.kept.nouns import BY_KEY
from partners.models import Alert

READER, FOLLOWED = "lectrice@demo.invalid", "department=29"
SINCE, TO_TELL = timedelta(days=30), 2


def make_alert(now: datetime) -> Alert:
    view = BY_KEY["projets"].read(QueryDict(FOLLOWED))
    asked = {"asked_at": now - SINCE, "confirmed_at": now - SINCE, "checked_on": now.date() - timedelta(days=1)}
    alert = Alert(noun="projets", address=view.address, email=READER, **asked)
    keep(alert, dict(sorted(seen(view).items())[:-TO_TELL]))
    alert.save()
    return alert
