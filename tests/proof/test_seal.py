"""The seal: by a good key or not at all, and broken by any bit that moves."""

import random
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography.hazmat.primitives.serialization import pkcs12

from alliance.lib import pdf
from alliance.proof import cms, demo_seal, seal, timestamps
from tests.proof import seals

REASON = "Essai"
SOURCE = '#set document(title: "Essai")\n#set text(lang: "fr")\n= Essai\n#link("https://portail.test")[un lien]'


@cache
def paper() -> bytes:
    return pdf.compile_pdf(SOURCE, {}, at=datetime(2026, 1, 1, tzinfo=UTC))


def now() -> datetime:
    return datetime.now(UTC)


def sealed_paper(*, stamped: bool = False) -> bytes:
    asked = timestamps.Authority() if stamped else None
    return seal.seal(paper(), seal.load(now()), reason=REASON, authority=asked)


def refusal() -> str:
    with pytest.raises(seal.SealUnavailable) as caught:
        seal.load(now())
    return caught.value.code


def accepted(content: bytes) -> bool:
    try:
        seal.examine(content)
    except cms.Untrue:
        return False
    return True


def flipped(content: bytes, bit: int) -> bytes:
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_a_sealed_paper_shows_whose_seal_it_is(sealing):
    loaded = seal.load(now())
    found = seal.examine(sealed_paper())
    assert (found.name, found.fingerprint) == ("Cachet d’essai", loaded.fingerprint)
    assert (found.stamped_at, found.authority) == (None, "")


def test_the_paper_stays_as_it_was_under_its_seal(sealing):
    """An added revision: the tags, the language and the archival marks are those of the paper itself."""
    sealed = sealed_paper()
    assert sealed.startswith(paper())
    added = sealed[len(paper()) :]
    for mark in (b"/DocMDP", b"/P 1", b"/ETSI.CAdES.detached", b"/TU", b"-9999"):
        assert mark in added
    for mark in (b"/MarkInfo", b"/StructTreeRoot", b"/Lang", b"/Metadata"):
        assert mark in added, "the catalogue is written again, whole"


def test_the_independent_verifier_calls_it_valid(sealing, tmp_path):
    if not shutil.which("pdfsig"):
        pytest.skip("skipped: no pdfsig (poppler-utils)")
    file = tmp_path / "sealed.pdf"
    file.write_bytes(sealed_paper())
    told = subprocess.run(["pdfsig", file], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid." in told
    assert "Total document signed" in told
    assert "Signature Type: ETSI.CAdES.detached" in told
    assert "Signature #2" not in told
    file.write_bytes(flipped(file.read_bytes(), 8 * 3000))
    told = subprocess.run(["pdfsig", file], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid." not in told


def test_no_bit_may_move(sealing):
    sealed = sealed_paper()
    assert accepted(sealed)
    bits = random.Random(4).sample(range(8 * len(sealed)), 30)
    assert [bit for bit in bits if accepted(flipped(sealed, bit))] == []


@pytest.mark.faults
@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@pytest.mark.parametrize("stamped", [False, True])
def test_of_300_flipped_bits_none_is_accepted_and_none_of_the_seal_itself(sealing, authority, stamped):
    sealed = sealed_paper(stamped=stamped)
    bits = random.sample(range(8 * len(sealed)), 300)
    start = sealed.rindex(b"/Contents")
    bits += range(8 * start, 8 * len(sealed), 3)
    assert [bit for bit in bits if accepted(flipped(sealed, bit))] == []


def test_what_is_added_cut_or_taken_away_is_refused(sealing):
    sealed = sealed_paper()
    for changed in (sealed + b"\n", sealed[:-1], paper(), b"", sealed.replace(b"/ByteRange", b"/ByteRangE")):
        assert not accepted(changed)


def test_the_case_of_one_digit_of_the_seal_counts(sealing):
    """A reader of PDF takes « a » and « A » for the same: two files, one of which we never issued."""
    sealed = sealed_paper()
    start = sealed.rindex(b"/Contents <") + 11
    at = next(at for at in range(start, len(sealed)) if sealed[at : at + 1] in b"ABCDEF")
    assert not accepted(flipped(sealed, 8 * at + 5))


def test_a_seal_does_not_fit_another_paper(sealing):
    first = sealed_paper()
    gap = slice(first.rindex(b"/Contents <"), first.rindex(b"/Contents <") + 1_000)
    second = first.replace(b"Essai", b"Essay", 1) if b"Essai" in first[: gap.start] else flipped(first, 8 * 2000)
    assert not accepted(second)


def test_rsa_of_3072_bits_seals(use_key):
    use_key(*seals.certified("Cachet RSA", key=seals.rsa_key(3072)))
    assert seal.examine(sealed_paper()).name == "Cachet RSA"


def test_a_certificate_with_its_issuer_seals(use_key):
    issuer = seals.certified("Autorité d’essai")
    use_key(*seals.certified("Cachet délivré", issuer=issuer), chain=[issuer[1]])
    sealed = sealed_paper()
    assert seal.examine(sealed).name == "Cachet délivré"


def test_weak_keys_are_refused(use_key):
    use_key(*seals.certified("Faible", key=seals.rsa_key(2048)))
    assert refusal() == "weak"


@pytest.mark.parametrize(("begins", "ends"), [(-40, -1), (1, 40)])
def test_a_certificate_that_does_not_run_is_refused(use_key, begins, ends):
    use_key(*seals.certified("Passé", begins=begins * seals.DAY, ends=ends * seals.DAY))
    assert refusal() == "expired"


def test_the_end_of_the_certificate_is_looked_at_each_time(sealing):
    assert seal.load(now()).name == "Cachet d’essai"
    with pytest.raises(seal.SealUnavailable):
        seal.load(now() + timedelta(days=31))


@pytest.mark.parametrize("told", ["wrong", ""])
def test_a_wrong_password_is_refused(use_key, told):
    use_key(*seals.certified("Cachet"), told=told)
    assert refusal() == "unreadable"


def test_a_file_that_is_lost_or_something_else_is_refused(settings, tmp_path):
    settings.SEAL_P12 = str(tmp_path / "none.p12")
    assert refusal() == "unreadable"
    (tmp_path / "none.p12").write_bytes(b"not a key")
    assert refusal() == "unreadable"


def test_the_certificate_of_another_key_is_refused(use_key, settings):
    other, _ = seals.certified("Autre")
    loaded = seal.SealKey(other, seals.certified("Cachet")[1], ())
    with pytest.raises(seal.SealUnavailable) as caught:
        seal._check(loaded, now())
    assert caught.value.code == "mismatch"


def test_without_a_key_nothing_is_sealed(settings):
    settings.SEAL_P12, settings.DEMO = "", False
    assert refusal() == "missing"


def test_what_is_not_a_paper_is_not_sealed(sealing):
    with pytest.raises(seal.SealUnavailable) as caught:
        seal.seal(b"%PDF-1.7\n%%EOF\n", seal.load(now()), reason=REASON)
    assert caught.value.code == "failed"


def test_the_demonstration_makes_a_key_that_says_it_is_worth_nothing(settings, tmp_path):
    settings.SEAL_P12, settings.DEMO, settings.DATA_DIR = "", True, tmp_path / "var"
    first = seal.load(now())
    assert first.name == "Cachet de démonstration — sans valeur"
    assert seal.load(now()).fingerprint == first.fingerprint
    assert (tmp_path / "var" / demo_seal.FILE).stat().st_mode & 0o777 == 0o600
    assert [each.name for each in (tmp_path / "var").iterdir()] == [demo_seal.FILE]
    assert seal.examine(sealed_paper()).fingerprint == first.fingerprint


def test_a_configured_key_goes_before_the_demonstration_s(sealing, settings, tmp_path):
    settings.DEMO, settings.DATA_DIR = True, tmp_path / "var"
    assert seal.load(now()).name == "Cachet d’essai"


def test_the_key_of_the_demonstration_is_made_once(settings, tmp_path):
    """Two processes begin together: the second finds the first one's key in its place and keeps it."""
    settings.DATA_DIR = tmp_path
    first = demo_seal.path().read_bytes()
    demo_seal._keep(tmp_path / demo_seal.FILE, b"another")
    assert (tmp_path / demo_seal.FILE).read_bytes() == first
    assert pkcs12.load_pkcs12(first, None).cert.certificate.subject.rfc4514_string() == f"CN={demo_seal.NAME}"


# --- with a token


def test_a_stamped_paper_shows_the_time_of_the_authority(sealing, authority):
    before = now().replace(microsecond=0)
    found = seal.examine(sealed_paper(stamped=True))
    assert before <= found.stamped_at <= now()
    assert found.authority == "Horodatage d’essai"
    assert authority.asked == 2  # one to learn how long a token is, one for the seal
    sealed_paper(stamped=True)
    assert authority.asked == 3


def test_no_bit_of_a_token_may_move(sealing, authority):
    sealed = sealed_paper(stamped=True)
    end = sealed.rindex(b">", 0, sealed.rindex(b"startxref"))
    bits = random.Random(5).sample(range(8 * (end - 2_500), 8 * end), 30)
    assert [bit for bit in bits if accepted(flipped(sealed, bit))] == []


def test_the_stamped_paper_is_valid_for_the_independent_verifier(sealing, authority, tmp_path):
    if not shutil.which("pdfsig"):
        pytest.skip("skipped: no pdfsig (poppler-utils)")
    file = tmp_path / "sealed.pdf"
    file.write_bytes(sealed_paper(stamped=True))
    told = subprocess.run(["pdfsig", file], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid." in told
    assert "Total document signed" in told


@pytest.mark.django_db
def test_a_seal_is_stamped_with_the_cache_in_a_table_as_by_default(sealing, authority, settings):
    """pyHanko seals within an event loop, where Django refuses every query."""
    from alliance.settings import CACHES

    settings.CACHES = CACHES
    assert CACHES["default"]["BACKEND"].endswith("DatabaseCache")
    assert seal.examine(sealed_paper(stamped=True)).stamped_at
    authority.behaviour = {"refuses": True}
    with pytest.raises(timestamps.TimestampUnavailable):
        sealed_paper(stamped=True)
    with pytest.raises(timestamps.TimestampUnavailable) as caught:
        sealed_paper(stamped=True)
    assert caught.value.code == "resting"


def test_without_its_token_nothing_is_sealed_as_stamped(sealing, authority):
    authority.behaviour = {"nonce_off_by": 1}
    with pytest.raises(timestamps.TimestampUnavailable):
        sealed_paper(stamped=True)
