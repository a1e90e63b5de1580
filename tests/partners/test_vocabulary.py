"""The words that correct mistyped searches."""

import pytest

from partners.actions.vocabulary import rebuild_vocabulary
from partners.filters.text import Query, corrections, edits, understand
from partners.jobs import learn_words
from partners.models import VocabularyWord
from tests import builders
from tests.query_table import query_world  # noqa: F401

pytestmark = pytest.mark.django_db


def test_words_are_kept_without_accents_and_shown_as_written():
    builders.project(title="Épicerie de l’Étang")
    builders.project(title="epicerie")
    builders.project(title="Épicerie, cœur du bourg")
    rebuild_vocabulary()

    word = VocabularyWord.objects.get(word="epicerie")
    assert (word.shown, word.uses) == ("épicerie", 3)
    assert VocabularyWord.objects.get(word="coeur").shown == "cœur"


def test_what_is_not_public_teaches_no_word():
    builders.project(title="Confidentiel", moderation="draft")
    builders.organisation(name="Clandestine", is_public=False)
    learn_words()

    assert not VocabularyWord.objects.filter(word__in=["confidentiel", "clandestine"]).exists()


def test_words_are_replaced_as_a_whole():
    project = builders.project(title="Ancien")
    rebuild_vocabulary()
    project.title = "Nouveau"
    project.save()
    rebuild_vocabulary()

    assert list(VocabularyWord.objects.filter(word__in=["ancien", "nouveau"]).values_list("word", flat=True)) == [
        "nouveau"
    ]


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("inclusoin", "inclusion"),
        ("numerqiue", "numérique"),
        ("Brset", "brest"),
        ("Geuret", "guéret"),
        ("passerel", "passerel"),
        ("ordinat", "ordinateurs"),
        ("inclusion", "inclusion"),
        ("inclusions", "inclusions"),
        ("les écrans", "écrans"),
        ('"inclusoin"', '"inclusoin"'),
        ("-inclusoin", "-inclusoin"),
        ("xylophone", "xylophone"),
        ("zq", "zq"),
        ("29200", "29200"),
        ("l’inclusoin à Brset", "l’inclusion à brest"),
        ("' OR 1=1 --", "' OR 1=1 --"),
    ],
)
def test_only_what_nothing_published_contains_is_corrected(query_world, typed, searched):  # noqa: F811
    assert understand(typed).searched == searched


def test_a_word_published_since_is_never_corrected_away(query_world):  # noqa: F811
    builders.project(title="Inclusoin, nom propre")

    assert understand("inclusoin").searched == "inclusoin"


def test_a_word_of_a_draft_is_corrected_like_any_unknown_one(query_world):  # noqa: F811
    builders.project(title="Inclusoin", moderation="draft")

    assert understand("inclusoin").searched == "inclusion"


def test_correcting_costs_two_queries_whatever_is_typed(query_world, django_assert_num_queries):  # noqa: F811
    with django_assert_num_queries(2):
        understand("inclusoin numerqiue voisisn passerel " * 6)
    with django_assert_num_queries(1):
        understand("inclusion numérique")
    with django_assert_num_queries(0):
        assert corrections([]) == {}


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("brest", "brest", 0), ("brset", "brest", 1), ("brst", "brest", 1), ("", "ab", 2), ("abc", "xyz", 3)],
)
def test_a_swap_is_one_slip(one, other, slips):
    assert edits(one, other) == slips


@pytest.mark.parametrize(
    ("typed", "exact"),
    [
        ("inclusoin numérique", '"inclusoin" "numérique"'),
        ('"lieux partagés" brest', '"lieux partagés" "brest"'),
        ("café -voisins", '"café" -voisins'),
    ],
)
def test_the_words_as_typed_can_be_asked_for(typed, exact):
    assert Query(typed, typed).exact == exact
