"""Work that alerts, spreadsheets and batches owe."""

from datetime import date

from alliance import outbox
from alliance.portal import steering_mails
from alliance.portal.actions import copies
from alliance.portal.kept import alerts, mails
from alliance.portal.lists import batches
from alliance.portal.sheets import acts, exporting


@outbox.work("portal.send_alert_confirmation")
def send_alert_confirmation(alert_id: int, *, owed) -> None:
    mails.send_confirmation(alert_id, message_id=owed.message_id)


@outbox.work("portal.compare_alert")
def compare_alert(alert_id: int, on: str, *, owed) -> None:
    alerts.compare(alert_id=alert_id, on=date.fromisoformat(on))


@outbox.work("portal.send_alert")
def send_alert(alert_id: int, counts: dict, keys: dict, *, owed) -> None:
    mails.send_news(alert_id, counts, keys, message_id=owed.message_id)


@outbox.work("portal.work_on_batch")
def work_on_batch(act_id: int, *, owed) -> None:
    batches.work(act_id)


@outbox.work("portal.work_on_sheet")
def work_on_sheet(sheet_id: int, *, owed) -> None:
    acts.work(sheet_id)


@outbox.work("portal.make_sheet")
def make_sheet(export_id: int, *, owed) -> None:
    exporting.make(export_id)


@outbox.work("portal.send_steering")
def send_steering(sending_id: int, *, owed) -> None:
    steering_mails.send(sending_id, message_id=owed.message_id)


@outbox.work(copies.WORK)
def make_copy(export_id: int, *, owed) -> None:
    copies.make_copy(export_id)
