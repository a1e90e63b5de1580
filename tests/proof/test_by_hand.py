"""docs/verification.md, followed by hand: its commands, as they are written there, on what the portal publishes."""

import base64
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from alliance.proof import checkpoints, journal

DOC = Path(__file__).parents[2] / "docs" / "verification.md"
FETCH = re.compile(r"curl -s https://portail\.example\.fr(\S+) > (\S+)")


@pytest.fixture(autouse=True)
def published(settings):
    settings.SITE_HOST = "portail.example.fr"
    settings.JOURNAL_KEY = base64.b64encode(bytes(range(32))).decode()
    for number in range(20):
        journal.append(kind="k", subject=f"s-{number}", facts={"mot": "été"})
    checkpoints.sign_checkpoint()


def blocks() -> list[str]:
    """The shell blocks that fetch something."""
    return [block for block in re.findall(r"```\n(.*?)```", DOC.read_text("utf-8"), re.DOTALL) if "curl" in block]


def follow(block: str, folder: Path, client) -> str:
    for path, name in FETCH.findall(block):
        (folder / name).write_bytes(client.get(path).content)
    script = FETCH.sub(":", block)
    return subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, text=True, check=False).stdout


@pytest.mark.django_db
@pytest.mark.skipif(shutil.which("openssl") is None, reason="skipped: no openssl")
def test_the_steps_of_the_document_lead_to_what_it_says(tmp_path, client):
    leaf, checkpoint = blocks()
    assert follow(leaf, tmp_path, client).strip() == client.get("/api/v1/journal/entries/12/").json()["leaf_hash"]
    assert follow(checkpoint, tmp_path, client).strip() == "Signature Verified Successfully"
    spoilt = checkpoint.replace("head -n 3 checkpoint", "head -n 3 checkpoint | sed s/20/21/")
    assert follow(spoilt, tmp_path, client).strip() == "Signature Verification Failure"
