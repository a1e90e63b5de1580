"""The evidence of every signature of the demonstration, whatever became of it."""

from collections import Counter

import pytest
from django.conf import settings

from charter import dossier, evidence
from charter.models import EvidenceEvent, Signature
from charter.models.evidence import broken_at
from tests.charter.test_evidence_document import changed, complaints
from tests.reference import DEMONSTRATION, loaded


@pytest.fixture(scope="module", autouse=True)
def demonstration(django_db_setup, django_db_blocker, tmp_path_factory):
    kept, settings.DATA_DIR = settings.DATA_DIR, tmp_path_factory.mktemp("state")
    with loaded(django_db_blocker, *DEMONSTRATION):
        yield
    settings.DATA_DIR = kept


@pytest.fixture(autouse=True)
def _database(db):
    pass


def test_every_signature_has_every_field_filled():
    found, states = {}, Counter()
    for signature in Signature.objects.order_by("pk"):
        document = evidence.document(signature)
        found |= {signature.code: wrong} if (wrong := complaints(document)) else {}
        states[signature.state] += 1
        states.update(fact["fact"] for fact in document["life"])
    assert found == {}
    assert (
        min(states[state] for state in ("pending", "standing", "refused", "withdrawn", "contested", "superseded")) > 0
    )


def test_control_a_signature_whose_evidence_lost_a_field_is_seen():
    document = evidence.document(Signature.objects.first())
    assert complaints(changed(document, ("mandate", "verified_by", "name"), "")) == ["mandate/verified_by/name"]
    assert complaints(changed(document, ("events", 0, "after"), ...)) == ["events/0"]


def test_every_signature_was_lived_and_every_chain_holds():
    before = {"opened", "authenticated", "displayed", "consented", "signed"}
    presence = {"code": {"code_sent", "code_verified"}, "passkey": {"passkey_verified"}}
    for signature in Signature.objects.select_related("organisation", "version"):
        chain = EvidenceEvent.objects.of_chain(signature.organisation, signature.version)
        assert before | presence[signature.proof_level] <= set(chain.values_list("kind", flat=True))
        assert broken_at(signature.organisation, signature.version) is None
        assert evidence.document(signature)["presence"]["event"]["kind"] == "recorded"


@pytest.mark.parametrize("state", ["pending", "standing", "refused", "withdrawn", "contested"])
def test_the_paper_of_each_state_is_drawn(state):
    signature = next(each for each in Signature.objects.select_related("mandate", "version") if each.state == state)
    assert dossier.dossier(signature).startswith(b"%PDF-1.7")
