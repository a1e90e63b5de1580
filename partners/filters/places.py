"""Places: the codes of the address, the names that people type, the distance from a point."""

import re
import unicodedata
from dataclasses import dataclass

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection
from django.db.models import F, Func, Q, TextField, Value

from partners.filters.criteria import Choice, Near
from partners.filters.known import Known
from partners.filters.text import edits, tolerance
from partners.models import Commune, Department, FormerCommune, Region

POSTAL_CODE = re.compile(r"\d{5}|2[AB]\d{3}", re.IGNORECASE)
WITH_DEPARTMENT = re.compile(r"(.+?)\s*\(\s*(\d{2,3}|2[ABab])\s*\)")
SAINTS = {"st": "saint", "ste": "sainte"}
MAX_LENGTH = 80
ALIKE_READ, LIKE_ENOUGH = 200, 0.4
SOUNDS = (
    ("eaux?|aux?", "o"), ("ph", "f"), ("qu|ck|q|k", "c"), ("y", "i"), ("h", ""), (r"(.)\1", r"\1"), (r"[stdxz]\b", ""),
    (r"e\b", ""),
)  # fmt: skip


def plain(text: str) -> str:
    """As ``search_name`` holds it: neither case nor accents, « St » written out."""
    text = text.lower().replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    text = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return re.sub(r"\b(ste?)\b\.?", lambda match: SAINTS[match[1]], text)


def _regions() -> dict[str, Choice]:
    return {code: Choice(code, name, code) for code, name in Region.objects.values_list("code", "name")}


def _departments() -> dict[str, Choice]:
    rows = Department.objects.values_list("code", "name")
    return {code: Choice(code, f"{name} ({code})", code) for code, name in rows}


regions = Known("place", _regions)
departments = Known("place", _departments, str.upper)


def communes(codes: list[str]) -> dict[str, Choice]:
    """By code, former codes and municipal districts included. Two queries."""
    wanted = {code: code.upper() for code in codes}
    rows = Commune.objects.only("code", "name", "department_id").filter(code__in=wanted.values())
    present = {commune.code: commune for commune in rows}
    former = FormerCommune.objects.filter(code__in=wanted.values()).select_related("commune")
    present = {row.code: row.commune for row in former} | present
    found = {code: present[upper] for code, upper in wanted.items() if upper in present}
    return {code: Choice(commune.code, str(commune), commune.code) for code, commune in found.items()}


def near(lat: float, lon: float) -> Near:
    """A point to measure from, with the name of the commune that stands exactly there, if one does."""
    lat, lon = round(lat, 5), round(lon, 5)
    here = Commune.objects.filter(lat__range=(lat - 1e-5, lat + 1e-5), lon__range=(lon - 1e-5, lon + 1e-5))
    commune = here.order_by("-population").first()
    return Near(lat, lon, str(commune) if commune else "")


@dataclass(frozen=True)
class Place:
    """A place that a text may mean: the parameter and the code that ask for it, its point when it is a commune."""

    parameter: str
    code: str
    label: str
    lat: float | None = None
    lon: float | None = None

    @property
    def point(self) -> Near | None:
        return None if self.lat is None else Near(self.lat, self.lon)

    @property
    def name(self) -> str:
        """« Brest » of « Brest (29) »."""
        return self.label.partition(" (")[0]


def resolve(text: str, *, guess: bool = True) -> list[Place]:
    """The places that a typed text may mean, the likeliest first; empty when none does. At most seven queries.

    Without ``guess``, only places that are called exactly so, today or formerly.
    """
    text = " ".join(text.replace("\x00", " ").split())[:MAX_LENGTH]
    if not text:
        return []
    if POSTAL_CODE.fullmatch(text):
        code = text.upper()
        here = Q(postal_codes__contains=[code]) | Q(code=code) | Q(former__code=code)
        return _places(Commune.objects.filter(pk__in=Commune.objects.filter(here).values("pk")))
    if match := WITH_DEPARTMENT.fullmatch(text):
        return _places(named(match[1]).filter(department=match[2].upper())) or territories(match[2])
    called_so = territories(text) + _places(named(text)) or _former(text)
    return called_so if called_so or not guess else _places(search_communes(text, 5))


def named(text: str):
    """The communes of this name; hyphens, spaces and apostrophes are all one."""
    name = plain(text)
    return (
        Commune.objects.filter(search_name__trigram_similar=name)
        .alias(likeness=TrigramSimilarity("search_name", name))
        .filter(likeness__gt=0.999)
    )


def _places(communes) -> list[Place]:
    if not isinstance(communes, list):
        communes = communes.order_by("-population", "code")[:8]
    return [_place(commune) for commune in communes]


def _place(commune: Commune) -> Place:
    return Place("commune", commune.code, str(commune), commune.lat, commune.lon)


def territories(text: str) -> list[Place]:
    """The département, then the région, of this name or of this département's number."""
    name, code = _without_article(text), text.upper()
    rows = (*Department.objects.only("code", "name"), *Region.objects.only("code", "name"))
    found = (row for row in rows if _without_article(row.name) == name or (row.code == code and _is_department(row)))
    return [_territory(row) for row in found]


def _is_department(row: Department | Region) -> bool:
    return isinstance(row, Department)


def _territory(row: Department | Region) -> Place:
    return Place("department" if _is_department(row) else "region", row.code, str(row))


def _without_article(text: str) -> list[str]:
    """« La Creuse » is Creuse, « L’Hérault » is Hérault."""
    words = _words(text)
    return words[1:] if len(words) > 1 and words[0] in ("l", "la", "le", "les") else words


def exact(names: list[str]) -> dict[str, Place]:
    """Name, as plain words between spaces → the place called so: département, région, else the largest commune."""
    asked = set(names)
    communes = Commune.objects.annotate(
        words=Func(F("search_name"), Value("-'"), Value("  "), function="translate", output_field=TextField())
    ).filter(Q(words__in=asked) | Q(postal_codes__overlap=[name for name in asked if POSTAL_CODE.fullmatch(name)]))
    found = {}
    for row in communes.order_by("population", "-code")[:500]:
        for name in asked & {row.words, *row.postal_codes}:
            found[name] = _place(row)
    for row in (*Region.objects.only("code", "name"), *Department.objects.only("code", "name")):
        if (name := " ".join(_words(row.name))) in asked:
            found[name] = _territory(row)
    return found


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", plain(text))


def _former(text: str) -> list[Place]:
    rows = FormerCommune.objects.select_related("commune").filter(name__unaccent__iexact=plain(text))
    return _places(list({row.commune_id: row.commune for row in rows[:8]}.values()))


def search_communes(text: str, limit: int = 10) -> list[Commune]:
    """For typing ahead: names that begin so, then a word inside, else alike; the most populous first. Three queries."""
    name = plain(" ".join(text.replace("\x00", " ").split())[:MAX_LENGTH])
    if not name:
        return []
    if name[0].isdigit():
        return _in_order(
            _matching("EXISTS (SELECT FROM unnest(postal_codes) p WHERE p LIKE %s)", [f"{_like(name)}%"], limit)
        )
    codes = _matching("search_name LIKE %s", [f"{_like(name)}%"], limit)
    if len(codes) < limit and len(name) >= 3:
        inside = [f"%{sign}{_like(name)}%" for sign in " -'"]
        codes += _matching("search_name LIKE ANY(%s)", [inside], limit)
    if not codes and len(name) >= 3:
        codes = _alike(name, limit)
    return _in_order(list(dict.fromkeys(codes))[:limit])


def _like(name: str) -> str:
    """A pattern where a space stands for any one sign: « saint br » finds « saint-brieuc »."""
    return re.sub(r"([\\%_])", r"\\\1", name).replace(" ", "_").replace("-", "_").replace("'", "_")


def _matching(condition: str, parameters: list, limit: int) -> list[str]:
    with connection.cursor() as cursor:
        sql = f"SELECT code FROM partners_commune WHERE {condition} ORDER BY population DESC, code LIMIT %s"  # noqa: S608
        cursor.execute(sql, [*parameters, limit])
        return [code for (code,) in cursor.fetchall()]


def _alike(name: str, limit: int) -> list[str]:
    """Names that sound alike (« bordo »: Bordeaux), else those that share most letters; the most populous first."""
    rows = Commune.objects.filter(search_name__trigram_similar=name)
    rows = rows.annotate(likeness=TrigramSimilarity("search_name", name)).order_by("-likeness", "-population")
    found = list(rows.values_list("code", "search_name", "population", "likeness")[:ALIKE_READ])
    heard = sound(name)
    ranked = sorted((edits(heard, sound(each)), -population, code) for code, each, population, _ in found)
    near = [code for slips, _, code in ranked if slips <= tolerance(heard)]
    return (near or [code for code, _, _, likeness in found if likeness >= LIKE_ENOUGH])[:limit]


def sound(name: str) -> str:
    """A name as it is heard, roughly: one spelling for one sound, no double letter, no mute ending."""
    heard = re.sub(r"[^a-z]+", " ", plain(name)).strip()
    for spelling, one in SOUNDS:
        heard = re.sub(spelling, one, heard)
    return heard


def _in_order(codes: list[str]) -> list[Commune]:
    found = Commune.objects.select_related("department").in_bulk(codes)
    return [found[code] for code in codes]
