"""Foreign spreadsheets: read whatever their encoding, refused with a sentence, never more memory than promised."""

import json
import re
import subprocess
import sys
from datetime import date

import openpyxl
import pytest
from django.core.exceptions import ValidationError

from alliance.lib.sheets.reading import CHILD, read
from tests.lib import hostile_sheets

MORE_MEMORY = 150_000_000
MAYBE_READ = re.compile(r"^abîmé|^coupé")  # a bit turned in a style changes nothing
# The memory of a child counts that of whoever started it: a small process starts them all, and says (code, bytes).
MEASURE = """
import json, os, subprocess, sys
for path in sys.argv[2:]:
    reader = [sys.executable, "-I", sys.argv[1], path]
    child = subprocess.Popen(reader, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    last = b""
    for last in child.stdout: pass
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = status
    print(json.dumps([used.ru_maxrss * 1024, status, last.decode()[:300]]))
"""
WORDS = {
    "cp1252": "Windows-1252", "iso8859-15": "Latin-9", "mac-roman": "Macintosh", "utf-8": "UTF-8", "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16",
}  # fmt: skip


def of(path, content: bytes):
    path.write_bytes(content)
    sheet = read(path)
    return sheet, [(row.line, row.cells, row.wrong) for row in sheet.rows]


def refusal(path, content: bytes) -> str:
    with pytest.raises(ValidationError) as error:
        of(path, content)
    return error.value.messages[0]


@pytest.mark.parametrize("encoding", WORDS)
@pytest.mark.parametrize("separator", ";,\t|")
def test_text_is_read_in_any_usual_encoding_and_separator(tmp_path, encoding, separator):
    typed = [["Nom", "Commune", "Code"], ["Cœur d'été à l'Île", "Besançon où", "01001"]]
    content = "\r\n".join(separator.join(row) for row in typed).encode(encoding)
    sheet, rows = of(tmp_path / "x.xls", content)
    assert sheet.header.cells == typed[0]
    assert rows == [(2, typed[1], {})]
    assert WORDS[encoding] in sheet.notices[0]


def test_a_workbook_tells_formulas_and_merged_cells_at_their_place_and_keeps_zeros_and_days(tmp_path):
    book = openpyxl.Workbook()
    for row in (
        [],
        ["Nom", "SIRET", "Le", "Nombre"],
        ["Éa", "00012", date(2020, 1, 2), 3.5],
        ["B", 12345678901234, None, 2],
    ):
        book.active.append(row)
    book.active["D4"] = "=1+1"
    book.active["A6"] = "x"
    book.active.merge_cells("A6:B6")
    book.save(tmp_path / "x.xlsx")
    sheet = read(tmp_path / "x.xlsx")
    rows = [(row.line, row.cells, row.wrong) for row in sheet.rows]
    merged = "Cette case est fusionnée avec d’autres : défaites la fusion."
    assert (sheet.header.line, sheet.header.cells) == (2, ["Nom", "SIRET", "Le", "Nombre"])
    assert rows == [
        (3, ["Éa", "00012", "2020-01-02", "3.5"], {}),
        (4, ["B", "12345678901234"], {3: "C’est une formule : collez sa valeur à la place."}),
        (6, ["x"], {0: merged, 1: merged}),
    ]
    assert "la première en D4" in sheet.notices[1]


def test_a_refusal_names_the_line_and_the_column(tmp_path):
    double = "Ligne 1 : deux colonnes s’appellent « Nom ». Renommez l’une des deux."
    assert refusal(tmp_path / "a", b"Nom;Nom\r\nA;B") == double
    assert refusal(tmp_path / "b", hostile_sheets.TEXT.encode() * 40 + hostile_sheets.TEXT.encode("cp1252")).startswith(
        "Ligne 122 : le texte mélange deux encodages."
    )
    _, rows = of(tmp_path / "c", b"Nom;Note\r\nA;=1+1;x\r\n")
    assert rows == [
        (2, ["A", "=1+1"], {
            1: "C’est une formule : collez sa valeur à la place.",
            2: "Cette case n’a pas d’en-tête : les valeurs sont-elles décalées ?",
        })
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["utf-16 coupé.csv", "page.xls", "ancien.xls", "16384 colonnes.xlsx", "zip chiffré.xlsx"]
)
def test_a_few_hostile_files_are_refused_with_a_sentence(tmp_path, name):
    content = next(content for found, content in hostile_sheets.small_ones() if found == name)
    assert re.match(r"[A-ZÉ].+\.$", refusal(tmp_path / "x", content))


@pytest.mark.faults
def test_a_hundred_hostile_files_get_a_sentence_each_and_no_more_memory_than_promised(tmp_path):
    (tmp_path / "base").write_bytes(b"Nom;Note\r\nA;B\r\n")
    names, paths = [], [str(tmp_path / "base")]
    for number, (name, content) in enumerate(hostile_sheets.all_of_them()):
        names.append(name)
        paths.append(str(tmp_path / f"{number}"))
        (tmp_path / f"{number}").write_bytes(content)
    assert len(names) >= 100
    said = subprocess.run([sys.executable, "-I", "-c", MEASURE, str(CHILD), *paths], capture_output=True, check=True)
    (base, *_), *used = (json.loads(line) for line in said.stdout.splitlines())
    assert {
        name: memory - base for name, (memory, _, _) in zip(names, used, strict=True) if memory - base > MORE_MEMORY
    } == {}
    unsaid = {name: outcome_of(path) for name, path in zip(names, paths[1:], strict=True)}
    assert {name: words for name, words in unsaid.items() if not words and not MAYBE_READ.match(name)} == {}
    assert [
        words for words in unsaid.values() if words and not (words[0].isupper() and words.endswith((".", "?")))
    ] == []


def outcome_of(path: str) -> str:
    """The sentence of the refusal, or of the first cell that is wrong."""
    try:
        return next((words for row in read(path).rows for words in row.wrong.values()), "")
    except ValidationError as error:
        return error.messages[0]
