"""From longitude and latitude (degrees) to the plane: Lambert-93 for metropolitan France, equirectangular overseas."""

from math import cos, log, pi, radians, sin, sqrt, tan

# RGF93 / Lambert-93 (EPSG:2154), GRS80 ellipsoid.
E = sqrt(0.00669438002290)
SEMI_MAJOR_M = 6_378_137.0
LAT_0, LON_0, LAT_1, LAT_2 = radians(46.5), radians(3), radians(44), radians(49)
FALSE_EASTING_M, FALSE_NORTHING_M = 700_000.0, 6_600_000.0


def _scale(lat: float) -> float:
    return cos(lat) / sqrt(1 - (E * sin(lat)) ** 2)


def _isometric(lat: float) -> float:
    return tan(pi / 4 - lat / 2) / ((1 - E * sin(lat)) / (1 + E * sin(lat))) ** (E / 2)


N = log(_scale(LAT_1) / _scale(LAT_2)) / log(_isometric(LAT_1) / _isometric(LAT_2))
F = _scale(LAT_1) / (N * _isometric(LAT_1) ** N)
RHO_0 = SEMI_MAJOR_M * F * _isometric(LAT_0) ** N


def lambert_93(lon: float, lat: float) -> tuple[float, float]:
    """Easting and northing, in metres."""
    rho = SEMI_MAJOR_M * F * _isometric(radians(lat)) ** N
    gamma = N * (radians(lon) - LON_0)
    return FALSE_EASTING_M + rho * sin(gamma), FALSE_NORTHING_M + RHO_0 - rho * cos(gamma)


def equirectangular(lon: float, lat: float, parallel: float) -> tuple[float, float]:
    """Metres on a plane whose scale is true along ``parallel`` (degrees)."""
    metres_a_degree = 111_195.0
    return lon * metres_a_degree * cos(radians(parallel)), lat * metres_a_degree


def in_metro(frame: dict, lon: float, lat: float) -> tuple[float, float]:
    """Lambert-93 metres as units of the drawing."""
    x, y = lambert_93(lon, lat)
    return frame["left"] + (x - frame["west"]) * frame["scale"], frame["top"] + (frame["north"] - y) * frame["scale"]


def in_box(box: dict, lon: float, lat: float) -> tuple[float, float]:
    """A place overseas, as units of the drawing."""
    x, y = equirectangular(lon, lat, box["parallel"])
    return box["left"] + (x - box["west"]) * box["scale"], box["top"] + (box["north"] - y) * box["scale"]
