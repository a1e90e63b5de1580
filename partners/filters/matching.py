"""What goes with a need, and what goes with a resource: a box that an index reads, then the circle; nearest first."""

from datetime import date

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.lookups import LessThanOrEqual

from partners.filters.criteria import Near
from partners.filters.geo import box, distance_km, within
from partners.models import Match, Need, Resource
from partners.models.match import reason
from partners.models.resource import WIDEST_KM

SHOWN = 10


def resources_for(need: Need, on: date) -> list[Resource]:
    """The nearest first, what is everywhere last; each with ``why`` and whether it is already ``proposed``."""
    rows = Resource.objects.open(on).filter(kind=need.kind, axes=need.axis_id, starts_on__lte=need.until)
    everywhere = Q(commune__isnull=True)
    if need.lat is None:
        rows = rows.filter(everywhere)
    else:
        near = Near(need.lat, need.lon)
        rows = rows.annotate(away=distance_km(near, F("lat"), F("lon")))
        circle = box(near, WIDEST_KM, "lat", "lon") & Q(LessThanOrEqual(F("away"), F("radius_km")))
        rows = rows.filter(everywhere | circle).order_by(F("away").asc(nulls_last=True), "pk")
    live = Match.objects.live().filter(need=need, resource=OuterRef("pk"))
    found = list(rows.annotate(proposed=Exists(live)).select_related("commune")[:SHOWN])
    for resource in found:
        resource.why = reason(need, resource)
    return found


def needs_for(resource: Resource, on: date, rows) -> list[Need]:
    """Those of ``rows`` (the needs that the reader may write for), the nearest first, each with ``why``."""
    rows = rows.open(on).filter(kind=resource.kind, axis__in=resource.axes.all(), until__gte=resource.starts_on)
    if resource.radius_km is not None:
        if resource.lat is None:
            return []
        near = Near(resource.lat, resource.lon)
        rows = rows.filter(within(near, resource.radius_km, "lat", "lon"))
        rows = rows.annotate(away=distance_km(near, F("lat"), F("lon"))).order_by("away", "pk")
    live = Match.objects.live().filter(resource=resource, need=OuterRef("pk"))
    found = list(rows.annotate(proposed=Exists(live)).select_related("organisation", "commune")[:SHOWN])
    for need in found:
        need.why = reason(need, resource)
    return found
