"""The kinds of results, in the order of what was typed; the portal's own pages, even mistyped."""

import pytest

from alliance.portal.ranking import Section, ranked
from alliance.portal.search_pages import PAGES, pages_named


def test_the_kind_with_the_nearest_name_comes_first_and_empty_ones_are_left_out():
    sections = [
        Section("projects", "", ["x"], ("Un jardin partagé à Brest",)),
        Section("places", "", ["x"], ("Brest",)),
        Section("axes", "", [], ("Brest",)),
    ]

    assert [section.kind for section in ranked(sections, "brest")] == ["places", "projects"]


def test_between_equals_the_order_given_stands():
    sections = [Section("a", "", ["x"], ("Rien",)), Section("b", "", ["x"], ())]

    assert [section.kind for section in ranked(sections, "brest")] == ["a", "b"]


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("charte", ["La charte"]),
        ("chartre", ["La charte"]),
        ("Convensions", ["Les Conventions"]),
        ("mot de passe", ["Se connecter"]),
        ("handicap", ["Accessibilité"]),
        ("jardin", []),
        ("de la", []),
        ("", []),
    ],
)
def test_a_page_is_found_by_its_words_a_slip_away(typed, titles):
    assert [page.title for page in pages_named(typed)] == titles


def test_every_page_offered_opens(client, db):
    assert {
        page.url: client.get(page.url).status_code for page in PAGES if client.get(page.url).status_code != 200
    } == {}
