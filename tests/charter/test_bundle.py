"""The bundle of a signature and the tool that reads it without us: every state, and what somebody outside has kept."""

import io
import json
import zipfile
from itertools import islice
from random import Random

import pytest

from alliance.lib.errors import Conflict
from alliance.proof import checkpoints, journal, keys, notes, tree
from alliance.proof.models import Checkpoint
from charter import papers
from charter.bundle import bundle, file_name, pack
from tests import builders
from tests.charter import bundles, mutations

pytestmark = pytest.mark.django_db
NAMES = [
    "manifest.json", "manifest.sig", "evidence.json", "charter.json", "consent.txt", "attestation.pdf", "dossier.pdf",
    "journal.json", "checkpoint", "openings.json",
]  # fmt: skip


@pytest.fixture(autouse=True)
def journal_key(settings, stored, sealing):
    settings.JOURNAL_KEY = bundles.KEY


@pytest.fixture(scope="module")
def tool():
    return bundles.verifier()


@pytest.fixture
def signature():
    return bundles.standing()


def words(answer: dict) -> tuple[str, int]:
    return answer["etat"], answer["code"]


def told(tool, signature, **given) -> dict:
    return tool.judged(bundle(signature), keys.document(), *given.values())


def test_a_signature_that_stands_is_valid(tool, signature):
    answer = told(tool, signature)
    assert words(answer) == ("valide", 0), answer["phrase"]
    assert answer["phrase"].startswith(f"Signature valide ({signature.code}, version 2020, signée le ")
    assert "NON VÉRIFIÉ" not in " ".join(answer["non_prouve"])
    assert len(answer["controle"]) == 6


def test_its_time_is_checked_too(tool, authority):
    answer = told(tool, bundles.standing())
    assert words(answer) == ("valide", 0), answer["phrase"]
    assert sum("horodaté" in line and "par CN=Horodatage d’essai" in line for line in answer["controle"]) == 2


def test_it_is_an_ordinary_archive(signature):
    made = bundle(signature)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == NAMES
        assert archive.read("consent.txt").decode() == signature.consent_text
    assert mutations.unpack(made)["checkpoint"].decode() == checkpoints.latest_text()
    assert file_name(signature) == f"preuve-{signature.code}.zip"


def test_each_state_is_told_in_one_word(tool):
    pending = bundles.Life("En attente").sign()
    refused = bundles.Life("Refusé")
    ended = refused.refuse(refused.sign())
    contested = bundles.Life("Contesté")
    doubtful = contested.countersign(contested.sign())
    contested.contest()
    leaver = bundles.Life("Parti")
    left = leaver.countersign(leaver.sign())
    leaver.withdraw()
    old = bundles.Life("Ancien")
    former = old.countersign(old.sign(0))
    expected = {pending: "en attente", ended: "refusée", doubtful: "contestée", left: "retirée", former: "remplacée"}
    for each in expected:
        papers.seal_now(each.pk)
    assert {each: told(tool, each)["etat"] for each in expected} == expected
    assert {told(tool, each)["code"] for each in expected} == {1}


def test_a_signature_that_another_follows_is_superseded(tool):
    life = bundles.Life()
    first = life.countersign(life.sign(0))
    second = life.countersign(life.sign(1))
    for each in (first, second):
        papers.seal_now(each.pk)
    assert [told(tool, each)["etat"] for each in (first, second)] == ["remplacée", "valide"]


def test_papers_that_wait_for_their_seal_are_never_called_verified(tool, settings):
    settings.DEMO, settings.SEAL_P12 = False, ""
    answer = told(tool, bundles.standing(sealed=False))
    assert words(answer) == ("valide", 0), answer["phrase"]
    assert answer["non_prouve"][:2] == [
        "attestation.pdf : NON VÉRIFIÉ, son cachet est en attente",
        "dossier.pdf : NON VÉRIFIÉ, son cachet est en attente",
    ]
    assert not any("pdf" in line for line in answer["controle"])


def test_erased_clear_values_leave_it_true(tool, signature):
    journal.erase(subject=signature.code)
    answer = told(tool, signature)
    assert words(answer) == ("valide", 0), answer["phrase"]


def test_a_checkpoint_is_signed_only_when_none_covers_the_leaves(signature):
    bundle(signature)
    once = Checkpoint.objects.count()
    bundle(signature)
    assert Checkpoint.objects.count() == once
    journal.append(kind="k", subject="autre")
    bundle(signature)
    assert Checkpoint.objects.count() == once


def test_without_the_journals_key_there_is_no_bundle(signature, settings):
    settings.JOURNAL_KEY = ""
    with pytest.raises(Conflict) as refusal:
        bundle(signature)
    assert refusal.value.code == "journal_key_missing"


def test_after_a_rotation_both_old_and_new_bundles_hold(tool, signature, settings):
    before, old_keys = bundle(signature), keys.document()
    new = notes.encoded(bytes(range(1, 33)))
    keys.rotate(new=keys.private_key(new))
    settings.JOURNAL_KEY = new
    after = bundle(signature)
    assert words(tool.judged(before, keys.document())) == ("valide", 0)
    assert words(tool.judged(after, keys.document())) == ("valide", 0)
    assert words(tool.judged(after, old_keys)) == ("inconnu", 2)


def test_the_fingerprint_of_the_first_key_is_compared(tool, signature):
    first = keys.history()[0]["fingerprint"]
    made = bundle(signature)
    assert words(tool.judged(made, keys.document(), b"", b"", first.upper())) == ("valide", 0)
    assert words(tool.judged(made, keys.document(), b"", b"", "0" * 64)) == ("inconnu", 2)


def test_a_checkpoint_kept_outside_must_be_of_the_same_journal(tool, signature):
    kept = checkpoints.sign_checkpoint()
    journal.append(kind="k", subject="autre")
    checkpoints.sign_checkpoint()
    papers.seal_now(signature.pk)
    made = bundle(signature)
    size = checkpoints.latest().size
    proof = json.dumps({"consistency_proof": [notes.encoded(each) for each in tree.consistency_proof(kept.size, size)]})
    answer = tool.judged(made, keys.document(), kept.text.encode(), proof.encode())
    assert words(answer) == ("valide", 0), answer["phrase"]
    assert any("dans l’arbre que vous gardez" in line for line in answer["controle"])
    assert words(tool.judged(made, keys.document(), kept.text.encode())) == ("altérée", 2)
    assert words(tool.judged(made, keys.document(), checkpoints.latest_text().encode())) == ("valide", 0)
    spoilt = proof.replace(proof[24:28], "AAAA", 1)
    assert words(tool.judged(made, keys.document(), kept.text.encode(), spoilt.encode())) == ("altérée", 2)


def test_a_journal_that_was_rewritten_and_signed_again_does_not_pass_for_the_one_kept_outside(tool, signature):
    made, kept = bundle(signature), checkpoints.latest()
    _, private = keys.signing()
    forged = notes.sign(kept.key.origin, kept.size, bytes(32), private)
    assert words(tool.judged(made, keys.document(), kept.text.encode())) == ("valide", 0)
    assert words(tool.judged(made, keys.document(), forged.encode())) == ("altérée", 2)


@pytest.mark.parametrize("given", [b"", b"PK", b"PK\3\4" + bytes(60), b"{}", bytes(50_000_000)])
def test_anything_at_all_gets_a_sentence(tool, given):
    answer = tool.judged(given, b"{}")
    assert answer["code"] == 2
    assert answer["phrase"].endswith(".")


def test_of_a_few_hundred_mutations_none_is_accepted(tool, signature):
    given, history = [bundle(signature), bundle(bundles.standing())], keys.document()
    found = islice(mutations.mutants(Random(3), given, history), 300)
    assert [kind for kind, made, known in found if tool.judged(made, known)["code"] < 2] == []
    assert [tool.judged(each, history)["etat"] for each in given] == ["valide", "valide"]
    assert pack(mutations.unpack(given[0])) == given[0]


def test_a_signature_of_an_earlier_register_has_no_bundle(case):
    with pytest.raises(Conflict) as refusal:
        bundle(builders.signature(case.organisation, case.version, signer=case.signer, mandate=case.mandate))
    assert refusal.value.code == "not_in_journal"


def test_a_person_who_changes_address_leaves_it_true(tool, signature):
    signature.signer.email = "autre@test.invalid"
    signature.signer.save(update_fields=["email"])
    assert words(told(tool, signature)) == ("valide", 0)
