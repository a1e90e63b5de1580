"""Whoever holds the journal's key signs any manifest. What a leaf of the journal says, they still cannot change: not in
the text, the consent, the papers, nor in any field of the evidence that a leaf, an event or an opening vouches for."""

import base64
import json
from random import Random

import pytest
from asn1crypto import cms, parser

from alliance.proof import keys
from alliance.proof.journal import canonical
from charter.bundle import FORMAT, bundle, pack
from tests.charter import bundles, mutations

pytestmark = pytest.mark.django_db
# What the journal never heard of. The seal of the dossier covers it all; without that seal, the journal's key alone.
FREE = {
    "nature", "organisation.name", "organisation.identifier", "identification", "signature.state_words",
    "signature.state_since", "signature.demonstration", "signature.verify_url", "mandate.kind_words",
    "mandate.holder.name", "mandate.ends", "mandate.paper", "mandate.entered_by", "mandate.entered_at",
    "mandate.verified_by", "mandate.verified_at", "presence.words", "presence.event", "attestation.seal.words",
    "attestation.seal.state", "attestation.seal.certificate", "attestation.time.words", "attestation.time.state",
    "life", "events.words", "events.who",
}  # fmt: skip


@pytest.fixture
def issued(settings, stored, sealing, authority):
    settings.JOURNAL_KEY = bundles.KEY
    made = bundle(bundles.standing())
    return mutations.unpack(made), keys.document()


@pytest.fixture(scope="module")
def tool():
    return bundles.verifier()


def signed_again(files: dict[str, bytes], **seals: str) -> bytes:
    """A manifest that tells these files, signed with the very key of the journal."""
    told = mutations.unpack(mutations.remade(files))
    manifest = json.loads(told["manifest.json"])
    for name, state in seals.items():
        manifest["files"][f"{name}.pdf"]["seal"] = state
    said, private = canonical(manifest).encode(), keys.private_key(bundles.KEY)
    signature = base64.b64encode(private.sign(f"{FORMAT}\n".encode() + said)).decode()
    sealed = canonical(json.loads(files["manifest.sig"]) | {"signature": signature}).encode()
    return pack(told | {"manifest.json": said, "manifest.sig": sealed})


def accepts(tool, issued, changed: dict[str, bytes], **seals) -> bool:
    files, history = issued
    return tool.judged(signed_again(files | changed, **seals), history)["code"] < 2


def evidence(issued) -> dict:
    return json.loads(issued[0]["evidence.json"])


def test_control_an_untouched_bundle_signed_again_is_accepted(tool, issued):
    assert accepts(tool, issued, {})
    assert accepts(tool, issued, {}, dossier="pending")


def named(path: tuple) -> str:
    """Where a value stands, without the places in lists."""
    return ".".join(name for name in path if isinstance(name, str))


@pytest.mark.parametrize("most", [40, pytest.param(10_000, marks=pytest.mark.faults)])
def test_what_they_can_change_in_the_evidence_is_what_the_journal_never_heard_of(tool, issued, most):
    random, free = Random(5), set()
    document = evidence(issued)
    paths = [path for path in mutations.places(document) if path and path[0] != "journal"]
    for path in random.sample(paths, min(most, len(paths))):
        for change in (mutations.other, mutations.retyped):
            copy = json.loads(json.dumps(document))
            parent = mutations.at_path(copy, path[:-1])
            parent[path[-1]] = change(random, parent[path[-1]])
            raw = mutations.dumped(copy)
            if accepts(tool, issued, {"evidence.json": raw}, dossier="pending"):
                free.add(named(path))
            assert not accepts(tool, issued, {"evidence.json": raw}), path
    assert {name for name in free if not any(name == each or name.startswith(f"{each}.") for each in FREE)} == set()


@pytest.mark.parametrize("name", ["events", "journal"])
def test_no_event_and_no_leaf_is_removed_moved_put_in_or_doubled(tool, issued, name):
    random, document = Random(6), evidence(issued)
    for _ in range(40):
        _, items = mutations.list_changes(random, document[name])
        words_only = [{**each, "words": ""} for each in items if isinstance(each, dict)]
        if words_only == [{**each, "words": ""} for each in document[name]]:
            continue
        raw = mutations.dumped(document | {name: items})
        assert not accepts(tool, issued, {"evidence.json": raw}, dossier="pending"), items


def test_events_after_the_last_that_the_journal_retains_can_be_cut_and_it_says_how_many(tool, issued):
    document = evidence(issued)
    cut = document["events"][:-1]
    chain = document["chain"] | {"length": len(cut), "head": cut[-1]["after"]}
    raw = mutations.dumped(document | {"events": cut, "chain": chain})
    files, history = issued
    answer = tool.judged(signed_again(files | {"evidence.json": raw}, dossier="pending"), history)
    assert any(line.startswith(f"{len(cut)} événements qui se suivent, dont ") for line in answer["controle"])
    assert not accepts(tool, issued, {"evidence.json": raw})


@pytest.mark.parametrize("name", ["charter.json", "consent.txt", "checkpoint"])
def test_no_byte_of_what_was_signed_moves(tool, issued, name):
    random, content = Random(7), issued[0][name]
    for _ in range(40):
        spoilt = mutations.byte_changes(random, content, 0, len(content))
        assert spoilt == content or not accepts(tool, issued, {name: spoilt}, dossier="pending")


@pytest.mark.parametrize("name", ["journal.json", "openings.json"])
def test_no_field_of_a_leaf_and_no_clear_value_moves(tool, issued, name):
    random, document = Random(8), json.loads(issued[0][name])
    values = [path for path in mutations.places(document) if path and path != ("format",)]
    for path in random.sample(values, min(80, len(values))):
        copy = json.loads(json.dumps(document))
        parent = mutations.at_path(copy, path[:-1])
        parent[path[-1]] = mutations.other(random, parent[path[-1]])
        gone = name == "openings.json" and isinstance(parent[path[-1]], list)
        assert gone or not accepts(tool, issued, {name: mutations.dumped(copy)}, dossier="pending"), path


def gap_of(content: bytes) -> tuple[int, int]:
    """From the opening bracket of the seal to its closing one, both included."""
    start = content.rindex(b"/Contents <") + len(b"/Contents ")
    return start, content.index(b">", start) + 1


def flipped(content: bytes, bit: int) -> bytes:
    spoilt = bytearray(content)
    spoilt[bit // 8] ^= 1 << bit % 8
    return bytes(spoilt)


@pytest.mark.parametrize("name", ["attestation.pdf", "dossier.pdf"])
def test_of_300_bits_flipped_in_a_sealed_paper_none_is_accepted(tool, issued, name):
    random, content = Random(9), issued[0][name]
    start, end = gap_of(content)
    for bit in (random.randrange(8 * len(content)) for _ in range(300)):
        if name == "dossier.pdf" and start < bit // 8 < end - 1:
            continue  # no leaf bears its digest: a bit of the seal changes nothing that the seal covers
        assert not accepts(tool, issued, {name: flipped(content, bit)}), bit


def test_what_frames_the_seal_of_the_dossier_and_what_fills_it_up_is_written_in_one_way(tool, issued):
    content = issued[0]["dossier.pdf"]
    start, end = gap_of(content)
    held = bytes.fromhex(content[start + 1 : end - 1].decode())
    size = parser.peek(held)
    assert held[size:] == bytes(len(held) - size) != b""
    frame = [*range(8 * (start - 12), 8 * (start + 1)), *range(8 * (end - 1), 8 * (end + 12))]
    filled = range(8 * (start + 1 + 2 * size), 8 * (end - 1))
    cased = [8 * at + 5 for at in range(start + 1, end - 1) if content[at : at + 1].isalpha()]
    random = Random(10)
    for bit in (*frame, *random.sample(filled, 40), *random.sample(cased, 40)):
        assert not accepts(tool, issued, {"dossier.pdf": flipped(content, bit)}), bit


@pytest.mark.parametrize("of", ["seal", "time"])
def test_no_bit_of_a_certificate_in_the_seal_of_the_dossier_moves(tool, issued, of):
    content = issued[0]["dossier.pdf"]
    start, end = gap_of(content)
    held = bytes.fromhex(content[start + 1 : end - 1].decode())
    signed = cms.ContentInfo.load(held)["content"]
    if of == "time":
        signed = signed["signer_infos"][0]["unsigned_attrs"][0]["values"][0]["content"]
    (certificate,) = (each.dump() for each in signed["certificates"])
    place, random = held.index(certificate), Random(11)
    for bit in random.sample(range(8 * place, 8 * (place + len(certificate))), 200):
        spoilt = content[: start + 1] + flipped(held, bit).hex().upper().encode() + content[end - 1 :]
        assert not accepts(tool, issued, {"dossier.pdf": spoilt}), bit


def test_a_leaf_that_the_bundle_needs_cannot_be_left_out(tool, issued):
    document = json.loads(issued[0]["journal.json"])
    for place, each in enumerate(document["leaves"]):
        leaf = json.loads(each["leaf"])
        if leaf["kind"] in ("key_announced",) or leaf["facts"].get("version") == "2014":
            continue  # the history of keys says it too; the version before is not that of the signature
        leaves = document["leaves"][:place] + document["leaves"][place + 1 :]
        raw = mutations.dumped(document | {"leaves": leaves})
        assert not accepts(tool, issued, {"journal.json": raw}, dossier="pending"), leaf["kind"]
