"""A Convention prepared after a past one: its texts, seats, programme and workshops, at dates of its own."""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from events.models import Convention, ProgrammeItem, SeatQuota, Workshop
from partners.models import Axis, User

TEXTS = ("kind", "is_day_only", "summary", "place", "address", "commune_id", "access", "is_demo")
SETTINGS = ("capacity", "offer_hours", "open_to", "door_margin")
DATES = ("opens_at", "closes_at", "wishes_open_at", "wishes_close_at", "quotas_end_at")


def prepare_after(*, model: Convention, title: str, slug: str, day: date, by: User | None, at) -> Convention:
    """A draft that begins on ``day``: every hour of ``model`` on the wall's clock, as many days later.

    What was said there, who spoke, where one joined and who came stay behind. Raises ValidationError by field.
    """
    shift = day - timezone.localdate(model.starts_at)
    if shift <= timedelta(0):
        raise ValidationError({"day": "Choisissez un jour après celui de la rencontre reprise."})
    with transaction.atomic():
        convention = Convention(
            slug=slug,
            title=title,
            state=Convention.State.DRAFT,
            modelled_on=model,
            starts_at=later(model.starts_at, shift),
            ends_at=later(model.ends_at, shift),
            **{name: getattr(model, name) for name in (*TEXTS, *SETTINGS)},
            **{name: later(getattr(model, name), shift) for name in DATES},
        )
        convention.full_clean()
        convention.save()
        SeatQuota.objects.bulk_create(
            SeatQuota(convention=convention, audience=quota.audience, seats=quota.seats) for quota in model.quotas.all()
        )
        _programme(model, convention, shift)
    return convention


def _programme(model: Convention, convention: Convention, shift: timedelta) -> None:
    """An axis that is no longer in force is left for staff to choose again."""
    current = set(Axis.objects.current().values_list("pk", flat=True))
    for item in model.programme.select_related("workshop"):
        copied = ProgrammeItem.objects.create(
            convention=convention,
            starts_at=later(item.starts_at, shift),
            ends_at=later(item.ends_at, shift),
            **{name: getattr(item, name) for name in ("kind", "title", "summary", "room")},
        )
        if hasattr(item, "workshop"):
            workshop = item.workshop
            Workshop.objects.create(
                item=copied,
                axis_id=workshop.axis_id if workshop.axis_id in current else None,
                **{name: getattr(workshop, name) for name in ("capacity", "organisation_cap", "region_floor")},
            )


def later(moment: datetime | None, shift: timedelta) -> datetime | None:
    """The same hour in Paris, whatever the season."""
    if moment is None:
        return None
    local = timezone.localtime(moment, timezone.get_default_timezone())
    return datetime.combine(local.date() + shift, local.time(), local.tzinfo)
