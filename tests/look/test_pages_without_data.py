"""Error pages and legal pages: they must stand when everything else has fallen."""

import pytest
from django.template import loader

PAGES = ["/accessibilite/", "/mentions-legales/", "/confidentialite/", "/plan-du-site/", "/aide/"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_without_data_answer_without_a_database(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert "portail_session" not in response.cookies


@pytest.mark.parametrize("status", [400, 403, 404, 409, 429, 500])
def test_error_pages_render_with_no_context_at_all(status):
    page = loader.render_to_string(f"{status}.html")
    assert f"Erreur {status}" in page
    assert 'href="#contenu"' in page


def test_a_conflict_page_says_what_happened():
    page = loader.render_to_string("409.html", {"sentence": "Les inscriptions sont closes."})
    assert "Les inscriptions sont closes." in page


def test_a_throttled_page_says_how_long_to_wait():
    assert "dans 30 secondes" in loader.render_to_string("429.html", {"retry_after": 30})


def test_missing_legal_values_are_visibly_to_be_completed(client, settings):
    settings.LEGAL = dict.fromkeys(("publisher", "director", "host", "dpo", "contact"), "")
    assert client.get("/mentions-legales/").content.decode().count("à compléter") == 4


def test_given_legal_values_are_shown_and_escaped(client, settings):
    settings.LEGAL = dict.fromkeys(("publisher", "director", "host", "dpo", "contact"), "Éditeur <& Cie>")
    page = client.get("/mentions-legales/").content.decode()
    assert "Éditeur &lt;&amp; Cie&gt;" in page
    assert "à compléter" not in page


@pytest.mark.parametrize(("demo", "shown"), [(True, 1), (False, 0)])
def test_the_banner_of_the_demonstration_shows_in_the_demonstration_only(client, settings, demo, shown):
    settings.DEMO = demo
    assert client.get("/aide/").content.decode().count("Données de démonstration :") == shown
