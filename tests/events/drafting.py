"""Acts upon a programme that several files of tests try, and what they told to whom."""

from datetime import timedelta

from django.core import mail
from django.utils import timezone

from alliance.outbox.delivery import deliver_all_due
from alliance.outbox.models import Owed
from events.actions.programme import change_item, publish_programme
from events.models.programme_words import DRAFTED

LETTER = "events.send_programme_change"


def temps(convention, title="Plénière", kind="plenary", hour=5, **fields):
    begins = convention.starts_at + timedelta(hours=hour)
    ends = begins + timedelta(hours=1)
    return convention.programme.create(kind=kind, title=title, starts_at=begins, ends_at=ends, **fields)


def words(item, **changed):
    return {name: getattr(item, name) for name in DRAFTED} | changed


def later(item, hours):
    moved = timedelta(hours=hours)
    return words(item, starts_at=item.starts_at + moved, ends_at=item.ends_at + moved)


def change(item, **changed):
    axis = item.workshop.axis if item.kind == "workshop" else None
    change_item(item=item, words=words(item, **changed), axis=axis, by=None, at=timezone.now())


def move(item, hours):
    change_item(item=item, words=later(item, hours), axis=None, by=None, at=timezone.now())


def publish(convention, **given):
    return publish_programme(convention=convention, by=None, at=timezone.now(), **given)


def told():
    return {args[0]: args[2] for args in Owed.objects.filter(work=LETTER).values_list("args", flat=True)}


def letters():
    deliver_all_due()
    return {message.to[0]: message.body.replace("\xa0", " ") for message in mail.outbox if "change" in message.subject}
