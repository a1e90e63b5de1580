"""Valid HTML for the Nu checker, where Java and the checker are found. Every page of the run: tests/html_pages.py."""

import json
import re

import pytest

from tests import builders, html_pages
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


@pytest.fixture
def checker() -> list[str]:
    return html_pages.checker() or pytest.skip("skipped: no Nu checker (VNU_JAR, or npm install) or no Java")


def test_every_public_page_is_valid(checker, client, query_world, tmp_path):  # noqa: F811
    builders.convention()
    for number, path in enumerate(PATHS):
        name = re.sub(r"[^a-z0-9]+", "-", path.lower())
        (tmp_path / f"{number:02}{name}.html").write_bytes(client.get(path).content)

    assert html_pages.messages(checker, tmp_path) == []


def test_control_the_checker_tells_what_is_wrong(checker, tmp_path):
    (tmp_path / "wrong.html").write_text("<!DOCTYPE html><html lang=fr><title>x</title><p><div></p><img src=x>")

    assert len(html_pages.messages(checker, tmp_path)) >= 2


def test_a_page_is_kept_once_with_its_templates_and_a_fragment_is_made_whole(client, tmp_path):
    answer = client.get("/aide/")
    html_pages.keep_answer(tmp_path, answer)
    html_pages.keep_answer(tmp_path, client.get("/aide/"))
    html_pages.keep_answer(tmp_path, client.get("/robots.txt"))
    html_pages.keep(tmp_path, b"<p>x</p>", ("fragment",), ["components/notice.html"], "a fragment")
    told = [json.loads(path.read_text()) for path in tmp_path.glob("*.json")]
    (page,) = [each for each in told if each["said"] == "GET /aide/ 200"]
    assert len(told) == 2
    assert {"base.html", "portal/aide.html", "components/footer.html"} <= set(page["templates"])
    assert sorted(path.read_bytes()[:15].lower() for path in tmp_path.glob("*.html")) == [b"<!doctype html>"] * 2
    assert "portal/aide.html" not in html_pages.never_shown(tmp_path)


def test_control_a_template_that_no_page_shows_is_told(tmp_path):
    assert {"portal/aide.html", "base.html", "mail/letter.html"} <= set(html_pages.never_shown(tmp_path))
