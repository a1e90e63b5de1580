"""The journal's public addresses: all a stranger needs to check an entry, without an account."""

import base64
import hashlib

import pytest
from django.db import connection

from alliance.proof import checkpoints, journal, keys, merkle, notes, tree
from alliance.proof.models import JournalEntry

pytestmark = pytest.mark.django_db
COVERED, SIZE = 5, 7


@pytest.fixture(autouse=True)
def full(settings):
    settings.SITE_HOST = "portail.test"
    settings.JOURNAL_KEY = base64.b64encode(bytes(32)).decode()
    for number in range(SIZE):
        if number == COVERED:
            checkpoints.sign_checkpoint()
        journal.append(kind="k", subject=f"s-{number}", personal={"name": "Ada Canari"})


def decoded(texts: list[str]) -> list[bytes]:
    return [base64.b64decode(text, validate=True) for text in texts]


def test_the_latest_checkpoint_is_a_text_at_a_stable_address(client):
    response = client.get("/journal/checkpoint")
    assert (response.status_code, response["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert response.content.decode() == checkpoints.latest_text()
    assert response["Access-Control-Allow-Origin"] == "*"
    again = client.get("/journal/checkpoint", headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    checkpoints.sign_checkpoint()
    assert client.get("/journal/checkpoint").content.startswith(b"portail.test/journal\n7\n")
    assert client.get(f"/journal/checkpoint/{COVERED}").content == response.content


@pytest.mark.parametrize(
    ("size", "status", "sentence"),
    [
        ("4", 404, "Aucun point de contrôle n’a été signé à ce nombre d’entrées."),
        ("x", 400, "Un nombre d’entrées est un entier"),
        ("-5", 400, "Un nombre d’entrées est un entier"),
        ("٣", 400, "Un nombre d’entrées est un entier"),
        ("9" * 19, 400, "Un nombre d’entrées est un entier"),
    ],
)
def test_another_size_is_a_sentence(client, size, status, sentence):
    response = client.get(f"/journal/checkpoint/{size}")
    assert response.status_code == status
    assert response.content.decode().startswith(sentence)


def test_without_a_checkpoint_the_address_says_so(client):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM proof_checkpoint")
        cursor.execute("SET LOCAL session_replication_role = origin")
    response = client.get("/journal/checkpoint")
    assert (response.status_code, response.content.decode()) == (404, "Aucun point de contrôle n’est encore signé.\n")
    assert client.get("/api/v1/journal/entries/0/").json()["size"] == SIZE


def test_every_checkpoint_is_listed_with_its_date_the_newest_first(client, monkeypatch):
    first, second = checkpoints.latest(), checkpoints.sign_checkpoint()
    page = client.get("/journal/checkpoints.json").json()
    assert page["next"] is None
    assert page["checkpoints"] == [
        {
            "size": each.size,
            "root": notes.encoded(bytes(each.root)),
            "signed_at": journal.instant(each.signed_at),
            "url": f"http://testserver/journal/checkpoint/{each.size}",
        }
        for each in (second, first)
    ]
    monkeypatch.setattr("alliance.portal.views.proofs.LISTED", 1)
    page = client.get("/journal/checkpoints.json").json()
    assert page["next"] == f"http://testserver/journal/checkpoints.json?before={SIZE}"
    assert [each["size"] for each in client.get(page["next"]).json()["checkpoints"]] == [COVERED]
    assert client.get("/journal/checkpoints.json?before=x").status_code == 400


def test_the_history_of_keys_is_a_file_at_a_stable_address(client):
    response = client.get("/.well-known/alliance-keys.json")
    assert response.json() == {"keys": keys.history()}
    assert [row["kind"] for row in response.json()["keys"]] == ["journal"]
    assert client.get("/.well-known/alliance-keys.json", headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_an_entry_comes_with_its_leaf_and_its_proof_to_the_latest_checkpoint(client):
    response = client.get("/api/v1/journal/entries/2/")
    body, entry = response.json(), JournalEntry.objects.get(position=2)
    assert body == {
        "position": 2,
        "leaf": entry.leaf,
        "leaf_hash": base64.b64encode(entry.leaf_hash).decode(),
        "size": COVERED,
        "root": base64.b64encode(tree.root(COVERED)).decode(),
        "inclusion_proof": [base64.b64encode(found).decode() for found in tree.inclusion_proof(2, COVERED)],
        "checkpoint": checkpoints.latest_text(),
    }
    assert "Canari" not in response.content.decode()
    again = client.get("/api/v1/journal/entries/2/", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("position", range(SIZE))
def test_a_stranger_checks_each_entry_with_what_is_public(client, position):
    body = client.get(f"/api/v1/journal/entries/{position}/").json()
    leaf = hashlib.sha256(b"\x00" + body["leaf"].encode()).digest()
    proof, root = decoded(body["inclusion_proof"]), base64.b64decode(body["root"])
    assert merkle.inclusion_holds(leaf, position, body["size"], proof, root)
    assert body["size"] == (COVERED if position < COVERED else SIZE)
    if position < COVERED:
        note = notes.read(body["checkpoint"])
        assert (note.size, note.root) == (body["size"], root)
    else:
        assert body["checkpoint"] is None


def test_a_proof_may_be_asked_for_another_size(client):
    body = client.get("/api/v1/journal/entries/2/?size=4").json()
    assert (body["size"], body["checkpoint"]) == (4, None)
    assert decoded(body["inclusion_proof"]) == tree.inclusion_proof(2, 4)


def test_a_stranger_checks_that_the_journal_only_grew(client):
    response = client.get("/api/v1/journal/proofs/consistency/?old=5&new=7")
    body = response.json()
    assert (body["old"], body["new"]) == (5, 7)
    old_root, new_root = decoded([body["old_root"], body["new_root"]])
    assert merkle.consistency_holds(5, 7, old_root, new_root, decoded(body["consistency_proof"]))
    assert (old_root, new_root) == (tree.root(5), tree.root(7))
    assert response["ETag"]


WHOLE = "est un nombre entier, en chiffres, sans signe."
WRONG = {
    "/api/v1/journal/entries/x/": {"position": [f"« position » {WHOLE}"]},
    "/api/v1/journal/entries/-1/": {"position": [f"« position » {WHOLE}"]},
    "/api/v1/journal/entries/2/?size=": {"size": [f"« size » {WHOLE}"]},
    "/api/v1/journal/entries/2/?size=2": {"size": ["« size » est un nombre d’entrées, de 3 à 7."]},
    "/api/v1/journal/entries/2/?size=8": {"size": ["« size » est un nombre d’entrées, de 3 à 7."]},
    "/api/v1/journal/entries/2/?x=1": {"x": ["Paramètre inconnu : x. Les paramètres sont : size."]},
    "/api/v1/journal/proofs/consistency/": {"old": [f"« old » {WHOLE}"]},
    "/api/v1/journal/proofs/consistency/?old=1": {"new": [f"« new » {WHOLE}"]},
    "/api/v1/journal/proofs/consistency/?old=1&new=8": {"new": ["« new » est un nombre d’entrées, 7 au plus."]},
    "/api/v1/journal/proofs/consistency/?old=3&new=2": {"old": ["« old » est au plus égal à « new »."]},
    "/api/v1/journal/proofs/consistency/?old=1&new=2&y=": {
        "y": ["Paramètre inconnu : y. Les paramètres sont : old, new."]
    },
}


@pytest.mark.parametrize("path", WRONG)
def test_what_is_wrongly_asked_is_answered_with_a_sentence(client, path):
    response = client.get(path)
    assert (response.status_code, response.json()) == (400, WRONG[path])


def test_an_entry_that_is_not_there_is_not_found(client):
    assert client.get("/api/v1/journal/entries/7/").status_code == 404
    assert client.get(f"/api/v1/journal/entries/{10**18 - 1}/").status_code == 404


@pytest.mark.parametrize(
    "path", ["/journal/checkpoint", "/.well-known/alliance-keys.json", "/api/v1/journal/entries/0/"]
)
def test_nobody_writes_there(client, path):
    assert client.post(path).status_code == 405
