"""Doors that a setting, a machine’s key or a publication opens: what opens them, for the matrix."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from email.message import EmailMessage
from pathlib import Path

from django.test import override_settings
from django.utils import timezone

from alliance.portal import dumps
from alliance.proof import checkpoints
from events.actions.allocation import try_allocation
from events.models import AllocationRun
from events.tasks import allot_workshops
from tests.events import wishing
from tests.portal.matrix import Door
from tests.portal.matrix_asking import Noun

KEY = "une clé du serveur de courriel"
DEMO = {"DEMO": True}
LETTER = "20261112T093000.000000Z-000001"
NO_SIZE = 999_999
CLOSED = {
    "demo_mail": Door("public", settings=DEMO),
    "demo_mail_attachment": Door("public", "letter", settings=DEMO),
    "journal_checkpoint": Door("public"),
    "journal_checkpoint_at": Door("public", "checkpoint"),
    "portal:dump": Door("public", "dump"),
    "mail:returns": Door(
        "", post="key", headers={"Authorization": "Bearer " + base64.b64encode(KEY.encode()).decode()}
    ),
    "events:workshop_file": Door("public", "allotted"),
    "staff_workshops_decide": Door("", "allocation", post="national", agents=403, body={"act": "drop"}),
}


@contextmanager
def opening(folder: Path) -> Iterator[None]:
    """Keys, and files that are this folder's alone."""
    keys = {"JOURNAL_KEY": base64.b64encode(bytes(32)).decode(), "RETURNS_SECRET": _token()}
    with override_settings(DATA_DIR=folder, MEDIA_ROOT=folder / "files", **keys):
        yield


def _token() -> str:
    return CLOSED["mail:returns"].headers["Authorization"].removeprefix("Bearer ")


def closed_nouns(folder: Path) -> dict[str, Noun]:
    """Within ``opening``: each is published once; beside it, what was not."""
    _letter(folder / "courriels")
    size = checkpoints.sign_checkpoint().size
    dump = dumps.build(date(2026, 3, 10))[0]
    published, trial = _allotted()
    day, none = {"day": dump.day}, {"slug": "rien-ici"}
    return {
        "letter": Noun({"name": LETTER, "number": 0}),
        "checkpoint": Noun({"size": size}, hidden=[({"size": NO_SIZE}, {"size": NO_SIZE - 1})]),
        "dump": Noun(day | {"name": dump.name}, hidden=[(day | {"name": "journal.json"}, day | {"name": "rien.json"})]),
        "allotted": Noun({"slug": published.convention.slug}, hidden=[({"slug": "c26"}, none)]),
        "allocation": Noun({"slug": trial.convention.slug, "public_id": trial.public_id}),
    }


def _letter(folder: Path) -> None:
    message = EmailMessage()
    message["To"], message["Subject"] = "signataire@demo.invalid", "Essai"
    message.set_content("Bonjour")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="piece.pdf")
    folder.mkdir(parents=True)
    (folder / f"{LETTER}.eml").write_bytes(message.as_bytes())


def _allotted() -> tuple[AllocationRun, AllocationRun]:
    """A trial, and what was published of another; as the worker computes them."""
    now, convention = timezone.now(), wishing.gathering(slug="c25-ateliers")
    wishing.someone(convention, "AC")
    asked = {"convention": convention, "parameters": wishing.PLAIN, "by": None, "at": now}
    published, trial = (try_allocation(seed=seed, **asked) for seed in ("2025", "essai"))
    for run in (published, trial):
        allot_workshops(run.pk, owed=None)
    AllocationRun.objects.filter(pk=published.pk).update(state="published", published_at=now)
    return published, trial
