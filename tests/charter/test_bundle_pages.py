"""The bundle for those entitled, the offline tool for everybody, and the steps by hand, followed to the letter."""

import hashlib
import html
import re
import shutil
import subprocess

import pytest

from alliance.proof import keys
from charter.bundle import VERIFIER, bundle
from charter.models import EvidenceEvent
from tests import builders
from tests.charter import bundles, mutations
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def signature(settings, stored, sealing):
    settings.JOURNAL_KEY = bundles.KEY
    return bundles.standing()


def url(signature) -> str:
    return f"/espace/preuves/{signature.code}.zip"


def readings(signature) -> list[tuple]:
    reads = EvidenceEvent.objects.filter(signature=signature, kind="evidence_read")
    return [(read.person, read.details["door"]) for read in reads]


def test_the_signatory_takes_the_bundle_away_and_the_reading_is_in_it(signature):
    response = signed_in(signature.signer).get(url(signature))
    assert (response.status_code, response["Content-Type"]) == (200, "application/zip")
    assert response["Content-Disposition"] == f'attachment; filename="preuve-{signature.code}.zip"'
    assert response["Cache-Control"] == "private, no-store"
    assert bundles.verifier().judged(response.content, keys.document())["etat"] == "valide"
    assert readings(signature) == [(signature.signer, "bundle")]
    assert b"evidence_read" in mutations.unpack(response.content)["evidence.json"]


def test_a_head_notes_nothing(signature):
    assert signed_in(signature.signer).head(url(signature)).status_code == 200
    assert readings(signature) == []


def test_a_stranger_finds_nothing_and_a_visitor_signs_in(signature, client):
    assert signed_in(builders.user()).get(url(signature)).status_code == 404
    assert client.get(url(signature)).status_code == 302
    assert readings(signature) == []


def test_without_the_journals_key_a_sentence_says_so_and_no_reading_is_noted(signature, settings):
    settings.JOURNAL_KEY = ""
    response = signed_in(signature.signer).get(url(signature))
    assert response.status_code == 409
    assert "Aucune clé du journal n’est donnée" in html.unescape(response.content.decode())
    assert readings(signature) == []


def test_the_tool_is_offered_with_its_digest(client):
    page, file = client.get("/verifier/outil/"), client.get("/verifier/outil/verifier_alliance.py")
    assert file.content == VERIFIER.read_bytes()
    assert hashlib.sha256(file.content).hexdigest() in page.content.decode()
    assert file["Content-Disposition"] == 'attachment; filename="verifier_alliance.py"'
    assert "ZIP" not in re.findall(r"notice.*?</", page.content.decode())


def test_a_bundle_dropped_on_the_page_is_sent_to_the_tool(client, signature):
    from django.core.files.uploadedfile import SimpleUploadedFile

    dropped = SimpleUploadedFile("preuve.zip", bundle(signature))
    response = client.post("/verifier/", {"fichier": dropped})
    assert (response.status_code, response.url) == (302, "/verifier/outil/?dossier")
    assert "ne l’envoyez pas ici" in html.unescape(client.get(response.url).content.decode())


def commands(client) -> list[str]:
    page = client.get("/verifier/outil/").content.decode()
    return [html.unescape(each) for each in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", page, re.DOTALL)]


def run(command: str, folder) -> str:
    done = subprocess.run(["sh", "-ec", command], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.fixture
def unpacked(signature, tmp_path, client):
    if not (shutil.which("openssl") and shutil.which("pdfsig")):
        pytest.skip("skipped: no openssl or no pdfsig (poppler-utils)")
    folder = tmp_path / "by-hand"
    folder.mkdir()
    (folder / "preuve.zip").write_bytes(bundle(signature))
    (folder / "alliance-keys.json").write_bytes(keys.document())
    return folder


def test_the_steps_by_hand_lead_to_what_the_page_says(client, unpacked):
    opened, digests, manifest, checkpoint, leaf, text, seal = commands(client)
    assert run(opened, unpacked) == ""
    files, told = mutations.unpack((unpacked / "preuve.zip").read_bytes()), run(digests, unpacked)
    for name in ("charter.json", "consent.txt", "evidence.json", "attestation.pdf", "dossier.pdf", "journal.json"):
        assert told.count(hashlib.sha256(files[name]).hexdigest()) == 2, name
    assert "Signature Verified Successfully" in run(manifest, unpacked)
    assert "Signature Verified Successfully" in run(checkpoint, unpacked)
    (unpacked / "gauche").write_text("QQ==")
    (unpacked / "droite").write_text("Qg==")
    assert len(run(leaf, unpacked).split()) == 2
    said = run(text, unpacked)
    for name in ("charter.json", "consent.txt"):
        assert said.count(hashlib.sha256(files[name]).hexdigest()) == 2, name
    shown = run(seal, unpacked)
    assert "Signature is Valid." in shown
    assert "Total document signed" in shown
    fingerprint = re.search(r"Fingerprint=([0-9A-F:]+)", shown)[1].replace(":", "").lower()
    assert f'\\"seal\\":\\"{fingerprint}' in files["journal.json"].decode()


def test_control_the_steps_by_hand_refuse_what_was_changed(client, unpacked):
    opened, _, manifest, checkpoint, *_ = commands(client)
    run(opened, unpacked)
    for name, command in (("manifest.json", manifest), ("checkpoint", checkpoint)):
        file = unpacked / "preuve" / name
        content = file.read_bytes()
        file.write_bytes(bytes([content[0] ^ 1]) + content[1:])  # within what is signed, whatever it says
        assert "Signature Verification Failure" in run(command, unpacked)
