"""Ranking workshops."""

from django.core.exceptions import ValidationError
from django.db import transaction

from alliance.lib import french
from alliance.lib.errors import Conflict
from events.models import AllocationRun, Registration, Wish, Workshop
from events.models.wish import MOST_WISHES


def rank_workshops(*, registration: Registration, workshops: list[Workshop], at) -> list[Wish]:
    """These are the wishes from now on, the dearest first; none is allowed.

    Raises ValidationError on too many, one twice or one of another Convention; Conflict: "not_live", "not_yet",
    "closed". Two who change the same person's wishes queue on the registration's row: the last one stands.
    """
    with transaction.atomic():
        rows = Registration.objects.select_for_update(of=("self",), no_key=True).select_related("convention")
        registration = rows.get(pk=registration.pk)
        if not registration.is_live:
            raise Conflict("Cette inscription est annulée : elle ne classe plus d’ateliers.", code="not_live")
        _refuse_unless_open(registration.convention, at)
        _refuse_odd(registration, workshops)
        registration.wishes.all().delete()
        return Wish.objects.bulk_create(
            Wish(registration=registration, workshop=workshop, rank=rank) for rank, workshop in enumerate(workshops, 1)
        )


def _refuse_unless_open(convention, at) -> None:
    state = convention.wishes_state(at)
    if state == "not_yet":
        moment = french.long_moment(convention.wishes_open_at)
        raise Conflict(f"Les vœux d’atelier ouvrent le {moment}.", code="not_yet")
    if state != "open" or AllocationRun.objects.published().filter(convention=convention).exists():
        raise Conflict("Les vœux d’atelier sont clos.", code="closed")


def _refuse_odd(registration: Registration, workshops: list[Workshop]) -> None:
    if len(workshops) > MOST_WISHES:
        raise ValidationError(f"Classez {MOST_WISHES} ateliers au plus.")
    if len({workshop.pk for workshop in workshops}) < len(workshops):
        raise ValidationError("Chaque atelier ne se classe qu’une fois.")
    if any(workshop.item.convention_id != registration.convention_id for workshop in workshops):
        raise ValidationError("Choisissez des ateliers de cette Convention.")
