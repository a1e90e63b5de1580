"""What happens to a Convention: published, larger or smaller, cancelled."""

from django.core.exceptions import ValidationError
from django.db import transaction

from alliance import outbox
from alliance.lib import french
from alliance.lib.errors import Conflict, conflict_on
from events.actions.programme import first_version
from events.actions.seats import settle
from events.models import Convention, Registration
from partners.models import User

CONFIRMED_ALREADY = "Des personnes sont déjà confirmées : la capacité ne descend pas sous leur nombre."


def change_capacity(*, convention: Convention, capacity: int, by: User | None, at) -> Convention:
    """Give the Convention ``capacity`` seats: new ones are offered, offers beyond it withdrawn, in this transaction.

    Raises ValidationError on a negative number, Conflict: "capacity_below_confirmed".
    """
    if capacity < 0:
        raise ValidationError({"capacity": "Indiquez zéro ou un nombre positif de places."})
    with conflict_on("convention_not_oversold", CONFIRMED_ALREADY, code="capacity_below_confirmed"):
        convention = Convention.objects.locked(convention.pk)
        confirmed = convention.registrations.filter(status=Registration.Status.CONFIRMED).count()
        if capacity < confirmed:
            people = french.count(confirmed, "personne est déjà confirmée", "personnes sont déjà confirmées")
            raise Conflict(f"{people} : la capacité ne descend pas en dessous.", code="capacity_below_confirmed")
        convention.capacity = capacity
        convention.save(update_fields=["capacity", "updated_at"])
        settle(convention, at=at)
    return convention


def publish_convention(*, convention: Convention, by: User | None, at) -> Convention:
    """Show a draft to everybody, with the first version of its programme.

    Raises ValidationError by field, Conflict: "not_draft".
    """
    with transaction.atomic():
        convention = Convention.objects.locked(convention.pk)
        if convention.state != Convention.State.DRAFT:
            raise Conflict("Seule une Convention en préparation se publie.", code="not_draft")
        if convention.opens_at and not convention.capacity:
            raise ValidationError({"capacity": "Indiquez le nombre de places avant d’ouvrir les inscriptions."})
        convention.state = Convention.State.PUBLISHED
        convention.save(update_fields=["state", "updated_at"])
        first_version(convention, by=by, at=at)
    return convention


def cancel_convention(*, convention: Convention, by: User | None, at) -> Convention:
    """Call a published Convention off and owe a mail to everybody who holds or awaits a seat.

    Registrations keep their state: it says who would have come. Raises Conflict: "not_published", "past".
    """
    with transaction.atomic():
        convention = Convention.objects.locked(convention.pk)
        if convention.state != Convention.State.PUBLISHED:
            raise Conflict("Seule une Convention publiée s’annule.", code="not_published")
        if convention.ends_at <= at:
            raise Conflict("Cette Convention a déjà eu lieu.", code="past")
        convention.state = Convention.State.CANCELLED
        convention.save(update_fields=["state", "updated_at"])
        for pk in convention.registrations.live().order_by("pk").values_list("pk", flat=True):
            outbox.owe("events.send_convention_cancelled", pk)
    return convention
