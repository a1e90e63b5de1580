"""Morton codes: a point of the Web-Mercator square as one number, so that a rectangle is a few ranges of numbers.

The SQL function ``partners_tile`` gives the same codes: 30 bits for each axis, west and north first.
"""

from math import asinh, floor, isfinite, pi, radians, tan

SIDE_BITS = 30
LIMIT = 85.0511
Box = tuple[float, float, float, float]


def spread(number: int) -> int:
    """The bits of a number, each followed by a zero."""
    return sum((number >> bit & 1) << (2 * bit) for bit in range(number.bit_length()))


def column(lon: float, bits: int = SIDE_BITS) -> int:
    return _whole((lon + 180) / 360, bits)


def row(lat: float, bits: int = SIDE_BITS) -> int:
    inside = min(LIMIT, max(-LIMIT, lat))
    return _whole(0.5 - asinh(tan(radians(inside))) / (2 * pi), bits)


def _whole(share: float, bits: int) -> int:
    return min(2**bits - 1, max(0, floor(share * 2**bits))) if isfinite(share) else 0


def ranges(box: Box, most: int = 15, *, bits: int | None = None) -> list[tuple[int, int]]:
    """At most ``most`` ranges of codes, ends included, that hold every point of the box; sometimes a little more.

    With ``bits`` for each axis, whole tiles of that size.
    """
    size = depth(box) if bits is None else bits
    west, south, east, north = box
    found = sorted(
        spread(x) | spread(y) << 1
        for x in range(column(west, size), column(east, size) + 1)
        for y in range(row(north, size), row(south, size) + 1)
    )
    joined = [[code, code] for code in found[:1]]
    for code in found[1:]:
        if code == joined[-1][1] + 1:
            joined[-1][1] = code
        else:
            joined.append([code, code])
    while len(joined) > most:
        _join_nearest(joined)
    shift = 2 * (SIDE_BITS - size)
    return [(low << shift, ((high + 1) << shift) - 1) for low, high in joined]


def depth(box: Box, most: int = 12) -> int:
    """The finest bits for each axis at which the box is at most ``most`` tiles wide and tall."""
    west, south, east, north = box
    bits = SIDE_BITS
    while max(column(east, bits) - column(west, bits), row(south, bits) - row(north, bits)) >= most:
        bits -= 1
    return bits


def _join_nearest(joined: list[list[int]]) -> None:
    at = min(range(len(joined) - 1), key=lambda i: joined[i + 1][0] - joined[i][1])
    joined[at : at + 2] = [[joined[at][0], joined[at + 1][1]]]
