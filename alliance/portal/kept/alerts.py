"""Following a view by e-mail: ask, confirm, compare, tell, end.

One mail a day at most, never twice, never after the end. What was seen is kept with the alert and compared whole: a day
without comparison, or a change committed late, is told the next time. The comparison, what it saw and the mail that it
owes are one transaction.
"""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict

from alliance import outbox
from alliance.lib.errors import Conflict, conflict_on
from alliance.portal.kept.nouns import BY_KEY, View
from partners.models import Alert
from partners.models.alert import SIZE_MAX

TOO_LARGE = "Cette vue compte plus de 10 000 lignes : filtrez-la pour la suivre."
TOLD = 30


def view_of(alert: Alert) -> View:
    return BY_KEY[alert.noun].read(QueryDict(alert.address))


def seen(view: View) -> dict[int, int]:
    """Key → mark of its last change, for every row of the view; raises ValidationError beyond ``SIZE_MAX``."""
    rows = view.rows.values_list("pk", view.noun.mark())[: SIZE_MAX + 1]
    found = dict(rows)
    if len(found) > SIZE_MAX:
        raise ValidationError(TOO_LARGE, code="too_large")
    return found


def ask(*, view: View, email: str, at: datetime) -> Alert:
    """Keep the wish and owe a letter to its address; the same wish again owes the letter again.

    Raises ValidationError (too_large).
    """
    seen(view)
    wish = {"email__iexact": email, "noun": view.noun.key, "address": view.address}
    with conflict_on("alert_live_once", "Cette alerte vient d’être demandée.", code="alert_asked_twice"):
        alert = Alert.objects.live().filter(**wish).first()
        if alert is None:
            alert = Alert.objects.create(noun=view.noun.key, address=view.address, email=email, asked_at=at)
        outbox.owe("portal.send_alert_confirmation", alert.pk)
    return alert


def confirm(*, alert: Alert, at: datetime) -> Alert:
    """From now on changes are told; what the view holds today is the starting point. Raises Conflict: "alert_ended"."""
    with transaction.atomic():
        alert = Alert.objects.select_for_update().get(pk=alert.pk)
        if alert.ended_at:
            raise Conflict("Cette alerte est arrêtée : demandez-en une nouvelle.", code="alert_ended")
        if alert.confirmed_at is None:
            alert.confirmed_at = at
            keep(alert, seen(view_of(alert)))
            alert.save()
    return alert


def end(*, alert: Alert, at: datetime) -> Alert:
    """Forget the address and what was seen: nothing leaves any more, not even a letter already owed.

    A letter that is leaving at this very moment is waited for.
    """
    with transaction.atomic():
        alert = Alert.objects.select_for_update().get(pk=alert.pk)
        if alert.ended_at is None:
            alert.ended_at, alert.email = at, ""
            keep(alert, {})
            alert.save()
    return alert


def keep(alert: Alert, rows: dict[int, int]) -> None:
    alert.seen_keys, alert.seen_marks = list(rows), list(rows.values())


def compare(*, alert_id: int, on: date) -> dict | None:
    """What is new, changed and gone since the last comparison, owed as one letter; None when nothing, or done today."""
    with transaction.atomic():
        alert = Alert.objects.unchecked(on).select_for_update().filter(pk=alert_id).first()
        if alert is None:
            return None
        before, now = dict(zip(alert.seen_keys, alert.seen_marks, strict=True)), seen_or_cut(view_of(alert))
        told = {
            "new": sorted(now.keys() - before.keys(), reverse=True),
            "changed": sorted(key for key in now.keys() & before.keys() if now[key] != before[key]),
            "gone": sorted(before.keys() - now.keys()),
        }
        alert.checked_on = on
        keep(alert, now)
        if any(told.values()):
            alert.sent_on = on
            counts = {name: len(keys) for name, keys in told.items()}
            outbox.owe("portal.send_alert", alert.pk, counts, {name: keys[:TOLD] for name, keys in told.items()})
        alert.save()
    return told if any(told.values()) else None


def seen_or_cut(view: View) -> dict[int, int]:
    """A view that has grown too large keeps being followed by its ``SIZE_MAX`` first rows."""
    return dict(view.rows.order_by("pk").values_list("pk", view.noun.mark())[:SIZE_MAX])
