"""Verify by code: one sentence first, what was checked, what is not proven; never a person."""

import re
from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from alliance.lib.codes import normalised
from alliance.proof import journal
from charter.models import Signature
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def signature(case) -> Signature:
    return builders.signature(
        case.organisation,
        case.version,
        signer=case.signer,
        signed_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
    )


def verdict(client, code: str) -> tuple[int, str]:
    response = client.get(f"/verifier/{code}/")
    return response.status_code, re.search(r"<h1>(.*?)</h1>", response.content.decode())[1]


def test_a_standing_signature_is_valid(client, signature):
    response = client.get(f"/verifier/{signature.code}/")
    html = response.content.decode()
    assert verdict(client, signature.code) == (200, "Cette signature est valable")
    assert "depuis le 2 mars 2026" in html
    assert "au caractère près, celui qui a été signé" in html
    assert "Ce que cette page ne prouve pas" in html
    assert "texte de démonstration" in html


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"withdrawn_at": timezone.now()}, "Cette signature a été retirée"),
        ({"contested_at": timezone.now()}, "Cette signature est contestée"),
        ({"contested_at": timezone.now(), "withdrawn_at": timezone.now()}, "Cette signature a été retirée"),
    ],
)
def test_what_happened_since_is_said_first(client, signature, change, sentence):
    Signature.objects.update(**change)
    assert verdict(client, signature.code) == (200, sentence)


def test_a_pending_and_a_refused_signature_say_so(client, case):
    pending = builders.signature(
        case.organisation, case.version, signer=case.signer, mandate=case.mandate, countersigned=False
    )
    assert verdict(client, pending.code) == (200, "Cette signature attend la contresignature de La Poste")
    Signature.objects.update(refused_at=timezone.now(), motive="non")
    assert verdict(client, pending.code) == (200, "Cette signature n’a pas été contresignée")


def test_a_signature_of_an_earlier_version_is_superseded(client, case):
    old = builders.charter_version("2014", effective_on=date(2014, 10, 14))
    earlier = builders.signature(case.organisation, old, signed_at=datetime(2015, 1, 1, tzinfo=UTC))
    assert verdict(client, earlier.code) == (200, "Cette signature est valable pour une version antérieure")


def test_the_journal_entry_is_named_when_there_is_one(client, signature):
    assert "n’est pas inscrite au journal" in client.get(f"/verifier/{signature.code}/").content.decode()
    entry = journal.append(kind="signed", subject=signature.code)
    assert f"sous le n° {entry.position}" in client.get(f"/verifier/{signature.code}/").content.decode()


@pytest.mark.parametrize("code", ["AAAA-AAAA-AAAA", "n-importe-quoi", "<script>", "%F0%9F%92%A9", "x" * 300])
def test_an_unknown_code_is_a_404_with_a_sentence(client, db, code):
    response = client.get(f"/verifier/{code}/")
    assert response.status_code == 404
    assert "Aucune signature ne porte ce code" in response.content.decode()
    assert "<script>" not in response.content.decode().replace("<script src", "")


def test_a_code_is_read_as_people_type_it(client, signature):
    typed = signature.code.replace("-", " ").lower()
    assert client.get("/verifier/", {"code": typed}).headers["Location"] == f"/verifier/{signature.code}/"
    assert normalised(" 4f7k–9m2p xq3t ") == "4F7K-9M2P-XQ3T"


@pytest.mark.parametrize("typed", ["", "4F7K", "4F7K-9M2P-XQ3O", "\0" * 12, "é" * 12, "x" * 5000])
def test_what_cannot_be_a_code_is_said_at_its_field_and_stays(client, db, typed):
    response = client.get("/verifier/", {"code": typed})
    html = response.content.decode()
    assert response.status_code == 400
    assert "Un code compte 12 signes" in html
    assert 'aria-invalid="true"' in html


def test_a_changed_text_is_seen(client, case):
    """The negative control: a signature whose text is not, to the letter, the one we publish."""
    version = builders.charter_version("2021", effective_on=date(2021, 1, 1))
    version.digest = "0" * 64
    forged = builders.signature(version=version)
    assert (
        "Le texte publié n’est plus celui qui a été signé." in client.get(f"/verifier/{forged.code}/").content.decode()
    )


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_verification_writes_nothing(client, signature, method):
    assert getattr(client, method)(f"/verifier/{signature.code}/").status_code == 405
