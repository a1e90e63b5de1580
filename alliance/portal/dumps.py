"""The files of the day: every open data set whole, compressed, with its SHA-256, and the diary of what was published.

Written beside the portal's other files (``STORAGE_URL``), by a job; the diary is written last, so that it never names a
file that is not whole.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from tempfile import TemporaryFile

import orjson
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from alliance.lib import copy_out, exports, parquet
from alliance.lib.copy_out import Table
from alliance.lib.db import only_one
from alliance.portal.open_data import DATA_SETS, DataSet

FOLDER, DIARY = "donnees", "donnees/journal.json"
FILES_KEPT, DAYS_TOLD = 3, 90
PARQUET = "application/vnd.apache.parquet"


@dataclass(frozen=True)
class Dump:
    """``digest``: SHA-256 of the file as it is downloaded, in hexadecimal."""

    dataset: str
    format: str
    day: str
    name: str
    bytes: int
    rows: int
    digest: str

    @property
    def label(self) -> str:
        return {"csv": "CSV", "geojson": "GeoJSON", "parquet": "Parquet"}[self.format]

    @property
    def media_type(self) -> str:
        return PARQUET if self.format == "parquet" else "application/gzip"

    @property
    def path(self) -> str:
        return f"/donnees/fichiers/{self.day}/{self.name}"

    @property
    def stored(self) -> str:
        return f"{FOLDER}/{self.day}/{self.name}"


def diary() -> list[Dump]:
    """All that was published lately, newest day first; empty before the first."""
    if not default_storage.exists(DIARY):
        return []
    with default_storage.open(DIARY) as file:
        return [Dump(**told) for told in json.load(file)]


def latest() -> dict[str, list[Dump]]:
    """Data set → its files of the last day that has any."""
    told = diary()
    newest = max((dump.day for dump in told), default="")
    found: dict[str, list[Dump]] = {}
    for dump in told:
        if dump.day == newest:
            found.setdefault(dump.dataset, []).append(dump)
    return found


def available(told: list[Dump]) -> list[Dump]:
    """Those whose files are still kept."""
    days = sorted({dump.day for dump in told}, reverse=True)[:FILES_KEPT]
    return [dump for dump in told if dump.day in days]


def build(on: date) -> list[Dump]:
    """Write the files of the day unless they are there, or another process is writing them."""
    with only_one("open-data-dumps") as alone:
        told = diary()
        if not alone or any(dump.day == on.isoformat() for dump in told):
            return []
        made = [write(data, form, on) for data in DATA_SETS for form in data.formats]
        kept = [*made, *(dump for dump in told if dump.day in _days(told)[: DAYS_TOLD - 1])]
        _replace(DIARY, ContentFile(json.dumps([asdict(dump) for dump in kept], ensure_ascii=False).encode()))
        for dump in set(kept) - set(available(kept)):
            default_storage.delete(dump.stored)
    return made


def _days(told: list[Dump]) -> list[str]:
    return sorted({dump.day for dump in told}, reverse=True)


def write(data: DataSet, form: str, on: date) -> Dump:
    """One file. Neither rows nor bytes are held in memory, whatever their number; Parquet packs its own pages."""
    name = f"{data.key}.{form}" if form == "parquet" else f"{data.key}.{form}.gz"
    with TemporaryFile() as kept:
        if form == "parquet":
            kept.writelines(parquet.stream(dictionaries(data), parquet.kinds_of(data.row)))
        else:
            with gzip.GzipFile(fileobj=kept, mode="wb", compresslevel=6, mtime=0) as packed:
                packed.writelines(block.encode() if isinstance(block, str) else block for block in content(data, form))
        size = kept.tell()
        kept.seek(0)
        digest = hashlib.file_digest(kept, "sha256").hexdigest()
        kept.seek(0)
        dump = Dump(data.key, form, on.isoformat(), name, size, data.rows().count(), digest)
        _replace(dump.stored, File(kept))
    return dump


def content(data: DataSet, form: str) -> Iterator:
    endpoint, rows = data.endpoint(), data.rows()
    fields = endpoint.row_fields
    if columns := endpoint.sql_columns():
        return exports.from_table(form, Table(rows, columns, exports.kinds_of(data.row), endpoint.point), fields)
    return exports.from_rows(form, endpoint.all_rows(rows), fields, endpoint.point)


def dictionaries(data: DataSet) -> Iterator[dict]:
    """Every row as JSON has it: written by PostgreSQL, a line each, where a list can be long."""
    endpoint, rows = data.endpoint(), data.rows()
    if columns := endpoint.sql_columns():
        table = Table(rows, columns, exports.kinds_of(data.row), endpoint.point)
        for block in copy_out.json_rows(table, endpoint.row_fields):
            yield from map(orjson.loads, block.splitlines())
    else:
        yield from (orjson.loads(orjson.dumps(row)) for row in endpoint.all_rows(rows))


def _replace(name: str, file: File) -> None:
    default_storage.delete(name)
    default_storage.save(name, file)
