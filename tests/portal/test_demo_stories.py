"""What the demonstration is told with: names, numbers, places and stories."""

import itertools
from datetime import date
from pathlib import Path
from random import Random

import pytest
from stdnum.fr import siren

from alliance.portal.demo import build, names, places, stories
from tests.reference import loaded


@pytest.fixture(scope="module", autouse=True)
def reference(django_db_setup, django_db_blocker):
    with loaded(django_db_blocker):
        yield


@pytest.fixture(autouse=True)
def _database(db):
    pass


def test_no_number_is_that_of_a_register():
    numbers = list(itertools.islice(names.sirens(), 2_000))
    assert all(siren.is_valid(number) and number.startswith("000") for number in numbers)
    assert len(set(numbers)) == 2_000


@pytest.mark.parametrize("axis", range(1, 10))
def test_a_story_belongs_to_its_axis(axis):
    themes = stories.load_themes()[axis]
    assert all(theme.axes[0] == axis for theme in themes)
    assert any(theme.size == "any" and not theme.metropole for theme in themes)


def test_stories_of_hamlets_are_not_told_in_cities():
    atlas = places.load_atlas()
    paris = atlas.by_code("75056")
    assert all(
        theme.size != "small" for found in stories.load_themes().values() for theme in found if theme.suits(paris)
    )


@pytest.mark.parametrize(
    ("name", "at", "of"),
    [
        ("Brest", "à Brest", "de Brest"),
        ("Aubusson", "à Aubusson", "d’Aubusson"),
        ("Le Havre", "au Havre", "du Havre"),
        ("Les Abymes", "aux Abymes", "des Abymes"),
        ("La Souterraine", "à La Souterraine", "de La Souterraine"),
    ],
)
def test_communes_take_their_preposition(name, at, of):
    assert (places.at(name), places.of(name)) == (at, of)


def test_departements_take_theirs():
    atlas = places.load_atlas()
    found = {code: (atlas.within[code], atlas.of[code]) for code in ("23", "01", "75", "974", "85", "40", "26")}
    assert found == {
        "23": ("dans la Creuse", "de la Creuse"),
        "01": ("dans l’Ain", "de l’Ain"),
        "75": ("à Paris", "de Paris"),
        "974": ("à La Réunion", "de La Réunion"),
        "85": ("en Vendée", "de la Vendée"),
        "40": ("dans les Landes", "des Landes"),
        "26": ("dans la Drôme", "de la Drôme"),
    }


def test_stories_depend_on_the_seed_alone():
    atlas, themes = places.load_atlas(), stories.load_themes()

    def told(seed):
        random = Random(seed)
        place = atlas.pick(random, "23")
        theme = next(theme for theme in themes[4] if theme.suits(place))
        span = {"starts_on": date(2024, 3, 1), "ends_on": None}
        return stories.tell(random, theme, place, atlas, state="ongoing", partners=[], **span)

    assert told(1) == told(1)
    assert told(1) != told(2)


def test_texts_of_the_demonstration_are_written_with_french_apostrophes():
    texts = [path.read_text("utf-8") for path in Path(build.__file__).parent.rglob("*.toml")]
    assert not any("'" in text for text in texts)
