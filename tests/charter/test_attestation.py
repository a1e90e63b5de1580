"""The attestation: who, for whom, with what power, what text, when, how; one accessible file, the same each time."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import timezone

from alliance.proof import journal
from charter import pdf
from charter.actions import reserve_challenge, sign_charter_with_key
from charter.models import Signature, consent_text
from tests import builders

pytestmark = pytest.mark.django_db
TEMPLATES = Path(__file__).parents[2] / "templates"


@pytest.fixture
def signature(case) -> Signature:
    return builders.signature(
        case.organisation,
        case.version,
        signer=case.signer,
        countersigned=False,
        signed_at=datetime(2026, 3, 29, 0, 59, 5, tzinfo=UTC),
        organisation_siren="000000000",
    )


def test_it_answers_the_six_questions(case, signature):
    entry = journal.append(kind="signed", subject=signature.code)
    told = pdf.facts(signature)
    assert (told["signer"], told["job_title"], told["email"]) == ("Camille Essai", "présidente", "camille@test.invalid")
    assert (told["organisation"], told["siren"]) == ("Réseau d’essai", "000\u00a0000\u00a0000")
    assert told["power"] == "représentation légale (statuts)"
    assert (told["version"], told["digest"]) == ("2020", case.version.digest)
    assert told["signed"] == "29 mars 2026 à 1\u00a0h\u00a059\u00a0min\u00a005\u00a0s, heure de Paris (UTC+01:00)"
    assert told["how"].startswith("Code à 6 chiffres")
    assert told["leaf"] == f"n° {entry.position}, empreinte {bytes(entry.leaf_hash).hex()}"
    assert told["url"].endswith(f"/verifier/{signature.code}/")


def test_it_tells_that_an_access_key_signed(case, key):
    challenge = reserve_challenge(**case.act, user=case.signer, session="s").challenge
    proof = {"credential": key.answer(challenge), "session": "s", "consent": consent_text(**case.act)}
    signature = sign_charter_with_key(**case.act, signer=case.signer, mandate=case.mandate, **proof)
    assert pdf.facts(signature)["how"].startswith("Clé d’accès enregistrée sur le compte du signataire")
    assert pdf.attestation(signature).startswith(b"%PDF-1.7")


def test_summer_time_is_told(signature):
    told = pdf.exact_moment(datetime(2026, 3, 29, 1, 0, 0, tzinfo=UTC))
    assert told == "29 mars 2026 à 3\u00a0h\u00a000\u00a0min\u00a000\u00a0s, heure de Paris (UTC+02:00)"


def test_the_file_is_tagged_archivable_titled_and_in_french(signature):
    paper = pdf.attestation(signature)
    assert paper.startswith(b"%PDF-1.7")
    for mark in (b"/MarkInfo", b"/Lang(fr-FR)", b"/DisplayDocTitle true", b"pdfuaid:part", b"pdfaid:conformance"):
        assert mark in paper.replace(b"/Lang (", b"/Lang(")
    assert f"Attestation de signature {signature.code}".encode() in paper


def test_the_bytes_are_the_same_until_something_happens(signature):
    first = pdf.attestation(signature)
    assert pdf.attestation(Signature.objects.get()) == first
    signature.countersigned_at, signature.countersigned_by = timezone.now(), builders.staff()
    signature.save()
    assert pdf.attestation(signature) != first


def test_a_withdrawal_is_told_by_the_next_revision(signature):
    assert pdf.facts(signature)["withdrawn"] == ""
    signature.withdrawn_at = datetime(2026, 7, 1, 10, 0, 0, tzinfo=UTC)
    assert pdf.facts(signature)["withdrawn"].startswith("1er juillet 2026 à 12")


def test_it_compiles_in_every_state_and_with_long_names(case, signature):
    now = timezone.now()
    agent = builders.staff()
    for change in (
        {"countersigned_at": now, "countersigned_by": agent},
        {"contested_at": now},
        {"withdrawn_at": now},
    ):
        Signature.objects.update(**change)
        assert pdf.attestation(Signature.objects.get()).startswith(b"%PDF")
    other = builders.organisation(name="« Réseau » #[x] \\ $ * " + "très long " * 12)
    assert pdf.attestation(builders.signature(other, case.version)).startswith(b"%PDF")


def test_no_text_of_ours_claims_more_than_a_simple_signature():
    texts = [path for path in TEMPLATES.rglob("*.*") if "charter" in path.parts]
    assert len(texts) > 20
    for path in texts:
        content = path.read_text("utf-8").lower()
        assert not any(word in content for word in ("qualifiée", "avancée", "présumée fiable")), path
