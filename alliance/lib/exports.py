"""Whole sets sent as files: in the form asked for, a few at once in each process, freed when the reader leaves."""

import logging
import threading
import time
from collections.abc import Iterator

import orjson
import psycopg
from django.conf import settings
from django.db import Error
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.text import slugify
from rest_framework import serializers

from alliance.lib import copy_out, csv, geojson, xlsx
from alliance.lib.admission import is_crowded

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
SLOWEST, SLOW_SECONDS, LONGEST_SECONDS = 32_768, 30.0, 3_600.0  # bytes a second; how long one may wait for a reader
POLITE_SECONDS = 0.05  # the longest pause between two blocks while others are served
# The server ends an answer that breaks off as if it were whole: only what is in the file can tell. JSON stays open, a
# workbook unreadable; a CSV says so.
INCOMPLETE = "Fichier incomplet : la lecture s’est interrompue. Recommencez."
log = logging.getLogger(__name__)
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

    def take(self, content: Iterator, *, ending: bytes = b"") -> "Held | None":
        """The content with a slot, or None when none comes free within our patience.

        ``ending`` says, in the file itself, that it is not whole.
        """
        limit = time.monotonic() + PATIENCE_SECONDS
        with self.changed:
            while self._busy() >= self.number:
                left = limit - time.monotonic()
                if left <= 0:
                    return None
                self.changed.wait(min(left, UNREAD_SECONDS))
            held = Held(content, self, ending)
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


class Pace:
    """How fast a reader takes what it is given: only its own time counts, not that of the database."""

    def __init__(self):
        self.began, self.waited, self.taken = time.monotonic(), 0.0, 0

    def is_too_slow(self, size: int, seconds: float) -> bool:
        self.waited, self.taken = self.waited + seconds, self.taken + size
        if time.monotonic() - self.began > LONGEST_SECONDS:
            return True
        if self.waited < SLOW_SECONDS:
            return False
        slow = self.taken < SLOWEST * self.waited
        self.waited, self.taken = 0.0, 0
        return slow


class Held:
    """A content and its slot, which comes back when the server closes it, read to the end or not.

    A reader slower than ``SLOWEST`` is not waited for; one who takes nothing at all is cut (alliance.lib.slow_readers).
    """

    def __init__(self, content: Iterator, slots: Slots, ending: bytes = b""):
        self.content, self.slots, self.ending = content, slots, ending
        self.taken_at, self.is_read = time.monotonic(), False

    def __iter__(self) -> Iterator:
        self.is_read = True
        try:
            yield from self._paced()
        except (Error, psycopg.Error) as error:
            log.error("a file broke off: %s", type(error).__name__)
            yield self.ending

    def _paced(self) -> Iterator:
        pace, since = Pace(), time.monotonic()
        for block in self.content:
            made = time.monotonic()
            yield block
            if pace.is_too_slow(len(block), time.monotonic() - made):
                log.warning("a file broke off: its reader is too slow")
                yield self.ending
                return
            if is_crowded():
                time.sleep(min(made - since, POLITE_SECONDS))
            since = time.monotonic()

    def close(self) -> None:
        self.content.close()
        self.slots.free(self)


slots = Slots(settings.EXPORTS_AT_ONCE)


def send(content: Iterator, *, form: str, filename: str, head: bool = False) -> HttpResponseBase:
    """Stream ``content`` as a file, or 503 when as many as this process may send are on their way."""
    ending = f'"{INCOMPLETE}"\n'.encode() if form == "csv" else b""
    sent = iter(()) if head else slots.take(content, ending=ending)
    if sent is None:
        return busy()
    response = StreamingHttpResponse(sent, content_type=FORMATS[form])
    response["Content-Disposition"] = f'attachment; filename="{slugify(filename)}.{form}"'
    return response


def bounded(response: StreamingHttpResponse) -> HttpResponseBase:
    """An answer that streams something else than a list, under the same slots."""
    sent = slots.take(block for block in response.streaming_content)
    if sent is None:
        response.close()
        return busy()
    response.streaming_content = sent
    return response


def busy() -> HttpResponse:
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return HttpResponse(orjson.dumps({"detail": BUSY}), "application/json", status=503, headers=headers)
