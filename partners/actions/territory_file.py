"""Read a file of communes, whole, before anything is written: every row is checked, the first wrong one is named."""

import csv
import http.client
import json
import re
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ValidationError

from alliance.lib.french import number

LARGEST = 200_000_000  # bytes, decompressed: the official file weighs 7 million
COLUMNS = ["code", "nom", "codes_postaux", "departement", "region", "epci", "population", "lat", "lon", "precision"]
FORMER_COLUMNS = ["code", "nom", "commune", "type"]
CODE = re.compile(r"(\d{5}|2[AB]\d{3})", re.ASCII)
POSTAL_CODES = re.compile(r"(\d{5}( \d{5})*)?", re.ASCII)
# T: the centre of an overseas territory, no better than the mean of a département.
PRECISIONS = {"M": "M", "G": "G", "P": "P", "E": "E", "D": "D", "N": "N", "T": "D"}
METROPOLE = (41.0, 51.6, -5.6, 10.0)  # south, north, west, east in degrees


@dataclass(frozen=True, slots=True)
class Row:
    """One commune as read; ``line`` says where, in French, for the sentence of a refusal."""

    line: str
    code: str
    name: str
    postal_codes: str
    department: str
    region: str
    epci: str
    population: int
    lat: float | None
    lon: float | None
    precision: str


@dataclass(frozen=True, slots=True)
class FormerRow:
    line: str
    code: str
    name: str
    commune: str
    kind: str


def refuse(line: str, sentence: str) -> ValidationError:
    return ValidationError(f"{line} : {sentence}" if line else sentence)


def fetch(source: str) -> bytes:
    """The bytes of a local path or of an http(s) address, decompressed."""
    if "://" in source:
        return _decompressed(_downloaded(source))
    try:
        return _decompressed(Path(source).read_bytes())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise refuse("", f"Le fichier {source} ne peut pas être lu : {reason}.") from error


def _downloaded(address: str) -> bytes:
    if not address.lower().startswith(("https://", "http://")):
        raise refuse("", f"L’adresse {address} doit commencer par https:// ou http://.")
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310  the scheme was checked above
            content = answer.read(LARGEST + 1)
            announced = answer.headers.get("Content-Length")
    except urllib.error.HTTPError as error:
        with error:
            raise refuse("", f"L’adresse {address} répond par une erreur {error.code}.") from error
    except http.client.IncompleteRead as error:
        raise refuse("", f"Le fichier reçu de {address} est tronqué.") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise refuse("", f"L’adresse {address} ne répond pas : {reason}.") from error
    if announced and announced.isdecimal() and len(content) < int(announced):
        raise refuse("", f"Le fichier reçu de {address} est tronqué : {len(content)} octets sur {announced}.")
    return content


def _decompressed(content: bytes) -> bytes:
    """gzip is known by its first bytes, whatever the name of the file says."""
    whole = _inflated(content) if content.startswith(b"\x1f\x8b") else content
    if len(whole) > LARGEST:
        raise refuse("", f"Le fichier dépasse {number(LARGEST // 1_000_000)} Mo : ce n’est pas celui des communes.")
    return whole


def _inflated(content: bytes) -> bytes:
    """By small pieces, so that a refusal knows the line that was reached and a bomb does not fill the memory."""
    whole, stream = bytearray(), zlib.decompressobj(wbits=31)
    for start in range(0, len(content), 1 << 16):
        piece = content[start : start + (1 << 16)]
        try:
            while piece:
                stream = zlib.decompressobj(wbits=31) if stream.eof else stream
                whole += stream.decompress(piece)
                piece = stream.unused_data
        except zlib.error as error:
            raise refuse(_line_of(whole, len(whole)), "le fichier compressé est abîmé.") from error
        if len(whole) > LARGEST:
            return whole
    if not stream.eof:
        raise refuse(_line_of(whole, len(whole)), "le fichier compressé est tronqué, il s’arrête ici.")
    return bytes(whole)


def _line_of(content: bytes, position: int) -> str:
    return f"Ligne {content.count(b'\n', 0, position) + 1}"


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse(_line_of(content, error.start), "ces caractères ne sont pas de l’UTF-8.") from error
    if "\0" in text:
        raise refuse(_line_of(content, content.index(b"\0")), "un caractère nul s’y trouve.")
    if not text.strip():
        raise refuse("", "Le fichier est vide.")
    return text


def read_communes(source: str) -> list[Row]:
    """Every row of a CSV or JSON file, gzip or not. Raises ValidationError, which names the line."""
    text = _text(fetch(source))
    raw = _from_json(text) if text.lstrip()[0] in "[{" else _from_csv(text, COLUMNS)
    rows, seen = [], {}
    for line, values in raw:
        row = _checked(line, values)
        if row.code in seen:
            raise refuse(line, f"la commune {row.code} figure déjà ({seen[row.code].lower()}).")
        seen[row.code] = line
        rows.append(row)
    return rows


def read_former(source: str) -> list[FormerRow]:
    """Codes that no longer designate a commune, and the commune of today."""
    rows = []
    for line, values in _from_csv(_text(fetch(source)), FORMER_COLUMNS):
        for name in ("code", "commune"):
            if not CODE.fullmatch(values[name]):
                raise refuse(line, f"« {values[name]} » n’est pas un code de commune.")
        if not values["nom"] or len(values["type"]) != 1:
            raise refuse(line, "le nom ou le type manque.")
        rows.append(FormerRow(line, values["code"], values["nom"][:80], values["commune"], values["type"]))
    return rows


def _from_csv(text: str, columns: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        header = next(reader)
        if missing := [name for name in columns if name not in header]:
            raise refuse("Ligne 1", f"il manque des colonnes : {', '.join(missing)}.")
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(header):
                raise refuse(f"Ligne {reader.line_num}", f"{len(cells)} colonnes au lieu de {len(header)}.")
            yield f"Ligne {reader.line_num}", dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise refuse(f"Ligne {reader.line_num}", f"ce n’est pas du CSV ({error}).") from error


def _from_json(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The answer of geo.api.gouv.fr: one line, so that a row is named by its rank."""
    try:
        items = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        where = f"Ligne {error.lineno}, caractère {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise refuse(where, "ce n’est pas du JSON, ou le fichier est tronqué.") from error
    if not isinstance(items, list):
        raise refuse("Ligne 1", "une liste de communes est attendue.")
    for rank, item in enumerate(items, 1):
        line = f"Commune n° {rank}"
        if not isinstance(item, dict):
            raise refuse(line, "ce n’est pas un objet JSON.")
        yield line, _flat(line, item)


def _flat(line: str, item: dict) -> dict[str, str]:
    """The columns of the CSV, from the keys of the API. ``mairie`` is the town hall, ``centre`` the commune."""
    for key in ("code", "nom", "codesPostaux", "codeDepartement", "codeRegion"):
        if key not in item:
            raise refuse(line, f"la clé {key} manque.")
    point, precision = (item["mairie"], "M") if item.get("mairie") else (item.get("centre"), "G")
    coordinates = point.get("coordinates") if isinstance(point, dict) else None
    if not isinstance(coordinates, list) or len(coordinates) != 2:
        coordinates, precision = ("", ""), "N"
    codes = item["codesPostaux"]
    if not isinstance(codes, list):
        raise refuse(line, "codesPostaux doit être une liste.")
    values = (
        item["code"], item["nom"], " ".join(map(str, codes)), item["codeDepartement"], item["codeRegion"],
        item.get("codeEpci") or "", item.get("population") or "", coordinates[1], coordinates[0], precision,
    )  # fmt: skip
    return dict(zip(COLUMNS, map(str, values), strict=True))


def _checked(line: str, values: dict[str, str]) -> Row:
    code, department = values["code"], values["departement"]
    if not CODE.fullmatch(code):
        raise refuse(line, f"« {code[:20]} » n’est pas un code de commune (cinq chiffres, ou 2A et 2B en Corse).")
    if not department or not code.startswith(department):
        raise refuse(line, f"la commune {code} ne peut pas être dans le département « {department[:20]} ».")
    name = values["nom"].strip()
    if not name or len(name) > 80 or not name.isprintable():
        raise refuse(line, f"le nom de la commune {code} est vide, trop long ou illisible.")
    if not POSTAL_CODES.fullmatch(values["codes_postaux"]):
        raise refuse(line, f"les codes postaux « {values['codes_postaux'][:40]} » n’ont pas cinq chiffres chacun.")
    if values["epci"] and not re.fullmatch(r"\d{9}", values["epci"], re.ASCII):
        raise refuse(line, f"« {values['epci'][:20]} » n’est pas le SIREN d’un EPCI.")
    population = values["population"] or "0"
    if not re.fullmatch(r"\d{1,7}", population, re.ASCII):
        raise refuse(line, f"la population « {values['population'][:20]} » n’est pas un nombre entier.")
    lat, lon, precision = _point(line, values)
    return Row(
        line, code, name, values["codes_postaux"], department, values["region"], values["epci"],
        int(population), lat, lon, precision,
    )  # fmt: skip


def _point(line: str, values: dict[str, str]) -> tuple[float | None, float | None, str]:
    precision = PRECISIONS.get(values["precision"])
    if precision is None:
        raise refuse(line, f"la précision « {values['precision'][:20]} » est inconnue (M, G, P, E, D, T ou N).")
    if precision == "N" and not values["lat"] and not values["lon"]:
        return None, None, "N"
    try:
        lat, lon = float(values["lat"]), float(values["lon"])
    except ValueError as error:
        raise refuse(line, f"« {values['lat'][:20]}, {values['lon'][:20]} » n’est pas un point.") from error
    south, north, west, east = (-90, 90, -180, 180) if values["code"] >= "97" else METROPOLE
    if precision == "N" or not (south <= lat <= north and west <= lon <= east):
        raise refuse(line, f"le point {lat}, {lon} (latitude, longitude) ne peut pas être celui de {values['code']}.")
    return lat, lon, precision
