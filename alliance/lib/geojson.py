"""JSON and GeoJSON (RFC 7946) that stream."""

from collections.abc import Iterable, Iterator

import orjson

JSON = b'{"results":['
FEATURES = b'{"type":"FeatureCollection","features":['


def stream_json(rows: Iterable[dict]) -> Iterator[bytes]:
    """``{"results": [...]}``, a row at a time."""
    return listed(JSON, (orjson.dumps(row) + b"\n" for row in rows))


def stream(rows: Iterable[dict], *, point: tuple[str, str] | None) -> Iterator[bytes]:
    """A FeatureCollection; ``point`` names the fields of longitude and latitude (degrees, WGS 84)."""
    return listed(FEATURES, (orjson.dumps(feature(row, point)) + b"\n" for row in rows))


def feature(row: dict, point: tuple[str, str] | None) -> dict:
    """The row as a Feature; without a point its geometry is null, as the RFC allows."""
    lon, lat = (row.get(point[0]), row.get(point[1])) if point else (None, None)
    geometry = None if lon is None or lat is None else {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "geometry": geometry, "properties": row}


def listed(opening: bytes, blocks: Iterable[bytes]) -> Iterator[bytes]:
    """One array of the objects, one a line, that the blocks hold; each block ends with a line."""
    yield opening
    blocks = iter(blocks)
    first = next(blocks, b"")
    yield first[:-1].replace(b"\n", b",\n")
    for block in blocks:
        yield b",\n" + block[:-1].replace(b"\n", b",\n")
    yield b"]}"
