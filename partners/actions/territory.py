"""Load régions, départements, EPCI, communes and former codes. One transaction: all of a file, or nothing of it."""

import csv
import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection, transaction
from django.utils.text import slugify

from alliance.lib.french import count, enumeration, number, plural
from partners.actions.territory_file import FormerRow, Row, read_communes, read_former, refuse
from partners.models import Commune, Department, Epci, FormerCommune, Region

DATA = Path(__file__).resolve().parent.parent / "data"
FILES = ("regions.csv", "departements.csv", "epci.csv.gz", "communes.csv.gz", "communes-anciennes.csv.gz")
FEWEST = 30_000
# The better point wins: an official town hall is never replaced by a mean.
BETTER = "position(new.precision in 'NDEPGM') >= position(old.precision in 'NDEPGM')"


@dataclass
class Report:
    """What a load has done, in sentences."""

    read: int = 0
    written: int = 0
    moved: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unknown_epci: int = 0

    def sentences(self) -> list[str]:
        lines = [f"{count(self.read, 'commune lue', 'communes lues')}, {number(self.written)} nouvelles ou changées."]
        for codes, words in (
            (self.moved, "remplacée{s} par une commune nouvelle"),
            (self.kept, "absente{s} du fichier, gardée{s} parce que des données s’y rattachent"),
            (self.removed, "absente{s} du fichier, supprimée{s}"),
        ):
            if codes:
                sample = enumeration(codes if len(codes) <= 10 else [*codes[:10], f"{len(codes) - 10} de plus"])
                what = words.format(s=plural(len(codes), "", "s"))
                lines.append(f"{count(len(codes), 'commune')} {what} : {sample}.")
        if self.unknown_epci:
            lines.append(f"{count(self.unknown_epci, 'EPCI inconnu', 'EPCI inconnus')} : la commune n’en porte pas.")
        return lines


def reference_digest() -> str:
    digest = hashlib.sha256()
    for name in FILES:
        digest.update((DATA / name).read_bytes())
    return digest.hexdigest()


def reference_is_loaded() -> bool:
    """Whether these very reference files were loaded; two cheap queries. The digest is kept as the table's comment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(%s::regclass)", [Commune._meta.db_table])
        return cursor.fetchone()[0] == reference_digest() and FormerCommune.objects.exists()


@transaction.atomic
def load_reference() -> Report:
    """The committed files of ``partners/data``. Loading them again changes nothing."""
    _load_zones()
    report = load_communes(
        read_communes(str(DATA / "communes.csv.gz")), read_former(str(DATA / "communes-anciennes.csv.gz"))
    )
    with connection.cursor() as cursor:
        cursor.execute(f"COMMENT ON TABLE {Commune._meta.db_table} IS '{reference_digest()}'")
    return report


@transaction.atomic
def load_communes(rows: list[Row], former: list[FormerRow] = (), *, partial: bool = False) -> Report:
    """Add and update communes; a whole file (not ``partial``) also says which ones no longer exist.

    Raises ValidationError, which names the line; nothing is written then.
    """
    _refuse_unknown_places(rows)
    if not partial:
        _refuse_short(rows)
    known = set(Epci.objects.values_list("siren", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {Commune._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
        _stage(cursor, rows, known)
        report = Report(read=len(rows), unknown_epci=len({r.epci for r in rows if r.epci} - known))
        _touch_renamed(cursor, _upsert(cursor, report))
        if former:
            _load_former(cursor, former)
        if not partial:
            _retire_the_vanished(cursor, report)
    return report


# --- checks that need the database ----------------------------------------------------------------------------------


def _refuse_unknown_places(rows: Iterable[Row]) -> None:
    regions = dict(Department.objects.values_list("code", "region_id"))
    for row in rows:
        if row.department not in regions:
            raise refuse(row.line, f"le département « {row.department} » est inconnu.")
        if row.region != regions[row.department]:
            raise refuse(row.line, f"le département {row.department} n’est pas dans la région « {row.region[:20]} ».")


def _refuse_short(rows: list[Row]) -> None:
    """A file cut between two lines is well formed: it lacks whole départements, for communes are sorted by code."""
    last = rows[-1].line if rows else ""
    if len(rows) < FEWEST:
        raise refuse(last, f"le fichier s’arrête à {count(len(rows), 'commune')} : il en faut {number(FEWEST)}.")
    zones = dict(Department.objects.values_list("code", "zone"))
    present = {row.department for row in rows}
    # Some files leave the overseas collectivities out: those are then left as they are.
    required = {"metro", "drom"} | {zones[code] for code in present}
    inhabited = set(Commune.objects.values_list("department_id", flat=True).distinct())
    if absent := sorted(code for code in inhabited - present if zones[code] in required):
        raise refuse(last, f"le fichier s’arrête sans commune des départements {enumeration(absent)}.")


# --- the tables -----------------------------------------------------------------------------------------------------


def _load_zones() -> None:
    def rows(name: str) -> list[dict[str, str]]:
        opener = gzip.open if name.endswith(".gz") else open
        with opener(DATA / name, "rt", encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    def place(row: dict[str, str]) -> dict:
        return {
            "code": row["code"], "name": row["nom"].replace("'", "’"), "slug": slugify(row["nom"].replace("'", " ")),
            "article": int(row["type_liaison"]), "zone": row["zone"], "seat": row["chef_lieu"],
            "population": int(row["population"]),
        }  # fmt: skip

    changing = ["name", "slug", "article", "zone", "seat", "population"]
    Region.objects.bulk_create(
        [Region(**place(row)) for row in rows("regions.csv")],
        update_conflicts=True, unique_fields=["code"], update_fields=changing,
    )  # fmt: skip
    Department.objects.bulk_create(
        [Department(**place(row), region_id=row["region"]) for row in rows("departements.csv")],
        update_conflicts=True, unique_fields=["code"], update_fields=[*changing, "region"],
    )  # fmt: skip
    Epci.objects.bulk_create(
        [
            Epci(siren=row["siren"], name=row["nom"], kind=row["type"], population=int(row["population"] or 0))
            for row in rows("epci.csv.gz")
        ],
        update_conflicts=True, unique_fields=["siren"], update_fields=["name", "kind", "population"],
    )  # fmt: skip


def _stage(cursor, rows: Iterable[Row], known_epci: set[str]) -> None:
    cursor.execute("DROP TABLE IF EXISTS pg_temp.new_commune")
    cursor.execute(
        "CREATE TEMP TABLE new_commune (code text PRIMARY KEY, name text, postal_codes text, department_id text,"
        " region_id text, epci_id text, population int, lat float8, lon float8, precision text) ON COMMIT DROP"
    )
    with cursor.copy("COPY new_commune FROM STDIN") as copy:
        for r in rows:
            epci = r.epci if r.epci in known_epci else None
            name = r.name.replace("'", "’")
            copy.write_row(
                (r.code, name, r.postal_codes, r.department, r.region, epci, r.population, r.lat, r.lon, r.precision)
            )
    cursor.execute("ANALYZE new_commune")


def _upsert(cursor, report: Report) -> list[str]:
    """Write what differs; the codes whose name or place changed."""
    cursor.execute(
        "SELECT new.code FROM new_commune new JOIN partners_commune old USING (code)"
        " WHERE (new.name, new.department_id, new.region_id) <> (old.name, old.department_id, old.region_id)"
    )
    renamed = [code for (code,) in cursor.fetchall()]
    cursor.execute(f"""
        INSERT INTO partners_commune AS old
            (code, name, postal_codes, department_id, region_id, epci_id, population, lat, lon, precision)
        SELECT new.code, new.name, string_to_array(new.postal_codes, ' '), new.department_id, new.region_id,
            new.epci_id, new.population,
            CASE WHEN kept.better THEN old.lat ELSE new.lat END, CASE WHEN kept.better THEN old.lon ELSE new.lon END,
            CASE WHEN kept.better THEN old.precision ELSE new.precision END
        FROM new_commune new LEFT JOIN partners_commune old USING (code)
        CROSS JOIN LATERAL (SELECT NOT coalesce({BETTER}, true) AS better) kept
        ORDER BY new.code
        ON CONFLICT (code) DO UPDATE SET name = excluded.name, postal_codes = excluded.postal_codes,
            department_id = excluded.department_id, region_id = excluded.region_id, epci_id = excluded.epci_id,
            population = excluded.population, lat = excluded.lat, lon = excluded.lon, precision = excluded.precision
        WHERE (old.name, old.postal_codes, old.department_id, old.region_id, old.epci_id, old.population, old.lat,
            old.lon, old.precision) IS DISTINCT FROM (excluded.name, excluded.postal_codes, excluded.department_id,
            excluded.region_id, excluded.epci_id, excluded.population, excluded.lat, excluded.lon, excluded.precision)
    """)  # noqa: S608  a constant
    report.written = cursor.rowcount
    return renamed


def _touch_renamed(cursor, codes: list[str]) -> None:
    """Organisations and projects carry their commune's département, région and words: triggers refill them."""
    if codes:
        cursor.execute("UPDATE partners_organisation SET commune_id = commune_id WHERE commune_id = ANY(%s)", [codes])
        cursor.execute("UPDATE partners_project SET keywords = '' WHERE commune_id = ANY(%s)", [codes])


def _load_former(cursor, rows: Iterable[FormerRow]) -> None:
    present = set(Commune.objects.values_list("code", flat=True))
    for row in rows:
        if row.commune not in present:
            raise refuse(row.line, f"la commune actuelle {row.commune} est inconnue.")
    FormerCommune.objects.bulk_create(
        [FormerCommune(code=r.code, name=r.name.replace("'", "’"), commune_id=r.commune, kind=r.kind) for r in rows],
        update_conflicts=True, unique_fields=["code"], update_fields=["name", "commune", "kind"], batch_size=2000,
    )  # fmt: skip


# --- communes that a new file no longer has --------------------------------------------------------------------------


def _retire_the_vanished(cursor, report: Report) -> None:
    """Hand what stands on a vanished commune to its successor; without one, keep the commune while it is needed."""
    cursor.execute("""
        SELECT old.code, old.name, former.commune_id FROM partners_commune old
        LEFT JOIN partners_formercommune former ON former.code = old.code AND former.commune_id <> old.code
        WHERE NOT EXISTS (SELECT 1 FROM new_commune new WHERE new.code = old.code)
            AND old.department_id IN (SELECT department_id FROM new_commune)
        ORDER BY old.code
    """)
    for code, name, successor in cursor.fetchall():
        label = f"{name} ({code})"
        if successor:
            _move(cursor, code, successor)
            report.moved.append(label)
        elif _is_referenced(cursor, code):
            report.kept.append(label)
            continue
        else:
            report.removed.append(label)
        cursor.execute("DELETE FROM partners_commune WHERE code = %s", [code])


def _references() -> list[tuple[str, str]]:
    """Table and column of every foreign key to a commune, whichever app holds it."""
    return [(r.related_model._meta.db_table, r.field.column) for r in Commune._meta.get_fields(include_hidden=True)
            if r.is_relation and r.auto_created and r.field.db_constraint]  # fmt: skip


def _move(cursor, code: str, successor: str) -> None:
    for table, column in _references():
        cursor.execute(f'UPDATE "{table}" SET "{column}" = %s WHERE "{column}" = %s', [successor, code])  # noqa: S608
    _touch_renamed(cursor, [successor])


def _is_referenced(cursor, code: str) -> bool:
    return any(
        cursor.execute(f'SELECT 1 FROM "{table}" WHERE "{column}" = %s LIMIT 1', [code]).fetchone()  # noqa: S608
        for table, column in _references()
    )
