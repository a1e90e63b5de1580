"""RFC 6962, section 2.1, word for word and slowly: what the real tree is compared with."""

import hashlib
from collections.abc import Iterator


def root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = split(leaves)
    return hashlib.sha256(b"\x01" + root(leaves[:k]) + root(leaves[k:])).digest()


def split(leaves: list[bytes]) -> int:
    """The largest power of two smaller than the number of leaves."""
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return k


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = split(leaves)
    if m < k:
        return [*path(m, leaves[:k]), root(leaves[k:])]
    return [*path(m - k, leaves[k:]), root(leaves[:k])]


def proof(m: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [root(leaves)]
    k = split(leaves)
    if m <= k:
        return [*proof(m, leaves[:k], whole=whole), root(leaves[k:])]
    return [*proof(m - k, leaves[k:], whole=False), root(leaves[:k])]


def spoilt(hashes: list[bytes]) -> Iterator[list[bytes]]:
    """The proof with one hash more, one less, and each one changed."""
    yield [*hashes, b"\x00" * 32]
    if hashes:
        yield hashes[:-1]
        yield hashes[1:]
    for number, found in enumerate(hashes):
        yield [*hashes[:number], bytes([found[0] ^ 1]) + found[1:], *hashes[number + 1 :]]
