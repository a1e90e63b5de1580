"""The history of keys: each one announced by the one before."""

import base64
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
)
from django.core.management import CommandError, call_command

from alliance.lib.errors import Conflict
from alliance.proof import checkpoints, journal, keys
from alliance.proof.models import JournalEntry, PublicKey

FIRST, SECOND = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))


def seed(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.private_bytes_raw()).decode()


def pem(key) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture(autouse=True)
def journal_key(settings, tmp_path):
    settings.SITE_HOST, settings.JOURNAL_KEY, settings.DATA_DIR = "portail.test", seed(FIRST), tmp_path


@pytest.mark.parametrize("written", [seed(FIRST), pem(FIRST), pem(FIRST).replace("\n", "\\n"), f" {seed(FIRST)}\n"])
def test_a_key_is_read_as_pem_or_as_the_base64_of_its_seed(written):
    assert keys.private_key(written).private_bytes_raw() == FIRST.private_bytes_raw()


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP256R1())])
def test_a_key_of_another_kind_is_refused(key):
    with pytest.raises(Conflict) as refusal:
        keys.private_key(pem(key))
    assert refusal.value.code == "journal_key_unreadable"


@pytest.mark.django_db
def test_the_first_key_is_announced_with_the_first_checkpoint():
    checkpoints.sign_checkpoint()
    row = keys.history()[0]
    der = base64.b64decode(row["public_key"])
    assert load_der_public_key(der) == FIRST.public_key()
    assert row == {
        "format": "alliance-key/1",
        "kind": "journal",
        "algorithm": "Ed25519",
        "origin": "portail.test/journal",
        "public_key": base64.b64encode(keys.der(FIRST.public_key())).decode(),
        "fingerprint": keys.fingerprint(der),
        "valid_from": journal.instant(PublicKey.objects.get().valid_from),
        "signed_by": None,
        "signature": None,
        "note_key": row["note_key"],
    }


def announcement(row: dict) -> bytes:
    """What a stranger reads from the published history: all but the signature and the key in another form."""
    kept = {name: value for name, value in row.items() if name not in ("signature", "note_key")}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.django_db
def test_a_new_key_is_signed_by_the_former_and_signs_from_then_on(settings):
    checkpoints.sign_checkpoint()
    assert keys.rotate(new=SECOND) == keys.in_force()
    first, second = keys.history()
    FIRST.public_key().verify(base64.b64decode(second["signature"]), announcement(second))
    with pytest.raises(InvalidSignature):
        FIRST.public_key().verify(base64.b64decode(second["signature"]), announcement(second | {"kind": "seal"}))
    assert second["signed_by"] == first["fingerprint"]
    assert json.loads(JournalEntry.objects.get().leaf)["facts"] == {
        "key_kind": "journal",
        "signed_by": first["fingerprint"],
    }
    with pytest.raises(Conflict) as refusal:
        checkpoints.sign_checkpoint()
    assert refusal.value.code == "journal_key_not_in_force"
    settings.JOURNAL_KEY = seed(SECOND)
    assert checkpoints.sign_checkpoint().key.fingerprint == second["fingerprint"]
    assert keys.broken_links() == []


@pytest.mark.django_db
def test_a_seal_key_is_announced_by_the_journal_key_once():
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    key = keys.announce(kind="seal", public_key=der, algorithm="ECDSA P-256")
    assert keys.announce(kind="seal", public_key=der, algorithm="ECDSA P-256") == key
    assert [(row["kind"], row["algorithm"], "note_key" in row) for row in keys.history()] == [
        ("journal", "Ed25519", True),
        ("seal", "ECDSA P-256", False),
    ]
    assert keys.in_force().kind == "journal"
    assert keys.broken_links() == []


@pytest.mark.django_db
def test_a_key_that_the_former_did_not_announce_is_found():
    checkpoints.sign_checkpoint()
    first = keys.in_force()
    der = keys.der(SECOND.public_key())
    forged = PublicKey.objects.create(
        kind="journal", algorithm="Ed25519", origin=first.origin, public_key=der, fingerprint=keys.fingerprint(der),
        valid_from=first.valid_from, signed_by=first, signature=SECOND.sign(b"moi"),
    )  # fmt: skip
    assert keys.broken_links() == [forged.fingerprint]


@pytest.mark.django_db
def test_the_command_keeps_the_new_key_in_the_state_folder(tmp_path, settings, capsys):
    kept = tmp_path / "journal-key"
    kept.write_text(seed(FIRST))
    checkpoints.sign_checkpoint()
    call_command("rotate_journal_key")
    assert keys.private_key(kept.read_text()).public_key() == keys.ed25519(keys.in_force())
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "Redémarrez le portail" in capsys.readouterr().out
    settings.JOURNAL_KEY = kept.read_text().strip()
    assert checkpoints.sign_checkpoint().key == keys.in_force()


@pytest.mark.django_db
def test_the_command_takes_a_key_that_is_given_and_may_be_run_again(tmp_path, capsys):
    new = tmp_path / "new.pem"
    new.write_text(pem(SECOND))
    for _ in range(2):
        call_command("rotate_journal_key", new_key=new)
        assert "dans JOURNAL_KEY, puis redémarrez" in capsys.readouterr().out
    assert [row["fingerprint"] for row in keys.history()][1:] == [keys.fingerprint(keys.der(SECOND.public_key()))]
    assert new.read_text() == pem(SECOND)


@pytest.mark.django_db
def test_the_command_refuses_without_the_key_in_force(settings):
    settings.JOURNAL_KEY = ""
    with pytest.raises(CommandError, match="Aucune clé du journal"):
        call_command("rotate_journal_key")
