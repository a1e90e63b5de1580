"""Communes as people hear and mistype them."""

import pytest

from partners.filters.places import search_communes, sound
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def communes():
    places = (
        ("33063", "Bordeaux", 260_000, "33000"), ("33061", "Bordes", 2_900, "65190"), ("17059", "Bords", 900, "17430"),
        ("42218", "Saint-Étienne", 172_000, "42000"), ("42310", "Saint-Étienne-le-Molard", 900, "42130"),
        ("34172", "Montpellier", 300_000, "34000"), ("22278", "Saint-Brieuc", 44_000, "22000"),
    )  # fmt: skip
    for code, name, population, postal_code in places:
        builders.commune(code, name, population=population, postal_codes=[postal_code])


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("bordo", "Bordeaux"),
        ("sant etiene", "Saint-Étienne"),
        ("st etienne", "Saint-Étienne"),
        ("monpelier", "Montpellier"),
        ("saint brieu", "Saint-Brieuc"),
        ("33000", "Bordeaux"),
        ("2200", "Saint-Brieuc"),
    ],
)
def test_a_commune_is_found_as_it_is_heard(typed, first):
    assert search_communes(typed)[0].name == first


@pytest.mark.parametrize("typed", ["xyzzy", "", "%", "_", "(((", "99999"])
def test_what_sounds_like_nothing_finds_nothing(typed):
    assert search_communes(typed) == []


@pytest.mark.parametrize(("name", "heard"), [("Bordeaux", "bordo"), ("Philippe", "filip"), ("L’Haÿ", "l ai")])
def test_one_sound_has_one_spelling(name, heard):
    assert sound(name) == heard
