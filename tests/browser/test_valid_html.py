"""Public pages are valid HTML for the Nu checker, where Java and the checker are found (``VNU_JAR``)."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests import builders
from tests.query_table import query_world  # noqa: F401

pytestmark = pytest.mark.django_db

PATHS = """
    / /annuaire/ /annuaire/atelier/ /projets/ /projets/halle/ /projets/halle/signaler/ /projets/?q=zzzzzz
    /projets/carte/ /projets/carte/?region=53 /projets/carte/?department=29 /territoires/ /territoires/regions/53/
    /territoires/departements/29/ /territoires/departements/29/ecrire/ /chiffres/ /chiffres/axes-et-regions/ /accords/
    /axes/ /axes/4/ /charte/ /charte/versions/2020/ /charte/signataires/ /verifier/ /verifier/AAAA-AAAA-AAAA/
    /conventions/ /donnees/ /recherche/ /recherche/?q=bretagne /recherche/?q=zzzzz /aide/ /accessibilite/
    /mentions-legales/ /confidentialite/ /plan-du-site/ /connexion/ /nulle-part/
""".split()  # noqa: SIM905  one address a word reads better
DELIBERATE = re.compile("role is unnecessary for element")
"""``role="list"``: Safari takes the list away from lists without bullets."""


@pytest.fixture
def checker() -> list[str]:
    jar, java = os.environ.get("VNU_JAR", ""), shutil.which("java")
    if not java or not Path(jar).is_file():
        pytest.skip("skipped: no Nu checker (VNU_JAR) or no Java")
    return [java, "-jar", jar, "--format", "json", "--stdout", "--exit-zero-always"]


def messages(checker: list[str], folder: Path) -> list[str]:
    """What the checker says of the files of a folder, but for what is deliberate."""
    run = subprocess.run([*checker, str(folder)], capture_output=True, text=True, check=True)
    told = json.loads(run.stdout)["messages"]
    return [
        f"{Path(each['url']).name}:{each.get('lastLine')}: {each['message']}"
        for each in told
        if not DELIBERATE.search(each["message"])
    ]


def test_every_public_page_is_valid(checker, client, query_world, tmp_path):  # noqa: F811
    builders.convention()
    for number, path in enumerate(PATHS):
        name = re.sub(r"[^a-z0-9]+", "-", path.lower())
        (tmp_path / f"{number:02}{name}.html").write_bytes(client.get(path).content)

    assert messages(checker, tmp_path) == []


def test_control_the_checker_tells_what_is_wrong(checker, tmp_path):
    (tmp_path / "wrong.html").write_text("<!DOCTYPE html><html lang=fr><title>x</title><p><div></p><img src=x>")

    assert len(messages(checker, tmp_path)) >= 2
