"""Real communes to put fictional things in, and French around their names."""

from dataclasses import dataclass
from itertools import accumulate
from random import Random

from partners.models import Commune, Department

# « À rejoindre »: départements left empty, so that the map and its words have something to say.
EMPTY = ("04", "2A", "36", "52", "55", "82", "90")
BARE = {"971": "en Guadeloupe", "972": "en Martinique", "973": "en Guyane", "974": "à La Réunion", "976": "à Mayotte"}
# Usage, where the official article would say « dans la » or « dans l’ ».
USUALLY_EN = {"07", "09", "16", "17", "19", "21", "24", "31", "33", "38", "43", "44", "48", "53", "57", "70", "73"}
USUALLY_EN |= {"74", "76", "85", "87", "91", "93", "2B"}
WITHIN = {2: "dans le ", 3: "dans la ", 4: "dans les ", 5: "dans l’"}
OF = {0: "de ", 1: "d’", 2: "du ", 3: "de la ", 4: "des ", 5: "de l’"}
VOWELS = "aeiouyàâäéèêëîïôöùûüœæ"


@dataclass(frozen=True, slots=True)
class Place:
    code: str
    name: str
    department: str
    region: str
    population: int
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Atlas:
    """Communes by département, the largest first (none of the empty ones), and départements as a sentence says them."""

    communes: dict[str, list[Place]]
    weights: dict[str, list[float]]
    within: dict[str, str]
    of: dict[str, str]
    regions: dict[str, str]

    def pick(self, random: Random, department: str, least: int = 0) -> Place:
        """A commune of at least so many inhabitants; larger ones come more often."""
        found, weights = self.communes[department], self.weights[department]
        large = max(sum(place.population >= least for place in found) if least else len(found), 1)
        return random.choices(found[:large], cum_weights=weights[:large])[0]

    def by_code(self, code: str) -> Place:
        return next(place for places in self.communes.values() for place in places if place.code == code)

    def spread(self, total: int) -> list[str]:
        """``total`` département codes, by the square root of population (largest remainder), each at least once."""
        weights = {code: sum(p.population for p in places) ** 0.5 for code, places in self.communes.items()}
        share = (total - len(weights)) / sum(weights.values())
        exact = {code: weight * share for code, weight in weights.items()}
        counts = {code: 1 + int(value) for code, value in exact.items()}
        rest = sorted(exact, key=lambda code: (int(exact[code]) - exact[code], code))
        for code in rest[: total - sum(counts.values())]:
            counts[code] += 1
        return [code for code in sorted(counts) for _ in range(counts[code])]


def load_atlas() -> Atlas:
    departments = {d.code: d for d in Department.objects.filter(zone__in=["metro", "drom"]).exclude(code__in=EMPTY)}
    communes: dict[str, list[Place]] = {}
    rows = Commune.objects.filter(department__in=departments, population__gte=200, lat__isnull=False)
    columns = ("code", "name", "department_id", "region_id", "population", "lat", "lon")
    for row in rows.order_by("-population", "code").values_list(*columns):
        communes.setdefault(row[2], []).append(Place(*row))
    return Atlas(
        communes=dict(sorted(communes.items())),
        weights={code: list(accumulate(p.population**0.55 for p in found)) for code, found in communes.items()},
        within={code: _within(d) for code, d in departments.items()},
        of={code: OF[d.article if code not in BARE else 0] + d.name for code, d in departments.items()},
        regions={code: d.region_id for code, d in departments.items()},
    )


def _within(department: Department) -> str:
    if department.code == "75":
        return "à Paris"
    if department.code in BARE:
        return BARE[department.code]
    article = 0 if department.code in USUALLY_EN else department.article
    return WITHIN.get(article, "en ") + department.name


def at(name: str) -> str:
    """« à Brest », « au Havre », « aux Abymes », « à La Souterraine »."""
    if name.startswith("Le "):
        return "au " + name[3:]
    return "aux " + name[4:] if name.startswith("Les ") else "à " + name


def of(name: str) -> str:
    """« de Brest », « d’Aubusson », « du Havre », « des Abymes »."""
    if name.startswith("Le "):
        return "du " + name[3:]
    if name.startswith("Les "):
        return "des " + name[4:]
    return f"d’{name}" if name[0].lower() in VOWELS else f"de {name}"
