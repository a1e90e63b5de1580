"""The first projects of an order among any set of bits: the place of each project in the order, digit by digit.

A place has some twenty binary digits. For each digit the bits tell which projects have it (``by_title`` 0 is the most
significant one). Going down the digits, those of the set that have a 0 are either enough, and the others fall away, or
all taken, and the rest is looked for among the others: twenty steps over the chunks, no index to walk, no row to sort.
"""

from partners.filters.bits import Bits

SLICED = {"-confirmed_on": "by_day", "-starts_on": "by_start", "title": "by_title"}
"""Order → the name under which its digits have bits."""
WALK = """
    SELECT -1 AS step, chunk, bits AS kept, NULL::varbit AS taken, {most}::bigint AS need FROM {among}
    UNION ALL
    SELECT step + 1, chunk, CASE WHEN zeros >= need THEN low ELSE high END, CASE WHEN zeros < need THEN low END,
        CASE WHEN zeros >= need THEN need ELSE need - zeros END
    FROM (
        SELECT step, chunk, need, kept & ~digit AS low, kept & digit AS high,
            (sum(bit_count(kept & ~digit)) OVER ())::bigint AS zeros
        FROM {walk}, LATERAL (
            SELECT bits AS digit FROM partners_projectbits
            WHERE name = '{name}' AND value = (step + 1)::text AND partners_projectbits.chunk = {walk}.chunk OFFSET 0
        ) AS slice
        WHERE bit_count(kept) > 0
    ) AS split"""
# What a step takes is for sure; what the last step keeps is the last place itself.
TAKEN = """
    SELECT chunk, bit_or(bits) FROM (
        SELECT chunk, taken AS bits FROM {walk} WHERE taken IS NOT NULL
        UNION ALL SELECT chunk, kept FROM {walk} WHERE step = (SELECT max(step) FROM {walk})
    ) AS found GROUP BY chunk"""


def foremost(bits: Bits, order: str, most: int) -> str:
    """The table of the ``most`` first of the hits in ``order``."""
    walk, among = f"walk_{most}", bits.hits()
    bits.statement.tables.setdefault(
        walk,
        f"{walk} (step, chunk, kept, taken, need) AS ("
        + WALK.format(most=most, among=among, walk=walk, name=SLICED[order])
        + ")",
    )
    return bits.table(f"foremost_{most}", TAKEN.format(walk=walk))


def window(bits: Bits, order: str, first: int, last: int) -> str:
    """The table of those from ``first`` to ``last``, excluded."""
    upto = foremost(bits, order, last)
    return bits.table("window_bits", bits.except_(upto, foremost(bits, order, first))) if first else upto
