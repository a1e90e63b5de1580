"""Every bundle of the demonstration, checked by the tool alone: no database, no network. `make faults`.

The best of three runs counts: on a machine that others use, the first one measures them.
"""

import json
import shutil
import subprocess
import sys
import time
from collections import Counter
from statistics import median

import pytest
from django.conf import settings
from django.core.management import call_command

from charter import papers
from charter.models import Signature
from tests.charter import bundles
from tests.charter.test_export_bundles import alone
from tests.reference import loaded

pytestmark = [pytest.mark.faults, pytest.mark.django_db]
MOST_SECONDS = 1.0


@pytest.fixture(scope="module")
def export(django_db_setup, django_db_blocker, tmp_path_factory):
    folder = tmp_path_factory.mktemp("démonstration")
    kept = settings.DATA_DIR, settings.JOURNAL_KEY, settings.DEMO
    settings.DATA_DIR, settings.JOURNAL_KEY, settings.DEMO = folder, bundles.KEY, True
    with loaded(django_db_blocker, "load_facts", "demo_data"):
        for signature in Signature.objects.order_by("pk"):
            papers.seal_now(signature.pk)
        call_command("export_bundles", folder / "export", by="nationale@demo.invalid")
        states = Counter(Signature.objects.values_list("proof_level", flat=True))
        yield folder / "export", states
    settings.DATA_DIR, settings.JOURNAL_KEY, settings.DEMO = kept


def judged(folder, file) -> tuple[float, dict]:
    """Seconds of a whole run, its interpreter's start included, and the answer."""
    command = [
        *alone(),
        sys.executable,
        "-I",
        "verifier_alliance.py",
        file.name,
        "--cles",
        "alliance-keys.json",
        "--json",
    ]
    started = time.monotonic()
    done = subprocess.run(command, cwd=folder, env={"PATH": "/usr/bin:/bin"}, capture_output=True, check=False)
    return time.monotonic() - started, json.loads(done.stdout)[0]


def test_all_verify_without_database_nor_network_in_a_second_each(export):
    folder, levels = export
    files = sorted(folder.glob("preuve-*.zip"))
    answers = [min((judged(folder, file) for _ in range(3)), key=lambda each: each[0]) for file in files]
    states, seconds = Counter(answer["etat"] for _, answer in answers), [took for took, _ in answers]
    print(f"\n{len(files)} bundles: {dict(states)}, {dict(levels)}")
    print(f"median {median(seconds):.2f} s, most {max(seconds):.2f} s")
    print("network unshared" if alone() else "the kernel does not let us unshare the network")
    assert len(files) == levels.total() > 150
    assert states["altérée"] == states["inconnu"] == 0
    assert not any("NON VÉRIFIÉ" in line for _, answer in answers for line in answer["non_prouve"])
    assert max(seconds) <= MOST_SECONDS


def test_control_the_keys_of_another_portal_and_one_changed_byte_are_told(export, tmp_path):
    folder, _ = export
    file = next(folder.glob("preuve-*.zip"))
    shutil.copytree(folder, tmp_path / "other", ignore=shutil.ignore_patterns("preuve-*"))
    spoilt = tmp_path / "other" / file.name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    spoilt.write_bytes(content)
    assert judged(tmp_path / "other", spoilt)[1]["etat"] == "altérée"
