"""Parquet, written as it streams: groups of rows, one compressed page a column, the plan of the file at its end.

Plain pages of version 1 with GZIP, which every reader knows. https://parquet.apache.org/docs/file-format/
"""

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import batched

import orjson
from rest_framework import serializers

from alliance.lib.thrift import binary, i32, i64, listed, structure, varint

MAGIC = b"PAR1"
GROUP = 50_000
BOOLEAN, INT32, INT64, DOUBLE, BYTE_ARRAY = 0, 1, 2, 5, 6
TEXT, DAY, MOMENT, JSON = 0, 6, 10, 19
OPTIONAL, GZIP, PLAIN, RLE = 1, 2, 0, 3
EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Kind:
    """``physical`` and ``meaning`` are the format's own numbers; ``pack`` writes the values that are there."""

    physical: int
    meaning: int | None
    pack: Callable[[list], bytes]


@dataclass(frozen=True)
class Chunk:
    """One column of one group: what the plan says of it."""

    name: str
    kind: Kind
    values: int
    offset: int
    raw: int
    packed: int


def lengthened(texts: Iterable[bytes]) -> bytes:
    return b"".join(struct.pack("<I", len(text)) + text for text in texts)


def bits(flags: Iterable[bool]) -> bytes:
    """One bit each, the first is the lowest of its byte."""
    written = "".join("1" if flag else "0" for flag in flags)
    return int(written[::-1] or "0", 2).to_bytes((len(written) + 7) // 8, "little")


def micros(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp()) * 1_000_000


def days(text: str) -> int:
    return date.fromisoformat(text).toordinal() - EPOCH


def numbers(sign: str, read: Callable = lambda value: value) -> Callable[[list], bytes]:
    return lambda values: struct.pack(f"<{len(values)}{sign}", *map(read, values))


FLAG = Kind(BOOLEAN, None, bits)
WHOLE = Kind(INT64, None, numbers("q"))
DECIMAL = Kind(DOUBLE, None, numbers("d"))
DATE = Kind(INT32, DAY, numbers("i", days))
INSTANT = Kind(INT64, MOMENT, numbers("q", micros))
NESTED = Kind(BYTE_ARRAY, JSON, lambda values: lengthened(map(orjson.dumps, values)))
WORDS = Kind(BYTE_ARRAY, TEXT, lambda values: lengthened(str(value).encode() for value in values))
KINDS = (
    ((serializers.ListSerializer, serializers.ListField), NESTED),
    (serializers.BooleanField, FLAG),
    (serializers.IntegerField, WHOLE),
    (serializers.FloatField, DECIMAL),
    (serializers.DateTimeField, INSTANT),
    (serializers.DateField, DATE),
)


def kinds_of(row: type[serializers.Serializer]) -> dict[str, Kind]:
    """For each field that the serializer declares; lists are kept as JSON."""
    fields = row().fields.items()
    return {name: next((kind for found, kind in KINDS if isinstance(field, found)), WORDS) for name, field in fields}


def stream(rows: Iterable[dict], kinds: dict[str, Kind]) -> Iterator[bytes]:
    """The file, from dictionaries as the API writes them."""
    written, groups = len(MAGIC), []
    yield MAGIC
    for group in batched(rows, GROUP):
        chunks = []
        for name, kind in kinds.items():
            page, raw = page_of([row[name] for row in group], kind)
            chunks.append(Chunk(name, kind, len(group), written, raw, len(page)))
            written += len(page)
            yield page
        groups.append(chunks)
    plan = footer(kinds, groups)
    yield plan + struct.pack("<I", len(plan)) + MAGIC


def page_of(values: list, kind: Kind) -> tuple[bytes, int]:
    """The page with its head, and how long both are once unpacked."""
    present = [value is not None for value in values]
    levels = varint((len(values) + 7) // 8 << 1 | 1) + bits(present)
    content = struct.pack("<I", len(levels)) + levels
    content += kind.pack(values if all(present) else [value for value in values if value is not None])
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    packed = packer.compress(content) + packer.flush()
    encodings = structure({1: i32(len(values)), 2: i32(PLAIN), 3: i32(RLE), 4: i32(RLE)})
    head = structure({1: i32(0), 2: i32(len(content)), 3: i32(len(packed)), 5: encodings})[1]
    return head + packed, len(head) + len(content)


def footer(kinds: dict[str, Kind], groups: list[list[Chunk]]) -> bytes:
    root = structure({4: binary(b"row"), 5: i32(len(kinds))})
    leaves = [
        structure({1: i32(kind.physical), 3: i32(OPTIONAL), 4: binary(name.encode())}
                  | ({6: i32(kind.meaning)} if kind.meaning is not None else {}))
        for name, kind in kinds.items()
    ]  # fmt: skip
    rows = sum(chunks[0].values for chunks in groups)
    told = {1: i32(1), 2: listed([root, *leaves]), 3: i64(rows), 4: listed([group_of(each) for each in groups])}
    return structure(told | {6: binary(b"alliance")})[1]


def group_of(chunks: list[Chunk]) -> tuple[int, bytes]:
    size = i64(sum(chunk.raw for chunk in chunks))
    return structure({1: listed([column(chunk) for chunk in chunks]), 2: size, 3: i64(chunks[0].values)})


def column(chunk: Chunk) -> tuple[int, bytes]:
    told = {
        1: i32(chunk.kind.physical), 2: listed([i32(PLAIN), i32(RLE)]), 3: listed([binary(chunk.name.encode())]),
        4: i32(GZIP), 5: i64(chunk.values), 6: i64(chunk.raw), 7: i64(chunk.packed), 9: i64(chunk.offset),
    }  # fmt: skip
    return structure({2: i64(chunk.offset), 3: structure(told)})
