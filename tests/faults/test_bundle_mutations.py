"""Ten thousand changes to bundles and to the keys given with them: the offline verifier accepts none, and stays up.

Then it is given the same changes with one of its checks taken away: each time some of them pass. `make faults`.
"""

import json
import os
from collections import Counter
from itertools import islice
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from alliance.proof import keys
from charter.bundle import bundle
from tests.charter import bundles, mutations
from tests.charter.conftest import *  # noqa: F403  the fixtures of the seal

pytestmark = [pytest.mark.faults, pytest.mark.django_db]
MUTATIONS = int(os.environ.get("MUTATIONS", "10000"))
WITHOUT = {
    "la forme de l’archive": ("need(body + directory + end == data,", "need(True,"),
    "la signature du manifeste": (
        'signed_by(known[sealed["key"]], unbase64(sealed["signature"]), b"alliance-bundle/1',
        'print(end="") or (known[sealed["key"]], unbase64(sealed["signature"]), b"alliance-bundle/1',
    ),
    "les empreintes du manifeste": ('same(manifest["files"], listed, "les fichiers")', "pass"),
}  # fmt: skip


@pytest.fixture
def issued(settings, stored, sealing):
    """Two bundles, and the history of keys."""
    settings.JOURNAL_KEY = bundles.KEY
    given = [bundle(bundles.standing()), bundle(bundles.standing())]
    return given, keys.document()


def test_of_ten_thousand_mutations_none_is_accepted(issued):
    (given, history), tool = issued, bundles.verifier()
    tried, accepted, answers = Counter(), Counter(), Counter()
    for kind, made, known in islice(mutations.mutants(Random(), given, history), MUTATIONS):
        answer = tool.judged(made, known)
        tried[kind] += 1
        accepted[kind] += answer["code"] != 2
        answers[answer["phrase"].partition(" : ")[0]] += 1
    for kind, count in sorted(tried.items()):
        print(f"{count:6} {kind} : {accepted[kind]} accepted")
    print(f"{tried.total():6} mutations, {accepted.total()} accepted, 0 crash; {dict(answers)}")
    assert (accepted.total(), tried.total()) == (0, MUTATIONS)
    assert [tool.judged(each, history)["etat"] for each in given] == ["valide", "valide"], "control: untouched"


@pytest.mark.parametrize("name", WITHOUT)
def test_control_each_check_that_is_taken_away_lets_some_pass(issued, name):
    (given, history), tool = issued, bundles.verifier(WITHOUT[name])
    passed = Counter()
    for kind, made, known in islice(mutations.mutants(Random(1), given, history), 2_000):
        passed[kind] += tool.judged(made, known)["code"] != 2
    print(f"without {name}: {passed.total()} of 2000 pass")
    assert passed.total() > 0


def test_control_the_history_of_keys_is_checked_beyond_what_the_bundle_knew(issued):
    """A key announced since: its signature is all that holds it."""
    (given, _), later = issued, Ed25519PrivateKey.generate().public_key()
    keys.announce(kind="seal", public_key=keys.der(later), algorithm="Ed25519")
    rows = json.loads(keys.document())["keys"]
    changed = mutations.indented({"keys": [*rows[:-1], rows[-1] | {"algorithm": "autre"}]})
    spaced = keys.document().replace(b"\n", b" \n", 1)
    signed = ('signed_by(known[row["signed_by"]], unbase64(row["signature"]), canonical(said))', "pass")
    whole, tools = bundles.verifier(), [bundles.verifier(signed), bundles.verifier(("need(form == raw,", "need(True,"))]
    codes = [tool.judged(given[0], known)["code"] for tool, known in zip(tools, (changed, spaced), strict=True)]
    assert [whole.judged(given[0], known)["code"] for known in (keys.document(), changed, spaced)] == [0, 2, 2]
    assert codes == [0, 0]
