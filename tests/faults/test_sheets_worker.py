"""Spreadsheets in the real worker: killed halfway, given up, whole sizes, and a hundred hostile files."""

import os
import threading
import time
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now

from alliance.lib.models import Change
from alliance.outbox.models import Owed
from alliance.portal.sheets import acts, exporting
from alliance.portal.sheets.nouns import NOUNS
from partners.models import (
    Agreement,
    AgreementVersion,
    Membership,
    Organisation,
    SheetExport,
    SheetImport,
    SheetProgress,
    User,
)
from tests import builders
from tests.lib import hostile_sheets
from tests.outbox.test_faults import wait_for
from tests.portal.sheets_at_hand import csv_of

pytestmark = pytest.mark.faults
MORE_MEMORY = 150_000_000
MANY = 20_000  # so that there is a middle to be killed in
MAYBE_READ = ("abîmé", "coupé")
WRITTEN = {"organisations": "summary", "agreements": "title", "people": "job_title"}
"""Of each noun, what the files of these tests change."""


@pytest.fixture
def worker(programs, broker, settings, tmp_path):
    """Starts one, on the files of the test."""
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        }
    }
    programs.environment |= {"DATA_DIR": str(tmp_path)}
    broker.start()
    programs.relay()
    return programs.worker


@pytest.fixture
def agent(transactional_db):
    return builders.staff()


def populate(count: int, noun: str = "organisations") -> None:
    rows = (
        Organisation(kind="local", name=f"Organisation {n:05}", slug=f"o-{n}", summary="Avant", source="essai")
        for n in range(count)
    )
    leads = Organisation.objects.bulk_create(rows, batch_size=2_000)
    if noun == "agreements":
        rows = (Agreement(organisation=lead, title="Avant", kind="mecenat") for lead in leads)
        made = Agreement.objects.bulk_create(rows, batch_size=2_000)
        AgreementVersion.objects.bulk_create((AgreementVersion(agreement=one) for one in made), batch_size=2_000)
    if noun == "people":
        rows = (User(email=f"p-{n}@essai.invalid", full_name=f"Personne {n}") for n in range(count))
        people = User.objects.bulk_create(rows, batch_size=2_000)
        rows = (
            Membership(user=user, organisation=lead, job_title="Avant")
            for user, lead in zip(people, leads, strict=True)
        )
        Membership.objects.bulk_create(rows, batch_size=2_000)


def deposited(agent, content: bytes, name="export.csv", noun="organisations") -> SheetImport:
    return acts.deposit(noun=noun, upload=SimpleUploadedFile(name, content), by=agent)


def until(sheet, *states: str, seconds: float = 120) -> None:
    def there() -> bool:
        sheet.refresh_from_db()
        return sheet.state in states

    wait_for(there, seconds=seconds)


def edited(agent, count: int, noun: str = "organisations") -> bytes:
    """Our own file, one cell changed in each of its first ``count`` lines."""
    key = WRITTEN[noun]
    return csv_of(NOUNS[noun], agent, lambda n, cells: cells | {key: f"Après {n}"} if n < count else cells)


def before(noun: str):
    """The rows that stand as they did."""
    return NOUNS[noun].model.objects.filter(**{WRITTEN[noun]: "Avant"})


def halfway(sheet) -> bool:
    progress = SheetProgress.objects.get(sheet=sheet)
    return 0 < progress.done < progress.total


@pytest.mark.parametrize("noun", ["organisations", "agreements"])
def test_a_worker_killed_halfway_leaves_nothing_and_another_takes_the_batch_up(programs, worker, agent, noun):
    populate(MANY, noun)
    first = worker()
    sheet = deposited(agent, edited(agent, MANY, noun), noun=noun)
    until(sheet, "compared")
    acts.begin(sheet=sheet, motive="essai")
    wait_for(lambda: halfway(sheet))
    programs.kill(first)
    sheet.refresh_from_db()
    assert (sheet.state, acts.has_stopped(sheet)) == ("applying", False)
    assert not Change.objects.filter(batch=sheet.public_id).exists()
    assert before(noun).count() == MANY
    Owed.objects.pending().update(lease_until=Now(), due_at=Now())  # a minute passes
    worker()
    until(sheet, "applied")
    assert sheet.rows.filter(outcome="applied").count() == MANY
    table = NOUNS[noun].model._meta.db_table
    assert Change.objects.filter(batch=sheet.public_id, noun=table).count() == MANY
    assert not before(noun).exists()


def test_work_that_is_stopped_leaves_nothing_of_itself(worker, agent):
    populate(MANY)
    worker()
    sheet = deposited(agent, edited(agent, MANY))
    until(sheet, "compared")
    acts.begin(sheet=sheet, motive="essai")
    wait_for(lambda: halfway(sheet))
    acts.give_up(sheet=sheet)
    until(sheet, "compared", seconds=20)
    assert not Organisation.objects.exclude(summary="Avant").exists()
    acts.begin(sheet=sheet, motive="essai")
    until(sheet, "applied")
    assert not Organisation.objects.filter(summary="Avant").exists()


def test_an_export_is_made_again_after_a_kill_and_can_be_stopped(programs, worker, agent):
    populate(8_000)
    first = worker()
    export = exporting.ask(noun="organisations", by=agent)
    wait_for(lambda: SheetExport.objects.get(pk=export.pk).done > 0)
    programs.kill(first)
    export.refresh_from_db()
    assert (export.state, export.file.name) == ("making", "")
    stopped = exporting.ask(noun="people", by=agent)
    exporting.give_up(export=stopped)
    Owed.objects.pending().update(lease_until=Now(), due_at=Now())
    worker()
    until(export, "ready")
    until(stopped, "cancelled")
    assert export.file.size > 100_000


class Memory:
    """The most that a worker and its readers have held together, in bytes."""

    def __init__(self, worker):
        self.group, self.most, self.over = worker.pid, 0, threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def __enter__(self):
        self.base = self.now()
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.over.set()
        self.thread.join()

    def watch(self) -> None:
        while not self.over.wait(0.02):
            self.most = max(self.most, self.now())

    def now(self) -> int:
        running = (each.name for each in Path("/proc").iterdir() if each.name.isdigit())
        return sum(proportional(pid) for pid in running if self.is_of_group(pid))

    def is_of_group(self, pid: str) -> bool:
        try:
            return os.getpgid(int(pid)) == self.group
        except OSError:
            return False

    @property
    def more(self) -> int:
        return self.most - self.base


def proportional(pid: str) -> int:
    """What a process holds, pages that several share counted once among them."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def warmed(worker, agent):
    """A worker that has read one file already."""
    process = worker()
    sheet = deposited(agent, b"Nom;Note\r\nA;B\r\n")
    until(sheet, "matching")
    return process


def test_a_hundred_hostile_files_get_a_sentence_each_and_change_nothing(worker, agent):
    populate(10)
    process, before = warmed(worker, agent), list(Organisation.objects.order_by("pk").values())
    sheets = {}
    with Memory(process) as memory:
        for name, content in hostile_sheets.all_of_them():
            if not 0 < len(content) <= 30_000_000:  # refused by the page, before any worker
                continue
            sheets[name] = deposited(agent, content, name)
            until(sheets[name], "refused", "matching", "compared")
    assert len(sheets) >= 100
    silent = [name for name, sheet in sheets.items() if not words_of(sheet) and not name.startswith(MAYBE_READ)]
    assert silent == []
    assert [name for name, sheet in sheets.items() if sheet.state == "refused" and sheet.rows.exists()] == []
    assert Owed.objects.exclude(last_error="").count() == Owed.objects.pending().count() == 0
    assert list(Organisation.objects.order_by("pk").values()) == before
    assert memory.more <= MORE_MEMORY, f"{memory.more / 1e6:.0f} MB more"
    assert process.poll() is None
    print(f"\n{len(sheets)} files, {memory.more / 1e6:.0f} MB more")


def words_of(sheet: SheetImport) -> str:
    """The sentence of the refusal, or of its first wrong cell."""
    if sheet.refusal:
        return sheet.refusal if sheet.refusal[0].isupper() and sheet.refusal.endswith((".", "?")) else ""
    found = sheet.rows.exclude(wrong={}).first()
    return next(iter(found.wrong.values())) if found else ""


@pytest.mark.parametrize("noun", WRITTEN)
def test_fifty_thousand_rows_are_compared_applied_and_taken_back_within_the_memory_promised(worker, agent, noun):
    populate(50_000, noun)
    process, content = warmed(worker, agent), edited(agent, 50_000, noun)
    said = [noun]
    with Memory(process) as memory:
        sheet = timed(said, "read and compared", lambda: deposited(agent, content, noun=noun), "compared")
        assert sheet.counts() == {"changed": 50_000}
        timed(said, "applied", lambda: acts.begin(sheet=sheet, motive="essai") or sheet, "applied")
        assert not before(noun).exists()
        timed(said, "taken back", lambda: acts.begin_undo(sheet=sheet) or sheet, "undone")
        timed(said, "exported", lambda: exporting.ask(noun=noun, by=agent), "ready")
    assert before(noun).count() == 50_000
    said.append(f"{memory.more / 1e6:.0f} MB more")
    print("\n" + ", ".join(said))
    assert memory.more <= MORE_MEMORY, said


def timed(said: list[str], what: str, begin, state: str):
    started = time.monotonic()
    row = begin()
    until(row, state, seconds=1_500)
    said.append(f"{what} in {time.monotonic() - started:.0f} s")
    return row
