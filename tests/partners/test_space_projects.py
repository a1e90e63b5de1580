"""The list of an organisation's projects in its space: what each asks for, and ten-second confirmation."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.text import slugify

from partners.models import Project
from partners.models.project import months_before
from tests import builders
from tests.events.reading import text
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db

PATH = "/espace/atelier-du-coin/projets/"


@pytest.fixture
def local():
    return builders.organisation(name="Atelier du Coin", slug="atelier-du-coin", commune=builders.commune())


def enter(local, role="contributor"):
    person = builders.user()
    if role:
        builders.membership(person, local, role)
    return signed_in(person)


def months_ago(months: int):
    return months_before(timezone.localdate(), months)


def one_of_each(local) -> None:
    old, very_old = months_ago(7), months_ago(14)
    for title, fields in {
        "Retourné": {"moderation": "returned", "return_motive": "Précisez le lieu."},
        "Brouillon": {"moderation": "draft"},
        "Soumis": {"moderation": "submitted"},
        "Frais": {},
        "Idée ancienne": {"state": "idea", "confirmed_on": old},
        "Perdu de vue": {"confirmed_on": very_old},
        "Fini": {"state": "done", "confirmed_on": very_old},
        "Laissé": {"state": "abandoned"},
    }.items():
        builders.project(title=title, slug=slugify(title), lead=local, **fields)


def groups(answer) -> dict[str, list[str]]:
    return {upkeep.label: [p.title for p in projects] for upkeep, _, _, projects in answer.context["groups"]}


def test_projects_stand_under_what_they_ask_for_the_most_urgent_first(local):
    one_of_each(local)
    builders.project(title="D’une autre", lead=builders.organisation())
    answer = enter(local).get(PATH)
    assert groups(answer) == {
        "À compléter": ["Retourné", "Brouillon"],
        "À confirmer": ["Perdu de vue", "Idée ancienne"],
        "En attente de publication": ["Soumis"],
        "À jour": ["Frais"],
        "Terminés et abandonnés": ["Laissé", "Fini"],
    }
    words = text(answer)
    assert "8 projets portés par Atelier du Coin. 2 à compléter, 2 à confirmer." in words
    assert "« Précisez le lieu. »" in words
    assert "À confirmer (2)" in words
    assert 'id="a-completer"' in answer.content.decode()
    assert 'id="a-confirmer"' in answer.content.decode()
    assert "sans nouvelles depuis" in words


def test_six_months_to_the_day_ask_for_a_confirmation_as_the_to_do_does(local):
    builders.project(title="Six mois", lead=local, confirmed_on=months_ago(6))
    builders.project(title="Presque", lead=local, confirmed_on=months_ago(6) + timedelta(days=1))
    client = enter(local)
    assert groups(client.get(PATH)) == {"À confirmer": ["Six mois"], "À jour": ["Presque"]}
    assert "Confirmer 1 projet" in text(client.get("/espace/atelier-du-coin/")).replace("\u00a0", " ")


def test_an_organisation_without_projects_is_invited_to_describe_one(local):
    words = text(enter(local).get(PATH))
    assert "Aucun projet pour l’instant" in words
    assert "Décrire un premier projet" in words
    assert "Décrire un premier projet" not in text(enter(local, "reader").get(PATH))


def test_a_reader_sees_everything_and_no_button(local):
    one_of_each(local)
    client = enter(local, "reader")
    answer = client.get(PATH)
    assert sum(len(titles) for titles in groups(answer).values()) == 8
    main = answer.content.decode().partition("<main")[2]
    assert "<button" not in main
    assert "/modifier/" not in main
    assert "/nouveau/" not in main
    refused = client.post(PATH, {"project": "perdu-de-vue", "verdict": "same"})
    assert refused.status_code == 403
    assert "permet de lire ses projets, pas de les écrire" in text(refused)
    assert Project.objects.get(slug="perdu-de-vue").confirmed_on == months_ago(14)


@pytest.mark.parametrize("address", ["", "nouveau/", "halle/modifier/"])
def test_the_projects_of_others_do_not_exist_here(local, address):
    builders.project(slug="halle", lead=local)
    elsewhere = builders.organisation()
    for client in (enter(local, None), enter(elsewhere, "administrator"), signed_in(builders.staff())):
        assert client.get(PATH + address).status_code == 404
        assert client.post(PATH + address, {"project": "halle", "verdict": "done"}).status_code == 404
    assert Project.objects.get().state == "ongoing"


def test_without_a_session_one_is_asked_to_sign_in(client, local):
    assert client.get(PATH).headers["Location"] == f"/connexion/?next={PATH}"


def test_a_membership_that_has_ended_opens_nothing(local):
    person = builders.user()
    builders.membership(person, local, "administrator", starts_on="2020-01-01", ends_on="2021-01-01")
    assert signed_in(person).get(PATH).status_code == 404


@pytest.mark.parametrize("role", ["administrator", "signatory", "contributor"])
@pytest.mark.parametrize(
    ("before", "verdict", "after", "said"),
    [
        ("ongoing", "same", "ongoing", "« Halle » est confirmé : c’est noté à la date d’aujourd’hui."),
        ("idea", "same", "idea", "« Halle » est confirmé : c’est noté à la date d’aujourd’hui."),
        ("ongoing", "done", "done", "« Halle » est terminé. Il reste dans le registre."),
        ("done", "resumed", "ongoing", "« Halle » est de nouveau en cours."),
    ],
)
def test_one_button_says_where_a_project_stands(local, role, before, verdict, after, said):
    project = builders.project(title="Halle", slug="halle", lead=local, state=before, confirmed_on=months_ago(8))
    client = enter(local, role)
    answer = client.post(PATH, {"project": "halle", "verdict": verdict})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{PATH}#suite")
    project.refresh_from_db()
    assert (project.state, project.confirmed_on, project.moderation) == (after, timezone.localdate(), "published")
    assert said in text(client.get(PATH))


def test_the_buttons_are_on_the_row_itself(local):
    one_of_each(local)
    words = text(enter(local).get(PATH))
    assert "Toujours en cours : Perdu de vue Terminé : Perdu de vue Modifier : Perdu de vue" in words
    assert "Toujours d’actualité : Idée ancienne Terminé : Idée ancienne" in words
    assert "Remettre en cours : Fini" in words
    assert "Compléter : Retourné" in words
    assert "Modifier : Frais" in words
    assert "Terminé : Frais" not in words


def test_a_confirmation_leaves_the_reader_on_the_same_page_of_the_list(local):
    builders.project(slug="halle", lead=local)
    answer = enter(local).post(f"{PATH}?page=2", {"project": "halle", "verdict": "same"})
    assert answer.headers["Location"] == f"{PATH}?page=2#suite"


def test_looking_confirms_nothing(local):
    project = builders.project(slug="halle", lead=local, confirmed_on=months_ago(8))
    enter(local).get(PATH, {"project": "halle", "verdict": "done"})
    project.refresh_from_db()
    assert (project.state, project.confirmed_on) == ("ongoing", months_ago(8))


@pytest.mark.parametrize("typed", [{}, {"verdict": "x"}, {"verdict": ""}, {"verdict": "\x00"}])
def test_an_unknown_answer_is_refused_in_words(local, typed):
    builders.project(slug="halle", lead=local, confirmed_on=months_ago(8))
    answer = enter(local).post(PATH, {"project": "halle"} | typed)
    assert answer.status_code == 400
    assert "Dites si le projet est toujours en cours ou terminé" in text(answer)
    assert Project.objects.get().confirmed_on == months_ago(8)


@pytest.mark.parametrize(("slug", "status"), [("d-une-autre", 404), ("rien", 404), ("", 404), ("a\x00b", 400)])
def test_other_peoples_projects_are_not_confirmed_here(local, slug, status):
    other = builders.project(slug="d-une-autre", lead=builders.organisation(), confirmed_on=months_ago(8))
    assert enter(local).post(PATH, {"project": slug, "verdict": "done"}).status_code == status
    other.refresh_from_db()
    assert (other.state, other.confirmed_on) == ("ongoing", months_ago(8))


def test_what_is_not_published_is_not_confirmed(local):
    builders.project(slug="halle", lead=local, moderation="submitted")
    answer = enter(local).post(PATH, {"project": "halle", "verdict": "same"})
    assert answer.status_code == 409
    assert "Seul un projet publié se confirme." in text(answer)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_at_one_and_three_projects(local, django_assert_num_queries, count):
    for number in range(count):
        builders.project(title=f"P{number}", lead=local, commune=local.commune, moderation="submitted")
        builders.project(title=f"Q{number}", lead=local, commune=local.commune, confirmed_on=months_ago(8))
    client = enter(local)
    with django_assert_num_queries(10):
        client.get(PATH)


def test_a_long_list_is_cut_into_pages_whose_counts_are_of_the_whole(local):
    for number in range(60):
        builders.project(title=f"P{number}", lead=local)
    client = enter(local)
    assert [len(titles) for titles in groups(client.get(PATH)).values()] == [50]
    second = client.get(f"{PATH}?page=2")
    assert [len(titles) for titles in groups(second).values()] == [10]
    assert "À jour (60)" in text(second)
