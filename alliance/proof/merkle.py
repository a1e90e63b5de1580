"""The Merkle tree of RFC 6962 and RFC 9162: which hashes a proof holds, and how a proof is checked. No database here.

A *node* is a complete subtree, named by ``(level, index)``: ``(0, 5)`` is the sixth leaf, ``(1, 2)`` stands over leaves
4 and 5. Any run of leaves that a proof names is a few nodes, the largest first.
"""

import hashlib
from functools import reduce

type Node = tuple[int, int]
type Run = tuple[int, int]

NODE_PREFIX = b"\x01"
EMPTY_ROOT = hashlib.sha256(b"").digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(NODE_PREFIX + left + right).digest()


def nodes_of(run: Run) -> list[Node]:
    """The complete subtrees that make up the leaves ``start`` to ``end``; ``start`` is where a subtree may begin."""
    start, end = run
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def hash_of(run: Run, known: dict[Node, bytes]) -> bytes:
    """The hash of a run, from those of its nodes."""
    return over([known[node] for node in nodes_of(run)])


def over(peaks: list[bytes]) -> bytes:
    """The root over complete subtrees, the largest first."""
    return reduce(lambda right, left: node_hash(left, right), reversed(peaks)) if peaks else EMPTY_ROOT


def inclusion_runs(position: int, size: int) -> list[Run]:
    """PATH of RFC 6962: the neighbours of a leaf from the bottom to the top, for ``position < size``."""
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _largest_power_below(end - start)
        if position < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return path[::-1]


def consistency_runs(old: int, new: int) -> list[Run]:
    """PROOF of RFC 6962: what shows that the tree of ``new`` leaves begins with that of ``old``; 0 < old <= new."""
    start, end, path, whole = 0, new, [], True
    while old != end:
        middle = start + _largest_power_below(end - start)
        if old <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start, whole = middle, False
    return ([] if whole else [(start, end)]) + path[::-1]


def _largest_power_below(width: int) -> int:
    return 1 << ((width - 1).bit_length() - 1)


def inclusion_holds(leaf_hash: bytes, position: int, size: int, proof: list[bytes], root: bytes) -> bool:
    """RFC 9162, 2.1.3.2."""
    if position >= size:
        return False
    place, last, found = position, size - 1, leaf_hash
    for neighbour in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(neighbour, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, neighbour)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def consistency_holds(old: int, new: int, old_root: bytes, new_root: bytes, proof: list[bytes]) -> bool:
    """RFC 9162, 2.1.4.2. An empty tree is the beginning of any other."""
    if old == 0 or old >= new:
        return not proof and (old_root == EMPTY_ROOT if old == 0 else old == new and old_root == new_root)
    path = [old_root, *proof] if old & (old - 1) == 0 else proof
    if not path or not proof:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    return _climb(path, place, last) == (old_root, new_root)


def _climb(path: list[bytes], place: int, last: int) -> tuple[bytes, bytes] | None:
    """Both roots that a consistency proof leads to; None when it is too long or too short."""
    old = new = path[0]
    for neighbour in path[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            old, new = node_hash(neighbour, old), node_hash(neighbour, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, neighbour)
        place, last = place >> 1, last >> 1
    return None if last else (old, new)


class Growing:
    """A tree that grows leaf by leaf and keeps only its peaks."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def add(self, leaf_hash: bytes) -> list[tuple[Node, bytes]]:
        """The nodes above the leaves that are complete with this one, from the bottom to the top."""
        found, level, index, made = leaf_hash, 0, self.size, []
        while index & 1:
            found = node_hash(self._peaks.pop(), found)
            level, index = level + 1, index >> 1
            made.append(((level, index), found))
        self._peaks.append(found)
        self.size += 1
        return made

    def root(self) -> bytes:
        return over(self._peaks)
