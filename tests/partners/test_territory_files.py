"""Every way in which a file of communes can be wrong: nothing changes, and a French sentence says where."""

import gzip
import http.server
import threading
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError

from partners.actions import territory
from partners.actions.territory_file import COLUMNS, read_communes
from partners.models import Commune
from tests.partners.commune_file import GUERET, changed, load, written
from tests.reference import loaded


@pytest.fixture(scope="module", autouse=True)
def reference(django_db_setup, django_db_blocker):
    with loaded(django_db_blocker):
        yield


@pytest.fixture(autouse=True)
def _database(db):
    pass


WRONG = {
    "code": (changed(code="2309"), "Ligne 2 : « 2309 » n’est pas un code de commune"),
    "corsica": (changed(code="2C096"), "Ligne 2 : « 2C096 » n’est pas un code de commune"),
    "other digits": (changed(code="٢٣٠٩٦"), "n’est pas un code de commune"),
    "department": (changed(departement="24"), "Ligne 2 : la commune 23096 ne peut pas être dans le département « 24 »"),
    "unknown department": (changed(code="20096", departement="20"), "Ligne 2 : le département « 20 » est inconnu"),
    "region": (changed(region="53"), "Ligne 2 : le département 23 n’est pas dans la région « 53 »"),
    "name": (changed(nom="  "), "Ligne 2 : le nom de la commune 23096 est vide"),
    "long name": (changed(nom="x" * 81), "Ligne 2 : le nom de la commune 23096 est vide, trop long"),
    "postal code": (changed(codes_postaux="23000 230"), "Ligne 2 : les codes postaux « 23000 230 »"),
    "epci": (changed(epci="12"), "Ligne 2 : « 12 » n’est pas le SIREN d’un EPCI"),
    "population": (changed(population="douze"), "Ligne 2 : la population « douze » n’est pas un nombre entier"),
    "negative population": (changed(population="-1"), "Ligne 2 : la population « -1 »"),
    "point": (changed(lat="nord"), "Ligne 2 : « nord, 1.8700 » n’est pas un point"),
    "not a number": (changed(lat="nan"), "Ligne 2 : le point nan, 1.87"),
    "swapped point": (changed(lat="1.87", lon="46.17"), "Ligne 2 : le point 1.87, 46.17"),
    "half a point": (changed(lon=""), "Ligne 2 : « 46.1700,  » n’est pas un point"),
    "precision": (changed(precision="Z"), "Ligne 2 : la précision « Z » est inconnue"),
    "too few cells": (GUERET[:-1], "Ligne 2 : 9 colonnes au lieu de 10"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_row_changes_nothing_and_is_named(case, tmp_path):
    row, sentence = WRONG[case]
    ahun = ["23001", "Ahun", "23150", "23", "75", "", "1", "46.08", "2.04", "M"]
    before = Commune.objects.get(code="23001").population
    with pytest.raises(CommandError) as refusal:
        load(written(tmp_path, row, ahun))
    assert sentence in str(refusal.value)
    assert str(refusal.value).endswith("Rien n’a été changé.")
    assert Commune.objects.get(code="23001").population == before


def whole() -> bytes:
    return (territory.DATA / "communes.csv.gz").read_bytes()


def line(number: int, content: bytes = b"x") -> bytes:
    lines = gzip.decompress(whole()).split(b"\n")
    lines[number - 1] = content
    return b"\n".join(lines)


FILES = {
    "empty": (lambda: b"", "Le fichier est vide."),
    "cut gzip": (lambda: whole()[:300_000], "le fichier compressé est tronqué, il s’arrête ici."),
    "damaged gzip": (lambda: whole()[:200_000] + b"\0" * 50 + whole()[200_050:], "le fichier compressé est abîmé."),
    "not a gzip": (lambda: b"\x1f\x8b garbage", "Ligne 1 : le fichier compressé est abîmé."),
    "an image": (lambda: b"\x89PNG\r\n\x1a\n", "Ligne 1 : ces caractères ne sont pas de l’UTF-8."),
    "nul": (lambda: line(1_200, b"0104\x001"), "Ligne 1200 : un caractère nul s’y trouve."),
    "latin-1": (lambda: line(77, "Béon".encode("latin-1")), "Ligne 77 : ces caractères ne sont pas de l’UTF-8."),
    "cut row": (lambda: gzip.decompress(whole())[:900_000], "colonnes au lieu de 10."),
    "open quote": (lambda: line(34_970, b'"98901,x'), "Ligne 34970 : ce n’est pas du CSV"),
    "a page": (lambda: b"<!doctype html><p>Erreur</p>", "Ligne 1 : il manque des colonnes : code, nom"),
    "cut between rows": (
        lambda: b"\n".join(line(1, whole_header()).split(b"\n")[:32_000]),
        "sans commune des départements 82, 83",
    ),
    "short": (lambda: b"\n".join(line(1, whole_header()).split(b"\n")[:500]), "Ligne 500 : le fichier s’arrête à 499"),
    "last row lost": (
        lambda: b"\n".join(line(1, whole_header()).split(b"\n")[:-2]),
        "sans commune des départements 989",
    ),
    "twice": (lambda: line(300, line(1).split(b"\n")[9]), "Ligne 300 : la commune 01010 figure déjà (ligne 10)."),
    "cut json": (lambda: b'[{"code": "01001", "no', "Ligne 1, caractère"),
    "json object": (lambda: b'{"code": 1}', "Ligne 1 : une liste de communes est attendue."),
    "json row": (lambda: b'[{"code": "01001"}]', "Commune n° 1 : la clé nom manque."),
    "json list of lists": (lambda: b"[[]]", "Commune n° 1 : ce n’est pas un objet JSON."),
}


def whole_header() -> bytes:
    return ",".join(COLUMNS).encode()


@pytest.mark.parametrize("case", FILES)
def test_a_wrong_file_changes_nothing_and_says_where(case, tmp_path):
    make, sentence = FILES[case]
    (tmp_path / "communes").write_bytes(make())
    Commune.objects.filter(code="01001").update(population=3)
    with pytest.raises(CommandError, match=r"Rien n’a été changé\.$") as refusal:
        load(str(tmp_path / "communes"), partial=False)
    assert sentence in str(refusal.value)
    assert Commune.objects.get(code="01001").population == 3


def test_a_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(CommandError, match="ne peut pas être lu : No such file"):
        load(str(tmp_path / "absent.csv"))


def test_a_cut_gzip_names_the_line_that_was_reached(tmp_path):
    (tmp_path / "cut").write_bytes(whole()[:300_000])
    with pytest.raises(ValidationError) as refusal:
        read_communes(str(tmp_path / "cut"))
    number = int(refusal.value.messages[0].split()[1])
    assert 10_000 < number < 30_000


class Served(http.server.BaseHTTPRequestHandler):
    body, announced = b"", 0

    def do_GET(self):
        self.send_response(200 if self.path == "/communes" else 404)
        self.send_header("Content-Length", str(self.announced))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *args):
        pass


@pytest.fixture
def address(request):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), getattr(request, "param", Served))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_an_address_is_read(address, tmp_path):
    Served.body = Path(written(tmp_path, changed(population="99"))).read_bytes()
    Served.announced = len(Served.body)
    load(f"{address}/communes")
    assert Commune.objects.get(code="23096").population == 99


@pytest.mark.parametrize(
    ("path", "announced", "sentence"),
    [("/communes", 10_000, "tronqué"), ("/nulle-part", 0, "répond par une erreur 404")],
)
def test_an_address_that_fails_is_a_sentence(address, path, announced, sentence):
    Served.body, Served.announced = b"", announced
    with pytest.raises(CommandError, match=sentence):
        load(address + path)


class Interrupted(Served):
    """Sends a part of an answer in chunks, and hangs up."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"5\r\ncode,\r\nff\r\nnom")
        self.close_connection = True


@pytest.mark.parametrize("address", [Interrupted], indirect=True)
def test_an_answer_that_breaks_off_is_a_sentence(address):
    with pytest.raises(CommandError, match="est tronqué"):
        load(f"{address}/communes")


def test_an_address_where_nobody_listens_is_a_sentence():
    with pytest.raises(CommandError, match="ne répond pas"):
        load("http://127.0.0.1:9/communes")


@pytest.mark.parametrize("source", ["ftp://exemple.fr/communes", "file:///etc/passwd"])
def test_only_http_addresses_are_followed(source):
    with pytest.raises(CommandError, match="doit commencer par https:// ou http://"):
        load(source)


def test_control_a_short_file_enters_when_one_says_that_it_is_partial(tmp_path):
    load(written(tmp_path, changed(population="5")), partial=True)
    assert Commune.objects.get(code="23096").population == 5
    with pytest.raises(CommandError, match="il en faut 30"):
        load(written(tmp_path, changed(population="6")), partial=False)
    assert Commune.objects.get(code="23096").population == 5
