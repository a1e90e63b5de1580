"""Whole sets sent as files: in the form asked for, a few at once in each process, freed when the reader leaves."""

import threading
import time
from collections.abc import Iterator

import orjson
from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.text import slugify
from rest_framework import serializers

from alliance.lib import copy_out, csv, geojson, xlsx

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
    "json": "application/json",
}
KINDS = (
    (serializers.ListSerializer, "nested"),
    (serializers.ListField, "list"),
    ((serializers.FloatField, serializers.IntegerField), "number"),
    (serializers.BooleanField, "flag"),
    (serializers.DateTimeField, "moment"),
    (serializers.DateField, "day"),
)
PATIENCE_SECONDS, RETRY_AFTER_SECONDS = 1.0, 20
BUSY = "Trop de téléchargements à la fois. Recommencez dans quelques instants."
UNREAD_SECONDS = 0.2  # a server reads at once: a file that nobody begins to read holds no slot


def kinds_of(row: type[serializers.Serializer]) -> dict[str, str]:
    """For each field that the serializer declares, the kind that ``copy_out`` shapes it by."""
    fields = row().fields.items()
    return {name: next((kind for found, kind in KINDS if isinstance(field, found)), "text") for name, field in fields}


def from_table(form: str, table: copy_out.Table, fields: tuple[str, ...]) -> Iterator[bytes]:
    """The file, written by PostgreSQL."""
    if form == "csv":
        return csv.copied(fields, copy_out.csv_rows(table, fields))
    if form == "xlsx":
        return xlsx.copied(fields, copy_out.sheet_rows(table, fields))
    if form == "geojson":
        return geojson.listed(geojson.FEATURES, copy_out.feature_rows(table, fields))
    return geojson.listed(geojson.JSON, copy_out.json_rows(table, fields))


def from_rows(form: str, rows: Iterator[dict], fields: tuple[str, ...], point: tuple[str, str] | None) -> Iterator:
    """The same file from dictionaries, for short lists that Python makes."""
    chosen = ({name: row[name] for name in fields} for row in rows)
    if form == "csv":
        return csv.stream(fields, ([csv.cell(value) for value in row.values()] for row in chosen))
    if form == "xlsx":
        return xlsx.stream(fields, ([csv.cell(value) for value in row.values()] for row in chosen))
    return geojson.stream(chosen, point=point) if form == "geojson" else geojson.stream_json(chosen)


class Slots:
    """At most ``number`` files on their way at once in this process."""

    def __init__(self, number: int):
        self.number, self.held = number, set()
        self.changed = threading.Condition()

    def take(self, content: Iterator) -> "Held | None":
        """The content with a slot, or None when none comes free within our patience."""
        limit = time.monotonic() + PATIENCE_SECONDS
        with self.changed:
            while self._busy() >= self.number:
                left = limit - time.monotonic()
                if left <= 0:
                    return None
                self.changed.wait(min(left, UNREAD_SECONDS))
            held = Held(content, self)
            self.held.add(held)
            return held

    def _busy(self) -> int:
        since = time.monotonic() - UNREAD_SECONDS
        self.held = {held for held in self.held if held.is_read or held.taken_at > since}
        return len(self.held)

    def free(self, held: "Held") -> None:
        with self.changed:
            self.held.discard(held)
            self.changed.notify()


class Held:
    """A content and its slot, which comes back when the server closes it, read to the end or not."""

    def __init__(self, content: Iterator, slots: Slots):
        self.content, self.slots = content, slots
        self.taken_at, self.is_read = time.monotonic(), False

    def __iter__(self) -> Iterator:
        self.is_read = True
        yield from self.content

    def close(self) -> None:
        self.content.close()
        self.slots.free(self)


slots = Slots(settings.EXPORTS_AT_ONCE)


def send(content: Iterator, *, form: str, filename: str, head: bool = False) -> HttpResponseBase:
    """Stream ``content`` as a file, or 503 when as many as this process may send are on their way."""
    sent = iter(()) if head else slots.take(content)
    if sent is None:
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        return HttpResponse(orjson.dumps({"detail": BUSY}), "application/json", status=503, headers=headers)
    response = StreamingHttpResponse(sent, content_type=FORMATS[form])
    response["Content-Disposition"] = f'attachment; filename="{slugify(filename)}.{form}"'
    return response
