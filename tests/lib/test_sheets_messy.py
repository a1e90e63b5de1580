"""Files as a town hall has them: a title above the table, blank lines, figures that a spreadsheet has rounded."""

import openpyxl
import pytest

from alliance.lib.sheets.reading import read

TITLE = "En-tête lu à la ligne {} : ce qui est au-dessus est laissé de côté."


def rows_of(path):
    sheet = read(path)
    return sheet, [(row.line, row.cells) for row in sheet.rows]


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_title_above_the_table_and_blank_lines_are_left_aside(tmp_path, separator):
    lines = [["Annuaire des associations"], [], ["Nom", "Commune", "Public"], [], ["Éa", "Brest", "Oui"]]
    text = "\r\n".join(separator.join(line) for line in lines)
    (tmp_path / "x.csv").write_bytes(text.encode("cp1252"))
    sheet, rows = rows_of(tmp_path / "x.csv")
    assert (sheet.header.line, sheet.header.cells) == (3, ["Nom", "Commune", "Public"])
    assert rows == [(5, ["Éa", "Brest", "Oui"])]
    assert sheet.notices[-1] == TITLE.format(3)


def test_a_merged_title_in_a_workbook_is_left_aside_too(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Associations 2026"], [], ["Nom", "Commune", "SIRET"], ["Éa", "Brest", 12345678901234]):
        book.active.append(row)
    book.active.merge_cells("A1:C1")
    book.save(tmp_path / "x.xlsx")
    sheet, rows = rows_of(tmp_path / "x.xlsx")
    assert sheet.header.cells == ["Nom", "Commune", "SIRET"]
    assert rows == [(4, ["Éa", "Brest", "12345678901234"])]
    assert sheet.notices == ["Feuille lue : « Sheet ».", TITLE.format(3)]  # nothing is said to be wrong


def test_a_table_of_one_or_two_columns_begins_at_its_first_line(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"Nom;Commune\r\nA;Brest\r\n")
    sheet, rows = rows_of(tmp_path / "x.csv")
    assert (sheet.header.line, rows) == (1, [(2, ["A", "Brest"])])
