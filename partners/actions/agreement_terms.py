"""Telling people that a term comes. Whatever happens at the term, happens by somebody's act: nothing is done here."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from alliance import outbox
from partners.actions.agreements import people_of
from partners.models import Agreement, AgreementAlert
from partners.models.agreement_signing import Side

STEPS = (30, 60, 90)


def tell_terms(*, on: date) -> int:
    """Owe the letters of the terms at 90, 60 and 30 days: each term and step once, whatever day the job runs.

    When it did not run for some weeks, only the nearest step is told. How many alerts were made.
    """
    made = 0
    for first, step in zip((0, *STEPS), STEPS, strict=False):
        earliest = on + timedelta(days=first + 1 if first else 0)
        told = AgreementAlert.objects.filter(agreement=OuterRef("pk"), term=OuterRef("ends_on"), days_before__lte=step)
        rows = Agreement.objects.in_force(on).filter(ends_on__range=(earliest, on + timedelta(days=step)))
        for agreement in rows.filter(~Exists(told)).select_related(
            "referent", "partner_referent", "organisation__region"
        ):
            made += _tell(agreement, step)
    return made


@transaction.atomic
def _tell(agreement: Agreement, step: int) -> bool:
    """Two jobs at once make one alert: the constraint decides."""
    alert, created = AgreementAlert.objects.get_or_create(
        agreement=agreement, term=agreement.ends_on, days_before=step, defaults={"told_at": timezone.now()}
    )
    if created:
        told = {person.pk for side in Side for person in people_of(agreement, side)}
        for pk in sorted(told):
            outbox.owe("partners.send_term_alert", alert.pk, pk)
    return created
