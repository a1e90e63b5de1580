"""Any two published versions, compared word by word; insertions and deletions are said in words."""

from datetime import date

import pytest

from charter.models import Article
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def versions():
    builders.charter_version("2014", effective_on=date(2014, 10, 14), articles=("Préambule", "Ancien"))
    new = builders.charter_version("2020", published=False, articles=("Préambule", "Partage des lieux"))
    Article.objects.filter(version=new, position=1).update(text="Texte nouveau de Préambule.")
    Article.objects.filter(version=new, position=2).update(text="Nos guichets accueillent vos permanences.")
    builders.publish(new)
    builders.charter_version("2021", effective_on=date(2021, 1, 1), kind="editorial")
    builders.charter_version("2027", published=False, effective_on=date(2027, 1, 1))


def page(client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_two_versions_are_compared_in_the_order_that_is_asked(client, versions):
    html = page(client, "/charte/versions/2014/comparer/2020/")
    assert "De la version 2014 à la version 2020" in html
    assert '<ins><span class="visually-hidden">ajouté : </span>nouveau</ins>' in html
    assert "Préambule : 1 paragraphe modifié" in html
    assert "Partage des lieux : article nouveau" in html
    assert "Ancien : article supprimé" in html
    back = page(client, "/charte/versions/2020/comparer/2014/")
    assert '<del><span class="visually-hidden">supprimé : </span>nouveau</del>' in back


def test_versions_that_do_not_follow_each_other_are_compared_too(client, versions):
    assert "De la version 2014 à la version 2021" in page(client, "/charte/versions/2014/comparer/2021/")


def test_a_version_compared_with_itself_says_so(client, versions):
    html = page(client, "/charte/versions/2020/comparer/2020/")
    assert "C’est la même version" in html
    assert "<ins>" not in html


@pytest.mark.parametrize("pair", [("2014", "2027"), ("2027", "2014"), ("1999", "2014"), ("2014", "x" * 200)])
def test_a_draft_or_unknown_version_is_not_found(client, versions, pair):
    assert client.get("/charte/versions/{}/comparer/{}/".format(*pair)).status_code == 404


def test_two_choices_lead_to_the_comparison(client, versions):
    response = client.get("/charte/comparer/", {"de": "2014", "avec": "2021"})
    assert (response.status_code, response.url) == (302, "/charte/versions/2014/comparer/2021/")
    assert "2027" not in page(client, "/charte/comparer/")


@pytest.mark.parametrize(
    ("de", "avec", "wrong"),
    [("2014", "", {"avec"}), ("1999", "2014", {"de"}), ("\0", "<b>", {"de", "avec"})],
)
def test_a_wrong_choice_is_said_at_its_field_and_the_other_stays(client, versions, de, avec, wrong):
    response = client.get("/charte/comparer/", {"de": de, "avec": avec})
    html = response.content.decode()
    assert response.status_code == 400
    assert response.context["wrong"] == wrong
    assert html.count("Choisissez une version publiée.") == len(wrong)
    assert html.count(" selected") == 2 - len(wrong)


def test_without_two_versions_there_is_nothing_to_choose(client):
    assert "Il n’y a pas encore deux versions" in page(client, "/charte/comparer/")


def test_the_charter_leads_to_the_comparisons(client, versions):
    html = page(client, "/charte/")
    assert 'href="/charte/versions/2014/comparer/2020/"' in html
    assert 'href="/charte/comparer/"' in html


def test_comparisons_are_only_read(client, versions):
    assert client.post("/charte/versions/2014/comparer/2020/").status_code == 405
    assert client.post("/charte/comparer/").status_code == 405
