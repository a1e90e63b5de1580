"""Which rows an agent of La Poste reads and writes: one rule for every noun that hangs on an organisation."""

from django.apps import apps
from django.db.models import Q


def readable(user, path: str) -> Q:
    """Rows whose organisation, at ``path`` (a lookup), a *staff* member may read.

    National networks and organisations without a place are read by all staff; the rest by its région's delegates.
    Through a path they are found first, by the indexes of organisations: joined, beside « mine or », all rows of both
    tables would be read. Who has no organisation at all is of no perimeter.
    """
    if user.is_national:
        return Q()
    if not user.is_staff:
        return Q(pk__in=[])
    if path:
        organisations = apps.get_model("partners", "Organisation").objects.filter(readable(user, ""))
        return Q((f"{path}__in", organisations.order_by().values("pk")))
    return Q(region__isnull=True) | Q(kind="network") | Q(region__in=user.region_codes)


def writable(user, path: str) -> Q:
    """Rows that an agent may change: everything for the national team, the régions of a delegate otherwise."""
    if user.is_national:
        return Q()
    region, kind = (f"{path}__region", f"{path}__kind") if path else ("region", "kind")
    return Q((f"{region}__in", user.region_codes)) & ~Q((kind, "network"))
