"""How cells are read, as people write them."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from alliance.portal.sheets import cells
from alliance.portal.sheets.columns import plain
from alliance.portal.sheets.lists import Lists
from partners.models import Organisation
from tests import builders


@pytest.mark.parametrize(
    "text",
    [
        "01/02/2026",
        "1/2/2026",
        "2026-02-01",
        "1.2.2026",
        "01-02-2026",
        "1er février 2026",
        "2026-02-01 00:00:00",
        "2026-02-01 0:00:00",
    ],
)
def test_a_day_is_read_as_people_write_it(text):
    assert cells.day(text, None) == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("31/02/2026", "Le 31/02/2026 n’existe pas."),
        ("46054", "« 46054 » est une date vue comme un nombre : mettez la colonne au format Date, ou Texte."),
        ("01/02/26", "« 01/02/26 » n’est pas une date : écrivez 31/12/2026."),
        ("bientôt", "« bientôt » n’est pas une date : écrivez 31/12/2026."),
    ],
)
def test_what_is_no_day_is_told(text, sentence):
    with pytest.raises(ValidationError) as refusal:
        cells.day(text, None)
    assert refusal.value.messages == [sentence]


def test_a_number_that_a_spreadsheet_rounded_is_told_and_a_dropped_zero_is_put_back():
    siret = cells.number_of(Organisation, "siret", digits=14)
    assert siret("356 000 000 00048", None) == "35600000000048"
    assert cells.number_of(Organisation, "siren", digits=9)("5520135\u00a04", None) == "055201354"
    assert cells.number_of(Organisation, "siren", digits=9)("5504", None) == "000005504"
    for other in ("5503", "504"):
        with pytest.raises(ValidationError, match="Ce numéro SIREN n’existe pas"):
            cells.number_of(Organisation, "siren", digits=9)(other, None)
    for rounded in ("1,23457E+13", "1.23457E+13", "3,56e13"):
        with pytest.raises(ValidationError, match="Le tableur a arrondi ce numéro"):
            siret(rounded, None)


@pytest.mark.parametrize(("text", "value"), [("Oui", True), ("X", True), ("NON", False), ("faux", False), ("1", True)])
def test_yes_and_no_are_read_as_people_write_them(text, value):
    assert cells.yes_or_no(text, None) is value


@pytest.mark.parametrize(
    ("text", "cents"), [("12 000,50 €", 1_200_050), ("1500", 150_000), ("", None), ("12\u202f000 euros", 1_200_000)]
)
def test_an_amount_is_read_as_people_write_it(text, cents):
    assert cells.euros(text, None) == cents
    assert cells.euros(cells.say_euros(cents), None) == cents


@pytest.mark.parametrize("text", ["-1", "1,234", "beaucoup", "1e400", "NaN"])
def test_what_is_no_amount_is_told(text):
    with pytest.raises(ValidationError, match="montant"):
        cells.euros(text, None)


@pytest.mark.django_db
def test_a_commune_is_found_by_its_code_or_by_a_name_that_it_alone_has():
    brest, ain = builders.commune(), builders.department("01", "Ain", builders.region("84", "Auvergne-Rhône-Alpes"))
    builders.commune("01004", "Saint-Denis", ain)
    builders.commune("29260", "Saint-Denis", brest.department)
    lists = Lists(builders.staff())
    assert [cells.commune(text, lists) for text in ("29019", "1004", "brest", "BREST", "")] == [
        "29019", "01004", "29019", "29019", None,
    ]  # fmt: skip
    for text, sentence in (
        ("saint denis", "2 communes s’appellent « saint denis » : écrivez le code INSEE (01004, 29260…)."),
        ("29200", "« 29200 » n’est ni un code INSEE ni le nom d’une commune. Un code postal ne suffit pas."),
    ):
        with pytest.raises(ValidationError) as refusal:
            cells.commune(text, lists)
        assert refusal.value.messages == [sentence]


def test_headings_are_alike_whatever_their_signs():
    assert {plain(text) for text in ("N° SIRET *", "n°siret", "N°\nSIRET")} == {"n siret"}
