"""Describing a project in two minutes, and correcting it: what is typed, refused, kept."""

import re
import uuid
from datetime import date

import pytest

from partners.models import Project
from tests import builders
from tests.events.reading import text
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db

LIST = "/espace/atelier-du-coin/projets/"
NEW = f"{LIST}nouveau/"
GOOD = {
    "title": "La Remise à vélos",
    "summary": "On répare ensemble, le samedi.",
    "commune": "Brest",
    "axes": ["3"],
    "state": "ongoing",
}


@pytest.fixture
def local():
    builders.axis(3, "Économie circulaire")
    return builders.organisation(name="Atelier du Coin", slug="atelier-du-coin", commune=builders.commune())


@pytest.fixture
def person(local):
    person = builders.user()
    builders.membership(person, local, "contributor")
    return person


@pytest.fixture
def client(person):
    return signed_in(person)


def sent(client, path=NEW, **fields):
    return client.post(path, {"token": str(uuid.uuid4())} | GOOD | fields)


def errors(answer) -> dict[str, list[str]]:
    return {name: list(messages) for name, messages in answer.context["form"].errors.items()}


def figures(project) -> list[tuple]:
    return list(project.figures.values_list("label", "target", "reached"))


def test_the_page_asks_five_things_and_eleven_at_most(client):
    answer = client.get(NEW)
    visible = [field for field in answer.context["form"].visible_fields() if field.name != "commune_choice"]
    assert [field.name for field in visible if field.field.required] == ["title", "summary", "commune", "axes", "state"]
    assert len(visible) == 11
    assert answer.context["form"]["commune"].value() == "Brest (29)"
    assert answer.context["form"]["state"].value() == "ongoing"


def test_five_answers_make_a_submitted_project(client, person, local):
    answer = sent(client)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{LIST}#suite")
    project = Project.objects.get()
    assert (project.title, project.summary, project.commune_id, project.state) == (
        "La Remise à vélos", "On répare ensemble, le samedi.", "29019", "ongoing",
    )  # fmt: skip
    assert (project.moderation, project.lead, project.submitted_by) == ("submitted", local, person)
    assert [axis.number for axis in project.axes.all()] == [3]
    assert figures(project) == []
    assert "« La Remise à vélos » est soumis. La Poste le relit" in text(client.get(LIST))


def test_the_rest_may_be_given_at_once(client):
    sent(
        client,
        starts_on="2026-03-01",
        ends_on="31/12/2026",
        description="Tout a commencé dans un garage.",
        figure_0_label="vélos réparés",
        figure_0_target="1 500",
        figure_0_reached="0",
        figure_1_label="bénévoles",
        figure_1_reached="12",
    )
    project = Project.objects.get()
    assert (project.starts_on, project.ends_on) == (date(2026, 3, 1), date(2026, 12, 31))
    assert project.description == "Tout a commencé dans un garage."
    assert figures(project) == [("vélos réparés", 1500, 0), ("bénévoles", None, 12)]


def test_breaks_are_spaces_in_a_line_and_stay_in_the_story(client):
    sent(client, title="Halle\r\nneuve", summary=" Une  phrase\nlongue ", description="Un.\r\n\r\nDeux.")
    project = Project.objects.get()
    assert (project.title, project.summary) == ("Halle neuve", "Une phrase longue")
    assert project.description == "Un.\n\nDeux."


TOO_LONG_LABEL = "80 caractères au plus : vous en avez écrit 81."
A_NUMBER = "Donnez un nombre entier, sans virgule ni unité."
WRONG = [
    ({"title": ""}, "title", "Donnez un titre au projet."),
    ({"title": "   "}, "title", "Donnez un titre au projet."),
    ({"title": "a" * 161}, "title", "160 caractères au plus : vous en avez écrit 161."),
    ({"title": "a\x00b"}, "title", "Ce texte contient un caractère interdit."),
    ({"summary": ""}, "summary", "Dites le projet en une phrase."),
    ({"summary": "a" * 281}, "summary", "280 caractères au plus : vous en avez écrit 281."),
    ({"summary": "\x00"}, "summary", "Ce texte contient un caractère interdit."),
    ({"commune": ""}, "commune", "Dites où le projet se passe : une commune ou un code postal."),
    ({"commune": "a\x00"}, "commune", "Ce texte contient un caractère interdit."),
    ({"commune": "b" * 81}, "commune", "80 caractères au plus : vous en avez écrit 81."),
    (
        {"commune": "Zzyzx"},
        "commune",
        "Aucune commune ne répond à « Zzyzx ». Donnez son nom complet ou son code postal.",
    ),
    (
        {"commune": "99999"},
        "commune",
        "Aucune commune ne répond à « 99999 ». Donnez son nom complet ou son code postal.",
    ),
    ({"commune_choice": "\x00", "commune": "29200"}, "commune_choice", "Ce texte contient un caractère interdit."),
    ({"axes": []}, "axes", "Cochez au moins un axe."),
    ({"axes": ["61"]}, "axes", "Cet axe n’est pas proposé : cochez parmi ceux-ci."),
    ({"axes": ["x\x00"]}, "axes", "Cet axe n’est pas proposé : cochez parmi ceux-ci."),
    ({"state": ""}, "state", "Dites où en est le projet."),
    ({"state": "abandoned"}, "state", "Choisissez l’une de ces réponses."),
    ({"state": "\x00"}, "state", "Choisissez l’une de ces réponses."),
    ({"starts_on": "31/02/2026"}, "starts_on", "Donnez une date complète : jour, mois et année."),
    ({"starts_on": "\x00"}, "starts_on", "Donnez une date complète : jour, mois et année."),
    ({"starts_on": "0206-01-01"}, "starts_on", "Donnez une année entre 1900 et 2100."),
    ({"starts_on": "2026-03-01", "ends_on": "2026-02-28"}, "ends_on", "La date de fin précède la date de début."),
    ({"description": "a" * 20_001}, "description", "20\u202f000 caractères au plus : vous en avez écrit 20001."),
    ({"figure_0_label": "a" * 81, "figure_0_target": "1"}, "figure_0_label", TOO_LONG_LABEL),
    ({"figure_0_label": "vélos", "figure_0_target": "-4"}, "figure_0_target", "Un chiffre n’est jamais négatif."),
    ({"figure_0_label": "vélos", "figure_0_target": "dix"}, "figure_0_target", A_NUMBER),
    ({"figure_0_label": "vélos", "figure_0_reached": "3000000000"}, "figure_0_reached", "Ce chiffre est trop grand."),
    ({"figure_0_label": "vélos"}, "figure_0_reached", "Donnez le nombre visé, le nombre atteint, ou les deux."),
    ({"figure_0_target": "4"}, "figure_0_label", "Dites ce que ce nombre compte."),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "field", "sentence"), WRONG)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(client, typed, field, sentence):
    answer = sent(client, **typed)
    assert (answer.status_code, errors(answer)) == (400, {field: [sentence]})
    assert not Project.objects.exists()
    expected = {name: value for name, value in (GOOD | typed).items() if "\x00" not in value}
    assert {name: answer.context["form"][name].value() for name in expected} == expected


def test_a_file_in_place_of_a_text_is_an_empty_answer(client):
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = sent(client, title=SimpleUploadedFile("t.txt", b"x"))
    assert (answer.status_code, errors(answer)) == (400, {"title": ["Donnez un titre au projet."]})


@pytest.mark.parametrize("token", ["", "x", "\x00"])
def test_a_page_without_its_token_may_be_sent_again(client, token):
    answer = sent(client, token=token)
    assert answer.status_code == 400
    assert list(errors(answer)) == ["__all__"]
    assert "relisez vos réponses, puis envoyez-la à nouveau" in text(answer)
    assert sent(client, token=answer.context["form"]["token"].value()).status_code == 302


def test_when_several_communes_answer_the_page_asks_which_and_keeps_everything(client):
    builders.commune("29999", "Brest-la-Neuve", postal_codes=["29200"])
    answer = sent(client, commune="29200")
    assert errors(answer) == {
        "commune": ["Plusieurs communes répondent à « 29200 » : choisissez la vôtre dans la liste."]
    }
    choices = re.findall(r'name="commune_choice" value="(\w+)"', answer.content.decode())
    assert (answer.status_code, choices) == (400, ["29019", "29999"])
    assert answer.context["form"]["title"].value() == "La Remise à vélos"
    assert sent(client, commune="29200", commune_choice="29999").status_code == 302
    assert Project.objects.get().commune_id == "29999"


def test_a_commune_that_was_not_offered_is_not_taken(client):
    builders.commune("29999", "Brest-la-Neuve", postal_codes=["29200"])
    builders.commune("22278", "Saint-Brieuc", postal_codes=["22000"])
    assert sent(client, commune="29200", commune_choice="22278").status_code == 400
    assert sent(client, commune="Saint-Brieuc", commune_choice="29999").status_code == 302
    assert Project.objects.get().commune_id == "22278"


def test_a_national_network_may_leave_the_place_empty(person, client):
    network = builders.organisation(kind="network", slug="reseau", commune=builders.commune())
    builders.membership(person, network, "contributor")
    path = "/espace/reseau/projets/nouveau/"
    assert client.get(path).context["form"]["commune"].value() == ""
    assert sent(client, path, commune="").status_code == 302
    assert Project.objects.get().commune is None


def test_axes_without_a_name_are_not_offered(client):
    builders.axis(10, "Axe à renseigner", status="to_fill_in")
    assert client.get(NEW).context["form"].fields["axes"].choices == [("3", "Économie circulaire")]


def test_a_double_click_makes_one_project(client):
    token = str(uuid.uuid4())
    first, second = sent(client, token=token), sent(client, token=token)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.headers["Location"] == second.headers["Location"]
    assert Project.objects.count() == 1


def test_two_pages_make_two_projects(client):
    sent(client), sent(client, known="la-remise-a-velos")
    assert [p.slug for p in Project.objects.order_by("pk")] == ["la-remise-a-velos", "la-remise-a-velos-2"]


def test_a_page_sent_again_with_other_answers_asks_before_it_makes_another(client):
    token = str(uuid.uuid4())
    sent(client, token=token)
    answer = sent(client, token=token, title="Autre titre")
    assert (answer.status_code, answer.context["form"].non_field_errors().as_data()[0].code) == (409, "already_sent")
    assert answer.context["form"]["title"].value() == "Autre titre"
    assert Project.objects.count() == 1
    sent(client, token=answer.context["form"]["token"].value(), title="Autre titre")
    assert Project.objects.count() == 2


def test_a_refused_page_does_not_use_up_its_token(client):
    token = str(uuid.uuid4())
    assert sent(client, token=token, title="").status_code == 400
    assert sent(client, token=token).status_code == 302


def test_a_token_is_of_its_owner_alone(client, local):
    token = str(uuid.uuid4())
    colleague = builders.user()
    builders.membership(colleague, local, "administrator")
    sent(client, token=token)
    sent(signed_in(colleague), token=token, known="la-remise-a-velos")
    assert Project.objects.count() == 2


def test_a_reader_is_told_why_they_do_not_write(local):
    reader = builders.user()
    builders.membership(reader, local, "reader")
    builders.project(slug="halle", lead=local)
    for address in (NEW, f"{LIST}halle/modifier/"):
        for answer in (signed_in(reader).get(address), sent(signed_in(reader), address)):
            assert answer.status_code == 403
            assert "permet de lire ses projets, pas de les écrire" in text(answer)
    assert [project.moderation for project in Project.objects.all()] == ["published"]


def test_the_form_costs_the_same_whatever_the_axes(client, django_assert_num_queries):
    for number in (5, 6, 7):
        builders.axis(number)
    with django_assert_num_queries(6):
        client.get(NEW)
