"""What the clock starts for followed views and open data."""

from celery import shared_task
from django.utils import timezone

from alliance import outbox
from alliance.portal import dumps
from alliance.portal.actions import forgetting
from alliance.portal.actions.duplicates import look_for_pairs
from alliance.portal.sheets import acts, exporting
from partners.actions.steering import owe_reports
from partners.models import Alert


@shared_task(name="alliance.portal.jobs.compare_views")
def compare_views() -> int:
    """Owe one comparison to each alert that had none today; twice owed is once done."""
    today = timezone.localdate()
    found = list(Alert.objects.unchecked(today).values_list("pk", flat=True))
    for alert_id in found:
        outbox.owe("portal.compare_alert", alert_id, today.isoformat())
    return len(found)


@shared_task(name="alliance.portal.jobs.forget_alerts")
def forget_alerts() -> int:
    """Addresses that nobody confirmed within 7 days, and what is left of alerts ended a month ago."""
    return Alert.objects.expired(timezone.now()).delete()[0]


@shared_task(name="alliance.portal.jobs.publish_dumps")
def publish_dumps() -> int:
    """The files of the day, once: each hour asks again, so that a night without a clock is mended in the morning."""
    return len(dumps.build(timezone.localdate()))


@shared_task(name="alliance.portal.jobs.look_for_duplicates")
def look_for_duplicates() -> int:
    """Organisations that are likely one, for the agents to decide."""
    return look_for_pairs()


@shared_task(name="alliance.portal.jobs.forget_sheets")
def forget_sheets() -> int:
    """Files and lines of spreadsheets that can no longer be taken back, and files that were asked for days ago."""
    return acts.forget() + exporting.forget()


@shared_task(name="alliance.portal.jobs.send_steering")
def send_steering() -> int:
    """The steering reports of the week or month, once for each reader: each morning asks again."""
    return owe_reports(on=timezone.localdate())


@shared_task(name="alliance.portal.jobs.forget_addresses")
def forget_addresses() -> int:
    """Addresses and names in the lines of bulk mails and acts, a year later; acts only looked at, after a month."""
    return forgetting.forget_addresses(at=timezone.now())
