"""Roots of the timestamp authority: without them trust is not said; with them a token leads there, or is none."""

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from alliance.proof import seal, timestamps
from tests.proof import revoking, seals
from tests.proof.test_seal import sealed_paper
from tests.proof.test_timestamps import DIGEST, refusal


@pytest.fixture
def trust_only(settings, tmp_path):
    def only(*certificates):
        file = tmp_path / "roots.pem"
        file.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in certificates))
        settings.TSA_ROOTS = str(file)

    return only


def test_without_roots_nobody_says(sealing, authority):
    assert timestamps.stamp(DIGEST).trusted is None
    assert seal.examine(sealed_paper(stamped=True)).token.trusted is None


def test_a_token_that_leads_to_a_root_is_trusted(lasting, authority, trust_only):
    trust_only(seals.certified("Autre racine")[1], lasting.root)
    assert timestamps.stamp(DIGEST).trusted
    authority.certify(*lasting.stamping())  # the chain does not come with it: the root is known here
    assert timestamps.stamp(DIGEST).trusted


def test_the_certificate_of_the_authority_may_be_the_root_itself(authority, trust_only):
    trust_only(authority.certificate)
    assert timestamps.stamp(DIGEST).trusted


def test_a_token_that_leads_elsewhere_is_no_token(lasting, authority, trust_only):
    trust_only(seals.certified("Autre racine")[1])
    assert refusal() == "untrusted"
    with pytest.raises(timestamps.TimestampUnavailable):
        sealed_paper(stamped=True)


def test_what_may_not_issue_is_no_issuer(issuer, authority, trust_only):
    """A certificate for something else, from the same root, signs an authority of its own."""
    leaf = issuer.certify("Simple certificat")
    usage = timestamps.ExtendedKeyUsageOID.TIME_STAMPING
    authority.certify(*seals.certified("Faux", usage=usage, issuer=leaf), chain=[leaf[1], issuer.root])
    trust_only(issuer.root)
    assert refusal() == "untrusted"


def test_a_chain_with_an_expired_link_does_not_lead(authority, trust_only):
    root = seals.certified("Passée", begins=-9 * seals.DAY, ends=-seals.DAY)
    usage = timestamps.ExtendedKeyUsageOID.TIME_STAMPING
    authority.certify(*seals.certified("Horodatage", usage=usage, issuer=root))
    trust_only(root[1])
    assert refusal() == "untrusted"


@pytest.mark.parametrize("content", [None, b"not a certificate"])
def test_roots_that_cannot_be_read_trust_nobody(authority, settings, tmp_path, content):
    settings.TSA_ROOTS = str(tmp_path / "roots.pem")
    if content:
        (tmp_path / "roots.pem").write_bytes(content)
    assert refusal() == "untrusted"


def test_a_certified_authority_is_what_the_other_tests_think(issuer):
    assert issuer.stamping()[1].issuer == issuer.root.subject
    assert isinstance(issuer, revoking.Issuer)
