"""Read a spreadsheet that anybody may have made: in a child process whose memory and time are bounded.

``read(path)`` gives ``Sheet``: notices, header, then rows as they come. What cannot be read raises ValidationError
(code "sheet") with one French sentence; the portal's own process never opens the file.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ValidationError

CHILD = Path(__file__).with_name("child.py")
SECONDS = 120
BYTES_MAX = 30_000_000
TOO_HEAVY = "Le fichier est trop lourd : 30 Mo au plus."
TOO_BIG = (
    "Le fichier est trop grand une fois ouvert, ou abîmé : coupez-le, ou enregistrez-le de nouveau, et recommencez."
)
TOO_SLOW = "Le fichier demande trop de temps à lire : coupez-le, ou enregistrez-le de nouveau en .xlsx."


@dataclass
class Row:
    """``cells`` as text, ``wrong``: what no reading of the column could mend, by its place."""

    line: int
    cells: list[str]
    wrong: dict[int, str]


@dataclass
class Sheet:
    notices: list[str] = field(default_factory=list)
    header: Row = None
    rows: Iterator[Row] = ()


def refused(sentence: str) -> ValidationError:
    return ValidationError(sentence, code="sheet")


def read(path: str | os.PathLike) -> Sheet:
    """The rows come while the child reads; a refusal may come after some of them, so apply nothing before the end."""
    if Path(path).stat().st_size > BYTES_MAX:
        raise refused(TOO_HEAVY)
    said = told(path)
    notices = next(said, {"notices": []})["notices"]
    header = next(said, None)
    if header is None:
        raise refused(TOO_BIG)
    return Sheet(notices, header, said)


def told(path) -> Iterator:
    """What the child says, line by line; ends it in every case."""
    child = subprocess.Popen(
        [sys.executable, "-I", str(CHILD), str(path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}
    )
    late = threading.Timer(SECONDS, child.kill)
    late.daemon = True
    late.start()
    try:
        for line in child.stdout:
            yield heard(line)
        judge(child.wait())
    finally:
        late.cancel()
        child.stdout.close()
        child.kill()
        child.wait()


def heard(line: bytes):
    """A row, or what is said of the whole; a refusal rises."""
    try:
        said = json.loads(line)
    except ValueError:
        raise refused(TOO_BIG) from None
    if isinstance(said, list):
        return Row(said[0], said[1], {int(column): sentence for column, sentence in said[2].items()})
    if "refusal" in said:
        raise refused(said["refusal"])
    return said


def judge(code: int) -> None:
    if code in (-signal.SIGKILL, -signal.SIGXCPU):
        raise refused(TOO_SLOW)
    if code:
        raise refused(TOO_BIG)
