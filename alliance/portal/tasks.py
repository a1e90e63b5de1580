"""Work that alerts owe."""

from datetime import date

from alliance import outbox
from alliance.portal.kept import alerts, mails


@outbox.work("portal.send_alert_confirmation")
def send_alert_confirmation(alert_id: int, *, owed) -> None:
    mails.send_confirmation(alert_id, message_id=owed.message_id)


@outbox.work("portal.compare_alert")
def compare_alert(alert_id: int, on: str, *, owed) -> None:
    alerts.compare(alert_id=alert_id, on=date.fromisoformat(on))


@outbox.work("portal.send_alert")
def send_alert(alert_id: int, counts: dict, keys: dict, *, owed) -> None:
    mails.send_news(alert_id, counts, keys, message_id=owed.message_id)
