"""Steering reports: who receives them, and when one is owed. Each reader once a period, whatever the clock does."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from alliance import outbox
from alliance.lib.errors import Conflict, conflict_on
from partners.models import SteeringReader, SteeringReport, SteeringSending, User

Rhythm = SteeringReport.Rhythm


def create_report(*, name: str, rhythm: str, form: str, readers: Iterable[User], by: User) -> SteeringReport:
    """Raises ValidationError without a reader."""
    readers = list(readers)
    if not by.is_national:
        raise PermissionDenied
    if not readers:
        raise ValidationError("Choisissez au moins une personne.")
    with transaction.atomic():
        report = SteeringReport(name=name.strip(), rhythm=rhythm, form=form, created_by=by)
        report.clean_fields(exclude={"created_by", "stopped_at", "stopped_by"})
        report.save()
        for person in readers:
            add_reader(report=report, person=person, by=by)
    return report


def add_reader(*, report: SteeringReport, person: User, by: User) -> SteeringReader:
    """An agent, who will read their own perimeter. Raises Conflict "already", "stopped", "not_staff"."""
    if not by.is_national:
        raise PermissionDenied
    if report.stopped_at:
        raise Conflict("Ce tableau de bord est arrêté.", code="stopped")
    if not (person.is_staff and person.is_active):
        raise Conflict("Seuls les agents de La Poste reçoivent un tableau de bord.", code="not_staff")
    with conflict_on("steering_reader_once", "Cette personne reçoit déjà ce tableau de bord.", code="already"):
        return SteeringReader.objects.create(report=report, person=person, added_by=by)


def stop_reading(*, reader: SteeringReader, at: datetime) -> None:
    """Nothing more leaves to this reader, not even what is owed already."""
    SteeringReader.objects.filter(pk=reader.pk, stopped_at__isnull=True).update(stopped_at=at)


def stop_report(*, report: SteeringReport, by: User, at: datetime) -> SteeringReport:
    """For all its readers. Raises Conflict "stopped"."""
    if not by.is_national:
        raise PermissionDenied
    with transaction.atomic():
        report = SteeringReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
        if report.stopped_at:
            raise Conflict("Ce tableau de bord est déjà arrêté.", code="stopped")
        report.stopped_at, report.stopped_by = at, by
        report.save(update_fields=["stopped_at", "stopped_by"])
    return report


def period_of(rhythm: str, on: date) -> date:
    """The Monday, or the first of the month, of a day: what a reader receives once."""
    return on - timedelta(days=on.weekday()) if rhythm == Rhythm.WEEKLY else on.replace(day=1)


def owe_reports(*, on: date) -> int:
    """Owe each live reader the report of the period, unless it was; late is better than never. A second call: 0."""
    owed = 0
    for reader in SteeringReader.objects.live().select_related("report"):
        period = period_of(reader.report.rhythm, on)
        if timezone.localdate(reader.added_at) > period:
            continue  # the next period is their first
        with transaction.atomic():
            sending, new = SteeringSending.objects.get_or_create(reader=reader, period_on=period)
            if new:
                outbox.owe("portal.send_steering", sending.pk)
                owed += 1
    return owed
