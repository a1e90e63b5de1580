"""The evidence document: whole for every signature, one form, told in French."""

import copy
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs
import pytest
import rfc8785

from alliance.lib.errors import Conflict
from alliance.proof.models import JournalEntry
from charter import evidence
from charter.actions import countersign, send_signing_code, sign_charter
from charter.models import EvidenceEvent, consent_text
from tests import builders
from tests.charter.signing import SESSION, last_code

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/evidence.schema.json").read_text("utf-8"))
CHECK = jsonschema_rs.validator_for(SCHEMA)


@pytest.fixture
def signed(case):
    """Signed for good: code asked, typed, consent ticked; then countersigned."""
    send_signing_code(**case.act, user=case.signer, session=SESSION)
    signature = sign_charter(
        **case.act, signer=case.signer, mandate=case.mandate, code=last_code(), session=SESSION,
        consent=consent_text(case.organisation, case.version),
    )  # fmt: skip
    return countersign(signature=signature, by=builders.staff(full_name="Agnès Postel"))


def complaints(document: dict) -> list[str]:
    """Where the document is not what the schema says; nothing for a whole one."""
    return ["/".join(map(str, error.instance_path)) for error in CHECK.iter_errors(document)]


def leaves(value, path=()) -> Iterator[tuple]:
    """The way to each value that is neither an object nor a list."""
    if isinstance(value, dict | list):
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, name))
    else:
        yield path


def changed(document: dict, path: tuple, value) -> dict:
    """A copy with another value there, or without it when ``value`` is ``...``."""
    copied = copy.deepcopy(document)
    inner = copied
    for name in path[:-1]:
        inner = inner[name]
    if value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return copied


def test_the_schema_is_one():
    assert jsonschema_rs.meta.is_valid(SCHEMA)


def test_a_signature_made_on_the_page_has_a_whole_document(signed):
    document = evidence.document(signed)
    assert complaints(document) == []
    assert document["schema"] == "alliance-evidence/1"
    assert document["signature"]["code"] == signed.code
    assert document["presence"]["event"]["kind"] == "recorded"
    assert [fact["fact"] for fact in document["life"]] == ["signed", "countersigned"]
    assert document["life"][1]["by"] == "Agnès Postel"


def test_it_is_canonical_and_the_same_each_time(signed):
    assert evidence.canonical(signed) == rfc8785.dumps(evidence.document(signed))
    assert evidence.canonical(signed) == evidence.canonical(signed)


def test_each_event_can_be_hashed_again_and_its_names_opened(signed):
    document, before = evidence.document(signed), "0" * 64
    for event in document["events"]:
        hashed = {name: value for name, value in event.items() if name not in ("after", "who", "words")}
        assert event["before"] == before
        before = hashlib.sha256(rfc8785.dumps(hashed)).hexdigest()
        assert event["after"] == before
        if event["who"]["kind"] == "person":
            opened = bytes.fromhex(event["who"]["salt"]) + b"private\x00" + rfc8785.dumps(event["who"]["clear"])
            assert hashlib.sha256(opened).hexdigest() == event["commitment"]
    assert document["chain"]["head"] == before


def test_the_leaf_of_the_signature_holds_the_head_of_the_chain(signed):
    leaf = json.loads(JournalEntry.objects.get(kind="signed", subject=signed.code).leaf)
    document = evidence.document(signed)
    event = next(event for event in document["events"] if event["kind"] == "signed")
    assert leaf["facts"]["evidence_digest"] == document["chain"]["head_at_signing"] == event["after"]


@pytest.mark.parametrize("value", ["", None, [], {}, ...])
def test_control_any_field_emptied_or_taken_away_is_seen(signed, value):
    document = evidence.document(signed)
    elsewhere = {"signature", "details", "commitment", "clear"}  # optional in an event, and covered by its digests
    unseen = [path for path in leaves(document) if CHECK.is_valid(changed(document, path, value))]
    assert [path for path in unseen if not (path[0] == "events" and elsewhere & set(path))] == []


def test_an_erased_person_is_told_as_such_and_the_document_is_still_whole(signed):
    EvidenceEvent.objects.forget(signed.signer)
    document = evidence.document(signed)
    assert complaints(document) == []
    signed_event = next(event for event in document["events"] if event["kind"] == "signed")
    assert signed_event["who"] == {"kind": "erased"}
    assert signed_event["words"].startswith("Une personne dont le nom a été effacé signe la version 2020")


def test_a_signature_that_was_never_noted_has_no_document(case):
    with pytest.raises(Conflict) as refused:
        evidence.document(builders.signature(case.organisation, case.version))
    assert refused.value.code == "no_evidence"
