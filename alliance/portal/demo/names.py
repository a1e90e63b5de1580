"""Names that nobody could take for real ones, and numbers that no register has ever given."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from random import Random

from stdnum.luhn import calc_check_digit

WORDS = tomllib.loads((Path(__file__).parent / "names.toml").read_text("utf-8"))


def sirens() -> Iterator[str]:
    """Numbers that begin with 000, which no register gives, and pass Luhn."""
    for number in range(100, 100_000):
        stem = f"000{number:05}"
        yield stem + calc_check_digit(stem)


def local_names(random: Random) -> list[tuple[str, list[int]]]:
    """Every kind with every complement, shuffled: name and axes."""
    names = [(f"{kind} {complement}", axes) for kind, axes in WORDS["kinds"] for complement in WORDS["complements"]]
    random.shuffle(names)
    return names


def person_names(random: Random) -> Iterator[tuple[str, int]]:
    """A name, and which word of a pair such as (« présidente », « président ») goes with it."""
    while True:
        form = random.randrange(2)
        first = random.choice(WORDS["men" if form else "women"])
        yield f"{first} {random.choice(WORDS['last_names'])}", form
