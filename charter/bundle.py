"""The bundle: all that proves one signature, in a ZIP that has one form only, checked by ``verifier`` without us.

Its manifest lists every other file and is signed by the journal's key. Whoever changes a byte or leaves a file out is
told on; so is the holder of that key, for all that a leaf of the journal says.
"""

import hashlib
import struct
import zlib
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.proof import checkpoints, cms, journal, keys, seal, tree
from alliance.proof.models import Checkpoint, Clear, JournalEntry, PublicKey
from alliance.proof.notes import encoded
from charter import dossier, evidence, papers
from charter.models import CharterVersion, Signature

FORMAT = "alliance-bundle/1"
VERIFIER = Path(__file__).parent / "verifier" / "verifier_alliance.py"
TRIES = 3
VERSION, DATE, FILE_MODE = 10, 33, 0o100644 << 16  # stored; 1 January 1980, ZIP's first day; a plain file
type Files = dict[str, bytes]


def file_name(signature: Signature) -> str:
    return f"preuve-{signature.code}.zip"


def bundle(signature: Signature) -> bytes:
    """Everything as it stands now. Raises Conflict as ``checkpoints.sign_checkpoint``, and "busy".

    Call it outside the transaction of an act: a checkpoint is signed when none covers every leaf of the signature.
    """
    require_ready(signature)
    for _ in range(TRIES):
        signature = Signature.objects.select_related("organisation", "version", "signer", "mandate", "withdrawal").get(
            pk=signature.pk
        )
        leaves = leaves_of(signature)
        files = contents(signature, leaves)
        if leaves_of(signature) == leaves:  # else something happened meanwhile, and the files may disagree
            return signed(signature, files)
    raise Conflict("Cette signature change à l’instant : recommencez.", code="busy")


def require_ready(signature: Signature) -> None:
    """Raises Conflict when a bundle of it could not be signed now, or has nothing to stand on."""
    with transaction.atomic():
        keys.signing()
    if not JournalEntry.objects.filter(subject=signature.code, kind="signed").exists():
        raise Conflict("Cette signature vient d’un registre antérieur : le journal ne l’a pas.", code="not_in_journal")


def signed(signature: Signature, files: Files) -> bytes:
    with transaction.atomic():
        key, private = keys.signing()
    manifest = {
        "format": FORMAT,
        "code": signature.code,
        "origin": key.origin,
        "issued_at": journal.instant(timezone.now()),
        "keys": [hashlib.sha256(journal.canonical(row).encode()).hexdigest() for row in keys.history()],
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
            | ({"seal": state_of_seal(content)} if name.endswith(".pdf") else {})
            for name, content in files.items()
        },
    }
    said = journal.canonical(manifest).encode()
    signature_of_manifest = {
        "format": "alliance-bundle-signature/1",
        "key": key.fingerprint,
        "signature": encoded(private.sign(f"{FORMAT}\n".encode() + said)),
    }
    return pack({"manifest.json": said, "manifest.sig": journal.canonical(signature_of_manifest).encode()} | files)


def state_of_seal(pdf: bytes) -> str:
    """« sealed » when the file's own seal holds, else « pending »."""
    try:
        seal.examine(pdf)
    except cms.Untrue:
        return "pending"
    return "sealed"


def leaves_of(signature: Signature) -> list[JournalEntry]:
    """Those of the signature, of the mandates it rests on, of every version of the charter, of every key; in order."""
    subjects = [signature.code, str(signature.mandate.public_id)]
    if signature.withdrawal:
        subjects.append(str(signature.withdrawal.mandate.public_id))
    subjects += [f"charter/{slug}" for slug in CharterVersion.objects.published().values_list("slug", flat=True)]
    subjects += PublicKey.objects.values_list("fingerprint", flat=True)
    return list(JournalEntry.objects.filter(subject__in=subjects).order_by("position"))


def contents(signature: Signature, leaves: list[JournalEntry]) -> Files:
    checkpoint = covering(leaves[-1].position)
    version = signature.version
    return {
        "evidence.json": journal.canonical(evidence.document(signature)).encode(),
        "charter.json": version.canonical(list(version.articles.all())),
        "consent.txt": signature.consent_text.encode(),
        "attestation.pdf": papers.read(signature),
        "dossier.pdf": dossier.dossier(signature),
        "journal.json": journal.canonical(proofs(leaves, checkpoint.size)).encode(),
        "checkpoint": checkpoint.text.encode(),
        "openings.json": journal.canonical(openings(signature, leaves)).encode(),
    }


def covering(position: int) -> Checkpoint:
    """The last checkpoint when it covers the entry, or one that is signed now. Raises Conflict."""
    last = checkpoints.latest()
    return last if last and position < last.size else checkpoints.sign_checkpoint()


def proofs(leaves: list[JournalEntry], size: int) -> dict[str, journal.Fact]:
    shown = [
        {"leaf": leaf.leaf, "proof": [encoded(found) for found in tree.inclusion_proof(leaf.position, size)]}
        for leaf in leaves
    ]
    return {"format": "alliance-journal/1", "size": size, "leaves": shown}


def openings(signature: Signature, leaves: list[JournalEntry]) -> dict[str, journal.Fact]:
    """What opens the commitments of this signature's leaves and of its mandates; what was erased is left out."""
    shown = [leaf.pk for leaf in leaves if not leaf.subject.startswith("charter/")]
    clears = Clear.objects.filter(entry__in=shown).select_related("entry").order_by("entry__position", "name")
    opened = [
        {"position": c.entry.position, "name": c.name, "salt": encoded(bytes(c.salt)), "value": c.value} for c in clears
    ]
    return {
        "format": "alliance-openings/1",
        "openings": sorted(opened, key=lambda each: (each["position"], each["name"])),
    }


def pack(files: Files) -> bytes:
    """The one ZIP of these files, in this order: stored, nothing optional in it, so that a verifier makes it again."""
    body, directory = b"", b""
    for name, content in files.items():
        common = struct.pack(
            "<5H3I2H", VERSION, 0, 0, 0, DATE, zlib.crc32(content), len(content), len(content), len(name), 0
        )
        place = struct.pack("<3H2I", 0, 0, 0, FILE_MODE, len(body))
        directory += b"PK\1\2" + struct.pack("<H", 3 << 8 | VERSION) + common + place + name.encode()
        body += b"PK\3\4" + common + name.encode() + content
    end = struct.pack("<4H2IH", 0, 0, len(files), len(files), len(directory), len(body), 0)
    return body + directory + b"PK\5\6" + end
