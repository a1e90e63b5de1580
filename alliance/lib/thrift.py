"""Thrift's compact protocol, as much as the plan of a Parquet file needs: (kind, bytes) of each value."""

I32, I64, BINARY, LIST, STRUCT = 5, 6, 8, 9, 12
Value = tuple[int, bytes]


def varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


def zigzag(number: int) -> bytes:
    return varint(number << 1 if number >= 0 else (-number << 1) - 1)


def i32(number: int) -> Value:
    return I32, zigzag(number)


def i64(number: int) -> Value:
    return I64, zigzag(number)


def binary(content: bytes) -> Value:
    return BINARY, varint(len(content)) + content


def listed(values: list[Value]) -> Value:
    """Values of one kind."""
    kind = values[0][0] if values else STRUCT
    size = bytes([len(values) << 4 | kind]) if len(values) < 15 else bytes([0xF0 | kind]) + varint(len(values))
    return LIST, size + b"".join(content for _, content in values)


def structure(fields: dict[int, Value]) -> Value:
    """Fields by number, at most fifteen apart."""
    written, before = [], 0
    for number, (kind, content) in sorted(fields.items()):
        written += [bytes([number - before << 4 | kind]), content]
        before = number
    return STRUCT, b"".join([*written, b"\0"])
