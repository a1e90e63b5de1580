"""What changes between two texts, in words a person can follow."""

from charter.models.difference import Run, difference, plain, runs


def shown(found: list[Run]) -> str:
    marks = {"same": "{}", "added": "[+{}]", "removed": "[-{}]"}
    return "".join(marks[run.kind].format(run.text) for run in found)


def test_words_are_replaced_added_and_removed():
    before = "La charte porte sur le numérique, la transition."
    after = "La charte porte sur un numérique éthique, la transition. Et sur la confiance."
    assert shown(runs(before, after)) == (
        "La charte porte sur [-le numérique] [+un numérique éthique], la transition. [+Et sur la confiance.]"
    )


def test_two_words_kept_between_two_changes_join_the_change():
    assert shown(runs("un deux trois quatre cinq six sept", "UN deux TROIS quatre cinq six sept")) == (
        "[-un deux trois] [+UN deux TROIS] quatre cinq six sept"
    )


def test_paragraphs_and_articles_are_aligned_before_words_are_compared():
    old = (
        ("Préambule", "Nous sommes là.\n\nEnsemble depuis longtemps."),
        ("Article 1. Tenir parole", "Nous le disons."),
    )
    new = (
        ("Préambule", "Nous sommes là.\n\nLa confiance est un résultat attendu.\n\nEnsemble depuis longtemps."),
        ("Article 1. Ouvrir", "Les lieux ouvrent à qui les demande."),
        ("Article 2. Tenir parole", "Nous le disons."),
    )
    found = difference(old, new)
    assert [section.kind for section in found.sections] == ["same", "added", "changed"]
    assert [paragraph.kind for paragraph in found.sections[0].paragraphs] == ["same", "added", "same"]
    assert shown(found.sections[2].heading) == "Article [-1] [+2]. Tenir parole"
    assert found.words == "2 paragraphes nouveaux"


def test_what_disappears_is_still_read():
    found = difference((("A", "Un.\n\nDeux mots."),), (("A", "Un."),))
    assert [paragraph.kind for paragraph in found.sections[0].paragraphs] == ["same", "removed"]
    assert found.words == "1 paragraphe supprimé"


def test_nothing_changes_from_a_text_to_itself():
    text = (("A", "Un.\n\nDeux."), ("B", "Trois."))
    assert plain(text).words == "aucun changement"
    assert {run.kind for s in plain(text).sections for p in s.paragraphs for run in p.runs} == {"same"}


def test_both_texts_can_be_read_back_from_the_runs():
    before, after = "Un deux, trois ; quatre.", "Un deux et trois ; cinq six quatre !"
    found = runs(before, after)
    for kept, text in (({"same", "removed"}, before), ({"same", "added"}, after)):
        assert "".join("".join(run.text for run in found if run.kind in kept).split()) == "".join(text.split())
