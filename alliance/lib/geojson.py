"""JSON and GeoJSON (RFC 7946) that stream."""

from collections.abc import Iterable, Iterator

import orjson


def stream_json(rows: Iterable[dict]) -> Iterator[bytes]:
    """``{"results": [...]}``, a row at a time."""
    return _listed(b'{"results":[', rows)


def stream(rows: Iterable[dict], *, point: tuple[str, str] | None) -> Iterator[bytes]:
    """A FeatureCollection; ``point`` names the fields of longitude and latitude (degrees, WGS 84)."""
    return _listed(b'{"type":"FeatureCollection","features":[', (feature(row, point) for row in rows))


def feature(row: dict, point: tuple[str, str] | None) -> dict:
    """The row as a Feature; without a point its geometry is null, as the RFC allows."""
    lon, lat = (row.get(point[0]), row.get(point[1])) if point else (None, None)
    geometry = None if lon is None or lat is None else {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "geometry": geometry, "properties": row}


def _listed(opening: bytes, items: Iterable[dict]) -> Iterator[bytes]:
    yield opening
    separator = b""
    for item in items:
        yield separator + orjson.dumps(item)
        separator = b",\n"
    yield b"]}"
