"""Parquet files, read back by a reader that is not ours."""

import io
from datetime import UTC, date, datetime

import arro3.io
import pytest
from rest_framework import serializers

from alliance.lib import parquet, thrift


class Row(serializers.Serializer):
    name = serializers.CharField()
    size = serializers.IntegerField()
    lat = serializers.FloatField()
    open = serializers.BooleanField()
    day = serializers.DateField()
    at = serializers.DateTimeField()
    axes = serializers.ListField(child=serializers.IntegerField())


FULL = {
    "name": "Été à l’Haÿ ☂\n", "size": -(2**53), "lat": 48.39, "open": True, "day": "1899-12-30",
    "at": "2026-07-01T12:00:01+02:00", "axes": [1, 2],
}  # fmt: skip
EMPTY = dict.fromkeys(FULL)


def read(rows) -> list[dict]:
    content = b"".join(parquet.stream(rows, parquet.kinds_of(Row)))
    table = arro3.io.read_parquet(io.BytesIO(content)).read_all()
    columns = {name: [cell.as_py() for cell in table[name]] for name in table.column_names}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def test_every_kind_of_value_comes_back():
    (found,) = read([FULL])
    assert found == FULL | {
        "day": date(1899, 12, 30),
        "at": datetime(2026, 7, 1, 10, 0, 1, tzinfo=UTC),
        "axes": "[1,2]",
    }


@pytest.mark.parametrize("number", [1, 7, 8, 9, 20])
def test_what_is_missing_stays_missing_wherever_it_stands(monkeypatch, number):
    monkeypatch.setattr(parquet, "GROUP", 8)
    rows = [FULL | {"size": index} if index % 3 else EMPTY for index in range(number)]
    assert [row["size"] for row in read(rows)] == [index if index % 3 else None for index in range(number)]
    assert [row["open"] for row in read(rows)] == [True if index % 3 else None for index in range(number)]


def test_a_file_without_rows_still_tells_its_columns():
    assert read([]) == []
    content = b"".join(parquet.stream([], parquet.kinds_of(Row)))
    assert list(arro3.io.read_parquet(io.BytesIO(content)).read_all().column_names) == list(FULL)


def test_memory_holds_one_group_at_a_time(monkeypatch):
    monkeypatch.setattr(parquet, "GROUP", 10)
    given = iter([FULL] * 100)
    content = parquet.stream(given, parquet.kinds_of(Row))
    assert (next(content), next(content)[:1]) == (b"PAR1", b"\x15")
    assert len(list(given)) == 90


def test_numbers_of_the_compact_protocol():
    assert [thrift.zigzag(number) for number in (0, -1, 1, 63, -64, 300)] == [
        b"\x00", b"\x01", b"\x02", b"\x7e", b"\x7f", b"\xd8\x04",
    ]  # fmt: skip
