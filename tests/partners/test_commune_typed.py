"""A commune as people type it."""

import pytest
from django.core.exceptions import ValidationError

from partners.forms.communes import WhichCommune, commune_typed
from partners.models import FormerCommune
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def communes():
    finistere, gard = builders.department(), builders.department("30", "Gard")
    brest = builders.commune()
    builders.commune("22278", "Saint-Brieuc", builders.department("22", "Côtes-d’Armor"), postal_codes=["22000"])
    builders.commune("30247", "Saint-Denis", gard, postal_codes=["30500"], population=900)
    builders.commune("29999", "Saint-Denis", finistere, postal_codes=["29990"], population=50)
    builders.commune("29998", "Plouneventer", finistere, postal_codes=["29990"], population=90)
    FormerCommune.objects.create(code="29900", name="Saint-Pierre-Quilbignon", commune=brest, kind="F")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Brest", "29019"),
        ("BREST", "29019"),
        ("29200", "29019"),
        ("29019", "29019"),
        ("29900", "29019"),
        ("Brest (29)", "29019"),
        ("29200 Brest", "29019"),
        ("Brest 29200", "29019"),
        ("St-Brieuc", "22278"),
        ("22000 saint brieuc", "22278"),
        ("Saint-Denis, Gard", "30247"),
        ("Saint-Denis, 30", "30247"),
        ("Saint-Denis (29)", "29999"),
        ("29990 Saint-Denis", "29999"),
    ],
)
def test_what_names_one_commune_is_that_commune(text, code):
    assert commune_typed(text).code == code


@pytest.mark.parametrize(
    ("text", "codes", "sentence"),
    [
        ("Saint-Denis", ["30247", "29999"], "Plusieurs communes répondent à « Saint-Denis »"),
        ("29990", ["29998", "29999"], "Plusieurs communes répondent à « 29990 »"),
        ("Saint-Pierre-Q", ["29019"], "Aucune commune ne s’appelle exactement « Saint-Pierre-Q » : est-ce celle-ci ?"),
        ("22000 Brest", ["22278"], "Aucune commune ne s’appelle exactement « 22000 Brest » : est-ce celle-ci ?"),
        ("Plounevanter", ["29998"], "Aucune commune ne s’appelle exactement « Plounevanter » : est-ce celle-ci ?"),
    ],
)  # fmt: skip
def test_in_doubt_the_page_asks(text, codes, sentence):
    with pytest.raises(WhichCommune) as refusal:
        commune_typed(text)
    assert [code for code, _ in refusal.value.choices] == codes
    assert refusal.value.messages[0].startswith(sentence)
    assert commune_typed(text, codes[-1]).code == codes[-1]


@pytest.mark.parametrize("text", ["Zzyzx", "99999", "a", "12", "%_", "()", "a, b"])
def test_what_names_nothing_is_said(text):
    with pytest.raises(ValidationError, match="Aucune commune ne répond") as refusal:
        commune_typed(text)
    assert not isinstance(refusal.value, WhichCommune)


def test_a_code_that_was_not_offered_is_not_taken():
    with pytest.raises(WhichCommune):
        commune_typed("Saint-Denis", "29019")


def test_homonyms_are_told_apart_by_their_department_and_postal_code():
    with pytest.raises(WhichCommune) as refusal:
        commune_typed("Saint-Denis")
    assert refusal.value.choices == [
        ("30247", "Saint-Denis (Gard, 30500)"),
        ("29999", "Saint-Denis (Finistère, 29990)"),
    ]
