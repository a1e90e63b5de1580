"""What went into an allocation and what came out, as a file that anybody can run again: opaque keys, nobody's name."""

from dataclasses import asdict
from hashlib import sha256
from importlib.metadata import version
from json import dumps

from events.allocation.draw import draw
from events.allocation.optimum import allocate
from events.allocation.terms import Allocation, Person, Workshop, lots
from events.allocation.verdict import breaches, figures, short_of_floors

FORMAT = "attribution-ateliers-1"


def content(people: list[Person], workshops: list[Workshop]) -> dict:
    """``{"workshops": […], "people": […]}``, in an order that does not depend on that of the rows."""
    return {
        "workshops": [asdict(workshop) for workshop in sorted(workshops, key=lambda each: each.key)],
        "people": [asdict(p) | {"wishes": list(p.wishes)} for p in sorted(people, key=lambda each: each.key)],
    }


def digest(content: dict) -> str:
    whole = {"workshops": content["workshops"], "people": content["people"]}
    return sha256(dumps(whole, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def people_of(content: dict) -> list[Person]:
    return [Person(**row | {"wishes": tuple(row["wishes"])}) for row in content["people"]]


def workshops_of(content: dict) -> list[Workshop]:
    return [Workshop(**row) for row in content["workshops"]]


def computed(content: dict, seed: str) -> dict:
    """``{"given", "is_proven", "figures"}``; the figures beside those of the plain draw of the same seed."""
    people, workshops = people_of(content), workshops_of(content)
    best, plain = allocate(people, workshops, seed=seed), draw(people, workshops, seed=seed)
    return {
        "given": {key: list(keys) for key, keys in sorted(best.given.items())},
        "is_proven": best.is_proven,
        "figures": {
            "people": len(people),
            "best": _counted(best, people, workshops),
            "draw": _counted(plain, people, workshops),
        },
    }


def _counted(allocation: Allocation, people, workshops) -> dict[str, int]:
    return figures(allocation, people) | {"short_of_floors": short_of_floors(allocation, people, workshops)}


def allocation_of(content: dict, seed: str, given: dict) -> Allocation:
    return Allocation(seed, {key: tuple(keys) for key, keys in given.items()}, lots(people_of(content), seed))


def file_of(content: dict, seed: str, given: dict, *, parameters: dict, titles: dict[str, str]) -> dict:
    return {
        "format": FORMAT,
        "seed": seed,
        "digest": digest(content),
        "solver": f"highspy {version('highspy')}",
        "parameters": parameters,
        "titles": titles,
        "workshops": content["workshops"],
        "people": content["people"],
        "given": given,
    }


def faults(file: dict) -> list[str]:
    """What is wrong with a file, a French sentence each: it was changed, a rule is broken, other places come out."""
    if file.get("format") != FORMAT:
        return [f"Ce fichier n’est pas au format « {FORMAT} »."]
    found = [] if digest(file) == file["digest"] else ["Les vœux ou les ateliers ne sont plus ceux de l’empreinte."]
    people, workshops = people_of(file), workshops_of(file)
    told = breaches(allocation_of(file, file["seed"], file["given"]), people, workshops)
    found += [f"Une règle est rompue : {breach}." for breach in told]
    again = computed(file, file["seed"])["given"]
    for key in sorted(again.keys() | file["given"].keys()):
        if again.get(key, []) != file["given"].get(key, []):
            is_now, was = ", ".join(again.get(key, [])) or "rien", ", ".join(file["given"].get(key, [])) or "rien"
            found.append(f"{key} : le fichier donne {was}, le calcul {is_now}.")
    return found
