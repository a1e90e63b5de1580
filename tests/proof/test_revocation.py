"""Was a certificate good? Only a fresh answer, signed by who issued it, says so."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from alliance.proof import revocation
from tests.proof import revoking, seals


def asked(issuer, leaf, *, others=None):
    return revocation.evidence([leaf], [issuer.root] if others is None else others, datetime.now(UTC))


def refusal(issuer, leaf, **options) -> str:
    with pytest.raises(revocation.RevocationUnavailable) as caught:
        asked(issuer, leaf, **options)
    return caught.value.code


@pytest.fixture
def leaf(issuer):
    return issuer.certify("Certifié")[1]


@pytest.fixture
def listing():
    running = revoking.Issuer(by=("crl",))
    yield running
    running.end()


def test_the_answer_on_each_certificate_is_kept_with_the_chain(issuer, leaf):
    found = asked(issuer, leaf)
    assert list(map(len, found.parts)) == [2, 1, 0]
    assert issuer.asked == ["ocsp"]


def test_the_list_serves_when_nobody_answers(issuer, leaf):
    issuer.behaviour = {"ocsp": 503}
    assert list(map(len, asked(issuer, leaf).parts)) == [2, 0, 1]
    assert issuer.asked == ["ocsp", "crl"]


def test_a_list_alone_serves(listing):
    assert list(map(len, asked(listing, listing.certify("Certifié")[1]).parts)) == [2, 0, 1]


def test_a_revoked_certificate_is_told_by_answer_and_by_list(issuer, leaf, listing):
    issuer.behaviour = {"revoked": [leaf.serial_number]}
    assert (refusal(issuer, leaf), issuer.asked) == ("revoked", ["ocsp"])
    listed = listing.certify("Certifié")[1]
    listing.behaviour = {"revoked": [listed.serial_number]}
    assert refusal(listing, listed) == "revoked"


@pytest.mark.parametrize(
    "behaviour",
    [{"off_by": timedelta(hours=-2)}, {"off_by": timedelta(hours=2)}, {"another_serial": 1}, {"says": b"<html>"}],
    ids=["stale", "future", "another", "unreadable"],
)
def test_an_answer_of_another_time_or_thing_says_nothing(issuer, leaf, behaviour):
    issuer.certify("Autre")
    issuer.issued = dict(reversed(issuer.issued.items()))
    issuer.behaviour = behaviour | {"crl": 404}
    assert refusal(issuer, leaf) in ("wrong", "down")
    issuer.behaviour = {}
    assert asked(issuer, leaf)


def test_an_answer_by_another_key_says_nothing(issuer, leaf):
    stranger = seals.certified("Étranger", usage=ExtendedKeyUsageOID.OCSP_SIGNING)
    helper = seals.certified("Sans droit", issuer=issuer.pair)
    for signer in (stranger, helper):
        issuer.behaviour = {"signer": signer}
        assert refusal(issuer, leaf) == "wrong"
    allowed = seals.certified("Répondeur", issuer=issuer.pair, usage=ExtendedKeyUsageOID.OCSP_SIGNING)
    issuer.behaviour = {"signer": allowed}
    assert asked(issuer, leaf), "control: one to whom the issuer gave that right"


def test_services_that_do_not_answer_are_down(issuer, leaf):
    issuer.behaviour = {"ocsp": 500, "crl": 500}
    assert refusal(issuer, leaf) == "down"


def test_a_certificate_made_by_oneself_can_never_be_completed(issuer):
    own = seals.certified("Moi-même")[1]
    assert (refusal(issuer, own), issuer.asked, revocation.has_service(own)) == ("none", [], False)


def test_without_its_issuer_a_certificate_is_not_asked_about(issuer, leaf):
    assert (refusal(issuer, leaf, others=[]), issuer.asked) == ("incomplete", [])
    assert revocation.has_service(leaf)
