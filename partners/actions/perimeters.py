"""The perimeter of an agent, changed by the national team, with a motive that history keeps."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from alliance.lib.changes import because
from alliance.lib.errors import Conflict
from partners.models import Region, StaffPerimeter, User


def change_perimeter(
    *, agent: User, national: bool, regions: Iterable[Region], motive: str, by: User, job_title: str = ""
) -> StaffPerimeter:
    """The whole country, or some régions. Raises Conflict "not_staff", "self"; ValidationError without a motive."""
    if not by.is_national:
        raise PermissionDenied
    regions = list(regions)
    if by.pk == agent.pk:
        raise Conflict("Une autre personne de l’équipe nationale doit changer votre périmètre.", code="self")
    if national == bool(regions):
        raise ValidationError("Choisissez l’équipe nationale, ou une région au moins.", code="perimeter")
    if not motive.strip():
        raise ValidationError("Donnez un motif : il est gardé dans l’historique.")
    with transaction.atomic(), because(by, motive):
        person = User.objects.select_for_update(of=("self",)).get(pk=agent.pk)
        if not person.is_staff:
            raise Conflict("Cette personne n’est pas agent de La Poste.", code="not_staff")
        perimeter, _ = StaffPerimeter.objects.update_or_create(
            user=person, defaults={"national": national, "job_title": job_title.strip()}
        )
        perimeter.regions.set(regions)
    return perimeter
