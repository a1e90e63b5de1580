"""How far from a point, in SQL: a box that an index may use, then the great circle."""

from math import cos, radians

from django.db.models import F, FloatField, Q, Value
from django.db.models.functions import ASin, Cos, Least, Power, Radians, Sin, Sqrt
from django.db.models.lookups import LessThanOrEqual

from partners.filters import tiles
from partners.filters.criteria import Near, any_of

EARTH_RADIUS_KM = 6371.0
KM_A_DEGREE = 111.2
SQL = (
    "{radius} * asin(sqrt(least(1, sin(radians(lat - {lat}) / 2) ^ 2"
    " + cos(radians({lat})) * cos(radians(lat)) * sin(radians(lon - {lon}) / 2) ^ 2)))"
)
"""``distance_km`` from the columns lat and lon; ``radius`` is twice the Earth's."""


def distance_km(near: Near, lat, lon):
    """Great-circle distance (haversine) from ``near`` to the expressions ``lat`` and ``lon``, in degrees."""
    half = Power(Sin(Radians(lat - near.lat) / 2), 2) + Cos(Radians(Value(near.lat))) * Cos(Radians(lat)) * Power(
        Sin(Radians(lon - near.lon) / 2), 2
    )
    return 2 * EARTH_RADIUS_KM * ASin(Sqrt(Least(half, Value(1.0)), output_field=FloatField()))


def box(near: Near, radius_km: float, lat: str, lon: str) -> Q:
    """The rectangle around the circle, over two columns."""
    tall = radius_km / KM_A_DEGREE
    wide = min(180.0, tall / max(cos(radians(near.lat)), 0.01))
    return Q(
        **{
            f"{lat}__range": (near.lat - tall, near.lat + tall),
            f"{lon}__range": (near.lon - wide, near.lon + wide),
        }
    )


def within(near: Near, radius_km: float, lat: str, lon: str) -> Q:
    """Rows whose point, in two columns, is at most ``radius_km`` away."""
    return box(near, radius_km, lat, lon) & Q(LessThanOrEqual(distance_km(near, F(lat), F(lon)), radius_km))


def around(near: Near, radius_km: float) -> tiles.Box:
    """West, south, east and north of the circle; all around the Earth near a pole."""
    tall = radius_km / KM_A_DEGREE
    wide = min(180.0, tall / max(cos(radians(near.lat)), 0.01))
    return near.lon - wide, near.lat - tall, near.lon + wide, near.lat + tall


def indexed_within(near: Near, radius_km: float) -> Q:
    """Rows of the project index whose point is at most ``radius_km`` away: a few ranges of tiles, then the circle."""
    spans = any_of(Q(tile__range=span) for span in tiles.ranges(around(near, radius_km)))
    return spans & Q(LessThanOrEqual(distance_km(near, F("lat"), F("lon")), radius_km))
