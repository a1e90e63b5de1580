"""Read one spreadsheet, alone in a process of bounded memory and time: `python -I child.py FILE`.

Started by ``alliance.lib.sheets.reading``; imports nothing of ours, so that it is small. Writes JSON lines:
``{"notices": […]}``, then ``[line, [cells], {column: sentence}]`` for each row that is not empty, the header first;
or ends with ``{"refusal": sentence}``. Whatever else happens to it, the one who started it says it.
"""

import itertools
import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # the readers beside this file, and nothing else of the portal
import child_books
import child_text
from child_rules import COLUMNS_MAX, ROWS_MAX, TOO_BIG, Refusal, letters

MEMORY_MAX = 128_000_000  # private memory, of which the interpreter holds little: the kernel refuses more
CPU_SECONDS = 60
CELL_MAX = 32_767
TITLES_MAX, FEW = 15, 3
ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#N/D", "#VALEUR!", "#NOM?", "#NOMBRE!")


def words(value) -> str:
    """A cell as people would type it: whole numbers without decimals, days as ISO 8601."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, (date, time, timedelta)):
        return value.isoformat() if isinstance(value, date) else str(value)
    return str(value)


def rows_of(source, problems: dict, notices: list[str], *, is_text: bool) -> None:
    """Say each row that holds something, from the header on; ``source`` yields (line, values)."""
    rows = filled(source, problems)
    first = list(itertools.islice(rows, TITLES_MAX))
    begins = header_among(first)
    if first:
        notices = [*notices, *child_books.told(problems, first[begins][0])]
    if begins:
        notices = [*notices, f"En-tête lu à la ligne {first[begins][0]} : ce qui est au-dessus est laissé de côté."]
    say({"notices": notices})
    width, seen = 0, 0
    for line, cells, wrong in itertools.chain(first[begins:], rows):
        if not width:
            width = header(line, cells, wrong)
        else:
            seen += 1
            if seen > ROWS_MAX:
                raise Refusal(f"Ligne {line} : un fichier compte {ROWS_MAX} lignes au plus. Coupez-le en deux.")
            wrong |= surveyed(cells, width, is_text=is_text)
        say([line, cells, wrong])
    if not seen:
        raise Refusal("Le fichier n’a que son en-tête, ou rien : aucune ligne à lire.")


def filled(source, problems: dict):
    """(line, cells, what is wrong) of the rows that hold something."""
    for line, values in source:
        cells = [words(value).replace("\x00", "").strip() for value in values]
        while cells and not cells[-1]:
            cells.pop()
        wrong = dict(problems.get(line, ()))
        if cells or wrong:
            yield line, cells, wrong


def header_among(first: list) -> int:
    """A table often has a title above it, alone on its line: the header fills half of what the widest line does."""
    counts = [sum(bool(cell) for cell in cells) for _, cells, _ in first]
    widest = max(counts, default=0)
    return next((n for n, count in enumerate(counts) if count >= FEW or count * 2 >= widest), 0)


def header(line: int, cells: list[str], wrong: dict) -> int:
    if len(cells) > COLUMNS_MAX:
        raise Refusal(
            f"Ligne {line} : le tableau compte {len(cells)} colonnes, {COLUMNS_MAX} au plus. Retirez les autres."
        )
    if wrong:
        column, sentence = next(iter(wrong.items()))
        raise Refusal(f"Ligne {line}, colonne {letters(column)} : l’en-tête ne se lit pas. {sentence}")
    if any(len(cell) > 200 for cell in cells):
        raise Refusal(f"Ligne {line} : un en-tête est trop long. La première ligne doit nommer les colonnes.")
    named = [cell.casefold() for cell in cells if cell]
    double = next((cell for cell in cells if cell and named.count(cell.casefold()) > 1), None)
    if double:
        raise Refusal(f"Ligne {line} : deux colonnes s’appellent « {double[:60]} ». Renommez l’une des deux.")
    return len(cells)


def surveyed(cells: list[str], width: int, *, is_text: bool) -> dict[int, str]:
    """What is wrong with cells whatever their column means."""
    wrong = {}
    if len(cells) > width:
        wrong[width] = "Cette case n’a pas d’en-tête : les valeurs sont-elles décalées ?"
        del cells[width:]
    for column, cell in enumerate(cells):
        if len(cell) > CELL_MAX:
            wrong[column] = f"Le texte est trop long : {len(cell)} signes."
            cells[column] = cell[:80] + "…"
        elif is_text and cell.startswith("=") and len(cell) > 1:
            wrong[column] = "C’est une formule : collez sa valeur à la place."
        elif cell.startswith("#") and cell.upper() in ERRORS:
            wrong[column] = f"Le tableur y affiche l’erreur « {cell} »."
    return wrong


def say(what) -> None:
    sys.stdout.write(json.dumps(what, ensure_ascii=False) + "\n")


def bounded() -> None:
    """From here on, neither more memory nor more time, no child, and no file that grows; parent gone, so are we."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS, (MEMORY_MAX,) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main(path: str) -> None:
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    bounded()
    with Path(path).open("rb") as file:
        head = file.read(4096)
    try:
        if head.startswith(b"PK"):
            source, problems, notices = child_books.opened(path)
        else:
            source, problems, notices = child_text.opened(path, head)
        rows_of(source, problems, notices, is_text=not head.startswith(b"PK"))
    except Refusal as refusal:
        say({"refusal": str(refusal)})
    except MemoryError:
        say({"refusal": TOO_BIG})


if __name__ == "__main__":
    main(sys.argv[1])
