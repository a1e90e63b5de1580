"""The archive copy (B-LTA): what it proves, that it is one exact form, and that an independent validator agrees."""

import io
import random
import re
import shutil
import subprocess
from datetime import UTC, datetime

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import (
    DocumentSecurityStore,
    KeyUsageConstraints,
    SignatureCoverageLevel,
    validate_pdf_signature,
    validate_pdf_timestamp,
)

from alliance.proof import archive, cms, revocation, seal, timestamps
from tests.proof import seals
from tests.proof.test_seal import accepted, flipped, sealed_paper

pytestmark = pytest.mark.filterwarnings("ignore:Parsed a serial number")


def archived(former: bytes, issuer=None) -> bytes:
    """``former`` with one more archive revision; with an issuer, the evidence that it gives."""
    found = seal.examine(former)
    leaves = [found.last_token.certificate] if found.archives else [found.certificate, found.token.certificate]
    known = archive.Evidence()
    for _, evidence in found.archives:
        known = known.with_more(evidence)
    evidence = revocation.evidence(leaves, [issuer.root], datetime.now(UTC)).without(known) if issuer else known
    asked = timestamps.Authority(patient=True)
    return archive.write(former, evidence, asked.room(), lambda digest: asked.stamp(digest).der)


@pytest.fixture
def copy(lasting) -> bytes:
    return archived(sealed_paper(stamped=True), lasting)


def test_the_copy_continues_the_attestation_and_tells_its_times(copy, lasting):
    paper, stages = archive.split(copy)
    assert (copy.startswith(paper), stages) == (True, [copy])
    found = seal.examine(copy)
    [(token, evidence)] = found.archives
    assert found.last_token == token
    assert token.gen_time >= found.stamped_at
    assert list(map(len, evidence.parts)) == [3, 2, 0]  # seal, authority, their root; an answer for each of the two
    assert (found.name, found.authority) == ("Cachet certifié", "Horodatage certifié")


def test_a_copy_is_renewed_by_a_later_authority_and_its_evidence_grows(copy, lasting, authority):
    authority.certify(*lasting.stamping("Horodatage suivant", ends=900 * seals.DAY), chain=[lasting.root])
    twice = archived(copy, lasting)
    found = seal.examine(twice)
    assert [seal.name_of(token.certificate) for token, _ in found.archives] == [
        "Horodatage certifié",
        "Horodatage suivant",
    ]
    lists = re.findall(rb"/Certs \[ ((?:\d+ 0 R )+)\]", twice)
    assert [each.count(b"R") for each in lists] == [3, 3]
    assert seal.examine(archived(twice, lasting)).archives[:2] == found.archives


def test_an_independent_validator_trusts_it_from_what_it_holds_alone(copy, lasting):
    """pyHanko, offline, demanding the state of every certificate: seal, times, and what was added since the seal."""
    for content in (copy, archived(copy, lasting)):
        reader = PdfFileReader(io.BytesIO(content))
        root = asn1_x509.Certificate.load(lasting.root.public_bytes(Encoding.DER))
        demands = {"trust_roots": [root], "allow_fetching": False, "revocation_mode": "require"}
        held = DocumentSecurityStore.read_dss(reader).as_validation_context(demands)
        [signature] = reader.embedded_regular_signatures
        told = validate_pdf_signature(signature, held, held, key_usage_settings=KeyUsageConstraints(key_usage=set()))
        assert (told.intact, told.valid, told.trusted, told.docmdp_ok) == (True, True, True, True)
        assert told.modification_level == ModificationLevel.LTA_UPDATES
        for time in reader.embedded_timestamp_signatures:
            told = validate_pdf_timestamp(time, held)
            assert (told.intact, told.valid, told.trusted) == (True, True, True)
    assert told.coverage == SignatureCoverageLevel.ENTIRE_FILE


def test_control_without_the_evidence_the_same_validator_trusts_nothing(lasting):
    bare = archived(sealed_paper(stamped=True))
    reader = PdfFileReader(io.BytesIO(bare))
    root = asn1_x509.Certificate.load(lasting.root.public_bytes(Encoding.DER))
    demands = {"trust_roots": [root], "allow_fetching": False, "revocation_mode": "require"}
    held = DocumentSecurityStore.read_dss(reader).as_validation_context(demands)
    assert not validate_pdf_timestamp(reader.embedded_timestamp_signatures[0], held).trusted


def test_pdfsig_calls_the_seal_of_the_copy_valid(copy, tmp_path):
    if not shutil.which("pdfsig"):
        pytest.skip("skipped: no pdfsig (poppler-utils)")
    file = tmp_path / "copy.pdf"
    file.write_bytes(copy)
    told = subprocess.run(["pdfsig", file], capture_output=True, text=True, check=False).stdout
    assert told.count("Signature is Valid.") == 1
    assert "Total document signed" in told.partition("Signature #2")[2]  # the time covers all; it is not judged there
    file.write_bytes(archive.split(copy)[0])
    told = subprocess.run(["pdfsig", file], capture_output=True, text=True, check=False).stdout
    assert ("Signature is Valid." in told, "Total document signed" in told) == (True, True)


def test_openssl_verifies_the_time_over_all_by_hand(copy, lasting, tmp_path):
    if not shutil.which("openssl"):
        pytest.skip("skipped: no openssl")
    numbers = re.findall(rb"/ByteRange \[0 (\d{10}) (\d{10}) (\d{10})\]", copy)
    [(before, after, rest)] = [tuple(map(int, each)) for each in numbers]
    (tmp_path / "covered").write_bytes(copy[:before] + copy[after : after + rest])
    held = bytes.fromhex(copy[before + 1 : after - 1].decode())
    (tmp_path / "token").write_bytes(archive._token(held))
    (tmp_path / "roots.pem").write_bytes(lasting.root.public_bytes(Encoding.PEM))
    command = "openssl ts -verify -data covered -in token -token_in -CAfile roots.pem"
    told = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verification: OK" in told.stdout, told.stderr
    (tmp_path / "covered").write_bytes(copy[:before])
    assert (
        "Verification: OK" not in subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True).stdout
    )


def test_no_bit_of_the_copy_may_move(copy):
    assert accepted(copy)
    bits = random.Random(6).sample(range(8 * len(copy)), 30)
    assert [bit for bit in bits if accepted(flipped(copy, bit))] == []


@pytest.mark.faults
def test_of_300_flipped_bits_and_many_of_the_last_time_none_is_accepted(copy):
    bits = random.sample(range(8 * len(copy)), 300)
    start = copy.rindex(b"/Contents <")
    bits += range(8 * start, 8 * copy.index(b">", start), 3)
    assert [bit for bit in bits if accepted(flipped(copy, bit))] == []


def forgeries(copy: bytes):
    """Each with a time of its own over all: what anybody can have from an authority."""
    paper, _ = archive.split(copy)
    page = b"22 0 obj\n<<\n/Type /Page\n/Parent 1 0 R\n/MediaBox [ 0 0 9 9 ]\n>>\nendobj\n"
    yield paper + page + copy[len(paper) :]
    yield copy + page
    yield copy.replace(archive.MARK, archive.MARK + page)
    yield copy.replace(b"/Lang (fr)", b"/Lang (en)").replace(archive.MARK, b"", 1)
    yield copy + archive.MARK
    yield copy.replace(b"%%EOF\n" + archive.MARK, b"%%EOF\n\n" + archive.MARK)


def stamped_again(content: bytes) -> bytes:
    """The last token replaced by one over these bytes: a forger's own, and good."""
    start = content.rindex(b"/Contents <") + 10
    end = content.index(b">", start) + 1
    place = content.rindex(b"/ByteRange [0 ", 0, start)
    numbers = b"%010d %010d %010d" % (start, end, len(content) - end)
    content = content[: place + 14] + numbers + content[place + 14 + len(numbers) :]
    token = timestamps.stamp(seals.sha256(content[:start] + content[end:]), patient=True).der
    held = token.ljust((end - start - 2) // 2, b"\0").hex().upper().encode()
    return content[: start + 1] + held + content[end - 1 :]


def test_nothing_slips_in_even_under_a_good_time(copy):
    assert accepted(stamped_again(copy)), "control: another time over the same bytes is as good"
    for forged in forgeries(copy):
        assert not accepted(stamped_again(forged))
    changed = copy.replace(b"/ViewerPreferences", b"/ViewerPreferencez").replace(b"/Marked true", b"/Marked fals")
    paper = archive.split(copy)[0]
    assert not accepted(stamped_again(paper + changed[len(paper) :]))


def test_a_seal_without_a_time_is_not_archived(lasting):
    asked = timestamps.Authority(patient=True)
    content = archive.write(sealed_paper(), archive.Evidence(), asked.room(), lambda digest: asked.stamp(digest).der)
    with pytest.raises(cms.Untrue, match="without a time"):
        seal.examine(content)


def test_a_time_that_comes_after_the_end_of_the_one_before_is_too_late(copy, lasting, authority):
    """The former certificate has ended when the later token says it is: nothing links the two any more."""
    later = 61 * seals.DAY
    authority.certify(*lasting.stamping("Plus tard", ends=900 * seals.DAY), chain=[lasting.root])
    authority.behaviour = {"off_by": later}

    def stamp(digest: bytes) -> bytes:
        request = {
            "version": 1,
            "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest},
            "nonce": 7,
        }
        answer = authority.reply(timestamps.tsp.TimeStampReq(request))
        return timestamps._granted(answer)

    late = archive.write(copy, archive.Evidence(), len(stamp(bytes(32))) + 20, stamp)
    with pytest.raises(cms.Untrue, match="too late"):
        seal.examine(late)
    authority.behaviour = {"off_by": 20 * seals.DAY}
    soon = archive.write(copy, archive.Evidence(), len(stamp(bytes(32))) + 20, stamp)
    assert len(seal.examine(soon).archives) == 2, "control"


def test_what_is_no_paper_of_ours_is_not_archived():
    for content in (b"", b"%PDF-1.7\ntrailer\n<<\n>>\nstartxref\n0\n%%EOF\n"):
        with pytest.raises(ValueError):
            archive.write(content, archive.Evidence(), 800, bytes)
