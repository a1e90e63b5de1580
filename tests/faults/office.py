"""LibreOffice Calc without a window: what it makes of a file, cell by cell."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from lxml import etree

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
CSV_ASKED = "Text - txt - csv (StarCalc):44,34,76,1,,1033,true,true"
"""Commas, UTF-8, points for decimals, « what is between quotes is text »: what the dialogue of Calc lets one choose."""
CSV_PROPOSED = "Text - txt - csv (StarCalc):44/59/9,34,76,1"
"""What the dialogue proposes by itself for a file with our mark: UTF-8, and commas, semicolons and tabs alike."""
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>{}</value></prop></item></oor:items>"""


@dataclass(frozen=True)
class Cell:
    kind: str
    """string, float, date, boolean, … or nothing for an empty cell."""
    value: str
    formula: str = ""
    link: str = ""


def soffice() -> str:
    return shutil.which("soffice") or pytest.skip("skipped: no LibreOffice (soffice)")


def opened(files: list[Path], out: Path, *, locale: str = "fr-FR", asked: str = "") -> dict[str, list[list[Cell]]]:
    """The rows of the first sheet of each file, as a Calc of that country shows them; by the files' names."""
    profile = out / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(SETTINGS.format(locale))
    command = [soffice(), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "fods"]
    command += ["--outdir", str(out)] + ([f"--infilter={asked}"] if asked else []) + [str(each) for each in files]
    environment = os.environ | {
        "HOME": str(profile),
        "LC_ALL": "C.UTF-8",
    }  # nobody is asked
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=170)
    made = {each.name: out / f"{each.stem}.fods" for each in files}
    assert all(path.exists() for path in made.values()), run.stdout + run.stderr
    return {name: rows_of(path) for name, path in made.items()}


def rows_of(path: Path) -> list[list[Cell]]:
    parser = etree.XMLParser(huge_tree=True)
    sheet = next(etree.parse(path, parser).iter(f"{TABLE}table"))
    rows = []
    for row in sheet.iter(f"{TABLE}table-row"):
        cells = []
        for cell in row.iter(f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
            cells += [_cell(cell)] * int(cell.get(f"{TABLE}number-columns-repeated", "1"))
        while cells and not cells[-1].kind:
            cells.pop()
        rows += [cells] if cells else []
    return rows


def _cell(cell) -> Cell:
    kind = cell.get(f"{OFFICE}value-type", "")
    named = {"date": "date-value", "boolean": "boolean-value"}.get(kind, "value")
    text = "\n".join(_text(paragraph) for paragraph in cell.iterchildren(f"{TEXT}p"))
    value = text if kind in {"", "string"} else cell.get(f"{OFFICE}{named}", "")
    link = next((each.get("{http://www.w3.org/1999/xlink}href", "") for each in cell.iter(f"{TEXT}a")), "")
    return Cell(kind, value, cell.get(f"{TABLE}formula", ""), link)


def _text(node) -> str:
    """The text of a paragraph: runs of spaces and tabs are elements of their own."""
    found = node.text or ""
    for child in node:
        if child.tag == f"{TEXT}s":
            found += " " * int(child.get(f"{TEXT}c", "1"))
        elif child.tag == f"{TEXT}tab":
            found += "\t"
        else:
            found += "\n" if child.tag == f"{TEXT}line-break" else _text(child)
        found += child.tail or ""
    return found
