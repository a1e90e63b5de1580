"""The tree against the vectors of RFC 6962's first implementation, and against a naive one written from its text."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliance.proof import merkle
from tests.proof import naive

LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
INCLUSION = [
    (0, 1, []),
    (0, 8, [A, B, C]),
    (5, 8, [D, E, ROOTS[4]]),
    (2, 3, [ROOTS[2]]),
    (1, 5, [ROOTS[1], B, D]),
]
CONSISTENCY = [(1, 1, []), (1, 8, [A, B, C]), (6, 8, [F, E, ROOTS[4]]), (2, 5, [B, D])]


def hashes(leaves: list[bytes]) -> list[bytes]:
    return [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]


def nodes(leaves: list[bytes]) -> dict:
    tree, known = merkle.Growing(), {}
    for position, leaf in enumerate(hashes(leaves)):
        known |= {(0, position): leaf} | dict(tree.add(leaf))
    return known


def proof(runs: list, leaves: list[bytes]) -> list[bytes]:
    return [merkle.hash_of(run, nodes(leaves)) for run in runs]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_vectors(size):
    tree = merkle.Growing()
    for leaf in hashes(LEAVES[:size]):
        tree.add(leaf)
    assert tree.root().hex() == merkle.hash_of((0, size), nodes(LEAVES)).hex() == ROOTS[size]


@pytest.mark.parametrize(("position", "size", "expected"), INCLUSION)
def test_inclusion_proofs_are_those_of_the_vectors(position, size, expected):
    made = proof(merkle.inclusion_runs(position, size), LEAVES)
    assert [one.hex() for one in made] == expected
    root = bytes.fromhex(ROOTS[size])
    assert merkle.inclusion_holds(hashes(LEAVES)[position], position, size, made, root)


@pytest.mark.parametrize(("old", "new", "expected"), CONSISTENCY)
def test_consistency_proofs_are_those_of_the_vectors(old, new, expected):
    made = proof(merkle.consistency_runs(old, new), LEAVES)
    assert [one.hex() for one in made] == expected
    assert merkle.consistency_holds(old, new, bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new]), made)


SIZES = st.integers(1, 70)


@given(st.data())
def test_every_proof_is_that_of_the_naive_tree_and_holds_only_for_what_it_proves(data):
    new = data.draw(SIZES)
    old, position = data.draw(st.integers(1, new)), data.draw(st.integers(0, new - 1))
    leaves = [b"%d" % number for number in range(new)]
    inclusion = proof(merkle.inclusion_runs(position, new), leaves)
    consistency = proof(merkle.consistency_runs(old, new), leaves)
    assert inclusion == naive.path(position, leaves)
    assert consistency == naive.proof(old, leaves)
    root, before, leaf = naive.root(leaves), naive.root(leaves[:old]), naive.root(leaves[position : position + 1])
    assert merkle.inclusion_holds(leaf, position, new, inclusion, root)
    assert merkle.consistency_holds(old, new, before, root, consistency)
    for wrong in naive.spoilt(inclusion):
        assert not merkle.inclusion_holds(leaf, position, new, wrong, root)
    for wrong in naive.spoilt(consistency):
        assert not merkle.consistency_holds(old, new, before, root, wrong)
    assert not merkle.inclusion_holds(naive.root([b"other"]), position, new, inclusion, root)
    assert not merkle.inclusion_holds(leaf, new, new, inclusion, root)
    assert not merkle.consistency_holds(old, new, naive.root([b"other"]), root, consistency)
    assert not merkle.consistency_holds(new + 1, new, before, root, consistency)


@pytest.mark.parametrize(("position", "size"), [(0, 1), (6, 7), (12345, 1_000_000), (999_999, 1_000_000)])
def test_a_proof_names_few_nodes_however_large_the_tree(position, size):
    wanted = [node for run in merkle.inclusion_runs(position, size) for node in merkle.nodes_of(run)]
    wanted += [node for run in merkle.consistency_runs(position + 1, size) for node in merkle.nodes_of(run)]
    assert len(wanted) <= 4 * size.bit_length()
    assert all((index + 1) << level <= size for level, index in wanted)
