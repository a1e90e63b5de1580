"""Tokens of a timestamp authority: those that hold, and every way of not holding."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from alliance.proof import timestamps
from tests.proof import seals

DIGEST = hashlib.sha256(b"paper").digest()
STAMPING = ExtendedKeyUsageOID.TIME_STAMPING


def refusal(**options) -> str:
    with pytest.raises(timestamps.TimestampUnavailable) as caught:
        timestamps.stamp(DIGEST, patient=True, **options)
    return caught.value.code


def test_a_good_token_holds(authority):
    token = timestamps.stamp(DIGEST)
    assert abs(token.gen_time - datetime.now(UTC)) < timedelta(seconds=5)
    assert timestamps.read_token(token.der, DIGEST) == token


def test_a_token_holds_for_its_own_paper_only(authority):
    token = timestamps.stamp(DIGEST)
    with pytest.raises(timestamps.TimestampUnavailable):
        timestamps.read_token(token.der, hashlib.sha256(b"another").digest())


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ({"nonce_off_by": 1}, "wrong"),
        ({"without_nonce": True}, "wrong"),
        ({"imprint": bytes(32)}, "wrong"),
        ({"off_by": timedelta(minutes=5)}, "time"),
        ({"off_by": timedelta(minutes=-5)}, "time"),
        ({"refuses": True}, "refused"),
        ({"status": 503}, "down"),
        ({"says": b"<html>"}, "wrong"),
    ],
)
def test_what_is_wrong_is_no_token(authority, behaviour, code):
    authority.behaviour = behaviour
    assert refusal() == code
    authority.behaviour = {}
    assert timestamps.stamp(DIGEST, patient=True)


def test_an_endless_answer_is_not_read_to_its_end(authority, monkeypatch):
    monkeypatch.setattr(timestamps, "LARGEST_ANSWER", 500)
    assert refusal() == "wrong"


@pytest.mark.parametrize("behaviour", [{"sleeps": 1.0}, {"drips": 0.05}])
def test_a_slow_authority_is_left(authority, monkeypatch, behaviour):
    monkeypatch.setattr(timestamps, "TIMEOUT_SECONDS", 0.2)
    authority.behaviour = behaviour
    assert refusal() == "down"


def test_an_authority_that_is_not_there(authority):
    authority.end()
    assert refusal() == "down"
    authority.__init__()  # the fixture ends it again


@pytest.mark.parametrize(
    "certificate",
    [
        {"begins": -40 * seals.DAY, "ends": -seals.DAY},
        {"begins": seals.DAY},
        {"usage": None},
        {"usage": ExtendedKeyUsageOID.SERVER_AUTH},
    ],
)
def test_the_certificate_of_the_authority_must_run_and_serve_to_stamp(authority, certificate):
    authority.key, authority.certificate = seals.certified("Autre", **({"usage": STAMPING} | certificate))
    assert refusal() == "wrong"


def test_a_token_by_another_key_does_not_hold(authority):
    authority.key = seals.certified("Autre")[0]
    assert refusal() == "wrong"


def test_an_authority_that_failed_is_left_alone_for_a_minute_except_by_the_patient(authority):
    authority.behaviour = {"refuses": True}
    assert refusal() == "refused"
    asked = authority.asked
    with pytest.raises(timestamps.TimestampUnavailable) as caught:
        timestamps.stamp(DIGEST)
    assert (caught.value.code, authority.asked) == ("resting", asked)
    authority.behaviour = {}
    assert timestamps.stamp(DIGEST, patient=True)
    assert timestamps.stamp(DIGEST)


@pytest.mark.parametrize("url", ["", "file:///etc/hostname", "ftp://tsa.test/"])
def test_without_an_authority_there_is_no_time(settings, url):
    settings.TSA_URL = url
    assert refusal() == "missing"
