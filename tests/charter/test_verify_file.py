"""Verify an attestation by its file: hashed on the way in, kept nowhere; only the digest is looked up."""

import hashlib
import re
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from charter.models import Signature
from charter.models.paper import Paper
from tests import builders

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\nune attestation\n%%EOF\n"
DIGEST = hashlib.sha256(PDF).hexdigest()


@pytest.fixture
def signature(case) -> Signature:
    return builders.signature(
        case.organisation, case.version, signer=case.signer, mandate=case.mandate,
        signed_at=timezone.now() - timedelta(days=30),
    )  # fmt: skip


def paper(signature, digest=DIGEST, revision=1, **fields) -> Paper:
    return Paper.objects.create(
        signature=signature, revision=revision, digest=digest, facts_at=signature.signed_at,
        file="attestations/x", sealed_at=timezone.now(), seal_name="Cachet de démonstration", seal_fingerprint="a" * 64,
        **fields,
    )  # fmt: skip


def upload(client, content: bytes = PDF, name="attestation.pdf"):
    return client.post("/verifier/", {"fichier": SimpleUploadedFile(name, content, "application/pdf")})


def verdict(client, digest: str = DIGEST) -> tuple[int, str]:
    response = client.get("/verifier/", {"empreinte": digest})
    return response.status_code, re.search(r"<h1>(.*?)</h1>", response.content.decode())[1]


def test_a_sealed_file_is_recognised_without_javascript(client, signature):
    paper(signature)
    response = upload(client)
    assert (response.status_code, response.url) == (302, f"/verifier/?empreinte={DIGEST}")
    assert verdict(client) == (200, "Cette attestation est authentique, et la signature est valable")
    html = client.get(response.url).content.decode()
    for words in ("Réseau d’essai", "Cachet de démonstration", "Horodatage en attente", "ne prouve pas", DIGEST):
        assert words in html
    assert "Camille" not in html
    assert client.cookies == {}


def test_one_changed_byte_is_not_recognised(client, signature):
    paper(signature)
    for position in range(0, len(PDF) - 1, 7):
        if position < 5:
            continue
        altered = PDF[:position] + bytes([PDF[position] ^ 1]) + PDF[position + 1 :]
        response = client.get(upload(client, altered).url)
        assert response.status_code == 404
        assert "n’est pas une attestation du portail, ou il a été modifié" in response.content.decode()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"withdrawn_at": timezone.now()}, "Cette attestation est authentique, mais la signature a été retirée"),
        ({"contested_at": timezone.now()}, "Cette attestation est authentique, mais la signature est contestée"),
    ],
)
def test_what_happened_since_is_said_first(client, signature, change, sentence):
    paper(signature)
    Signature.objects.update(**change)
    assert verdict(client) == (200, sentence)


def test_pending_refused_and_superseded_are_said(client, case):
    pending = builders.signature(
        case.organisation, case.version, signer=case.signer, mandate=case.mandate, countersigned=False
    )
    paper(pending)
    waits = "Cette attestation est authentique ; la signature attend la contresignature de La Poste"
    assert verdict(client) == (200, waits)
    Signature.objects.update(refused_at=timezone.now(), motive="non")
    assert verdict(client) == (200, "Cette attestation est authentique, mais la signature n’a pas été contresignée")
    old = builders.signature(version=builders.charter_version("2014", effective_on=date(2014, 10, 14)))
    paper(old, "b" * 64)
    earlier = "Cette attestation est authentique, pour une version antérieure de la charte"
    assert verdict(client, "b" * 64) == (200, earlier)


def test_a_newer_revision_replaces_the_paper_in_hand(client, signature):
    paper(signature)
    paper(signature, "b" * 64, revision=2, stamped_at=timezone.now(), authority="Autorité d’essai")
    html = client.get("/verifier/", {"empreinte": DIGEST}).content.decode()
    assert "Une révision plus récente la remplace" in html
    html = client.get("/verifier/", {"empreinte": "b" * 64}).content.decode()
    assert "C’est la dernière révision" in html
    assert "par Autorité d’essai" in html


@pytest.mark.parametrize("typed", ["", "abc", "g" * 64, "\0" * 64, "a" * 63, "a" * 65, "é" * 64])
def test_what_is_not_a_digest_is_a_400(client, typed):
    response = client.get("/verifier/", {"empreinte": typed})
    assert response.status_code == 400
    assert "Une empreinte SHA-256 compte 64 signes" in response.content.decode()


def test_a_digest_is_read_in_capitals_too(client, signature):
    paper(signature)
    assert verdict(client, f" {DIGEST.upper()} ")[0] == 200


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<html>", "Ce fichier n’est pas un PDF"),
        (b"", "Choisissez le fichier PDF"),
        (b"%PDF-" + b"0" * 10_000_000, "Ce fichier dépasse 10 Mo"),
        (b"%PDF-" + b"0" * 10_200_000, "Ce fichier dépasse 10 Mo"),
    ],
)
def test_what_cannot_be_an_attestation_is_said_at_its_field(client, content, sentence):
    response = upload(client, content)
    html = response.content.decode()
    assert response.status_code == 400
    assert sentence in html
    assert 'aria-describedby="id_fichier_helptext id_fichier_error"' in html


def test_no_file_at_all_is_a_400(client):
    assert client.post("/verifier/", {}).status_code == 400
    assert client.post("/verifier/", {"fichier": "du texte"}).status_code == 400


def test_nothing_is_written_of_what_is_sent(client, settings, tmp_path):
    """The largest file allowed: no spool, no row."""
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    before = Paper.objects.count()
    upload(client, b"%PDF-" + b"0" * 9_999_000)
    assert (list(tmp_path.iterdir()), Paper.objects.count()) == ([], before)


def test_a_form_of_another_site_may_ask_because_nothing_changes(signature):
    from django.test import Client

    assert upload(Client(enforce_csrf_checks=True)).status_code == 302


def test_the_page_offers_the_file_with_and_without_javascript(client):
    html = client.get("/verifier/").content.decode()
    assert 'enctype="multipart/form-data"' in html
    assert "rien n’en est gardé" in html
    assert "verify" in re.search(r'<script src="([^"]*verify[^"]*)" defer></script>', html)[1]
