"""Correcting a project: what stands is shown, nobody's writing is lost, what comes back says why."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from alliance.lib.models import IdempotentCall
from partners import mails
from partners.models import Project, ProjectFigure, ProposedChange
from tests import builders
from tests.events.reading import text
from tests.events.waiting import rival, wait_until_one_waits
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db

LIST = "/espace/atelier-du-coin/projets/"
EDIT = f"{LIST}halle/modifier/"


@pytest.fixture
def local():
    return builders.organisation(name="Atelier du Coin", slug="atelier-du-coin", commune=builders.commune())


@pytest.fixture
def project(local):
    project = builders.project(
        axes=[builders.axis(3, "Économie circulaire")],
        title="Halle",
        slug="halle",
        summary="Une halle.",
        lead=local,
        commune=local.commune,
        starts_on=date(2026, 3, 1),
    )
    ProjectFigure.objects.create(project=project, label="vélos", target=400, reached=340)
    project.refresh_from_db()
    return project


@pytest.fixture
def person(local):
    person = builders.user()
    builders.membership(person, local, "contributor")
    return person


@pytest.fixture
def client(person):
    return signed_in(person)


def page_of(client) -> dict:
    """What the browser would send back from the page as it stands."""
    form = client.get(EDIT).context["form"]
    typed = {field.html_name: field.value() for field in form}
    return {name: value for name, value in typed.items() if value not in (None, "")}


def code_of(answer) -> str:
    return answer.context["form"].non_field_errors().as_data()[0].code


def test_the_page_shows_what_stands(client, project):
    typed = page_of(client)
    token = typed.pop("token")
    assert uuid.UUID(str(token))
    assert typed == {
        "title": "Halle",
        "summary": "Une halle.",
        "commune": "Brest (29)",
        "axes": ["3"],
        "state": "ongoing",
        "starts_on": date(2026, 3, 1),
        "figure_0_label": "vélos",
        "figure_0_target": 400,
        "figure_0_reached": 340,
        "read_at": project.updated_at.isoformat(),
    }
    assert "Ce projet est en ligne et y reste tel quel" in text(client.get(EDIT))
    assert 'type="date" name="starts_on" value="2026-03-01"' in client.get(EDIT).content.decode()


def proposed() -> dict:
    """What the one waiting change would write."""
    return {name: each["after"] for name, each in ProposedChange.objects.waiting().get().values.items()}


def test_sending_the_page_as_it_stands_confirms_and_proposes_nothing(client, person, project):
    before = Project.objects.values().get()
    assert client.post(EDIT, page_of(client)).headers["Location"] == f"{LIST}#suite"
    after = Project.objects.values().get()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"updated_at"}
    assert not ProposedChange.objects.exists()
    assert "est confirmé : rien d’autre n’a changé" in text(client.get(LIST))
    assert list(project.figures.values_list("label", "target", "reached")) == [("vélos", 400, 340)]
    assert [axis.number for axis in project.axes.all()] == [3]


def test_a_published_project_stays_as_it_is_while_what_is_typed_waits(client, person, project):
    client.post(EDIT, page_of(client) | {"title": "Grande halle", "state": "abandoned", "figure_0_label": "",
                                         "figure_0_target": "", "figure_0_reached": ""})  # fmt: skip
    project.refresh_from_db()
    assert (project.title, project.moderation, project.state) == ("Halle", "published", "abandoned")
    assert [figure.label for figure in project.figures.all()] == ["vélos"]
    change = ProposedChange.objects.get()
    assert (change.state, change.proposed_by) == ("waiting", person)
    assert change.values["title"] == {"before": "Halle", "after": "Grande halle"}
    assert proposed() == {"title": "Grande halle", "figures": []}
    assert "Le projet reste en ligne tel quel" in text(client.get(LIST))


def test_what_was_reached_is_written_at_once(client, project):
    client.post(EDIT, page_of(client) | {"figure_0_reached": "380"})
    assert list(project.figures.values_list("label", "target", "reached")) == [("vélos", 400, 380)]
    assert not ProposedChange.objects.exists()


def test_what_is_typed_replaces_a_project_that_was_returned(client, project):
    Project.objects.update(moderation="returned", return_motive="Précisez.")
    client.post(EDIT, page_of(client) | {"title": "Grande halle", "figure_0_label": "", "figure_0_target": "",
                                         "figure_0_reached": ""})  # fmt: skip
    project.refresh_from_db()
    assert (project.title, project.slug, project.moderation) == ("Grande halle", "halle", "submitted")
    assert list(project.figures.all()) == []


def test_the_page_goes_on_from_the_change_that_waits_and_sending_it_keeps_its_place(client, project):
    client.post(EDIT, page_of(client) | {"title": "Grande halle"})
    first = ProposedChange.objects.get()
    typed = page_of(client)
    assert (typed["title"], typed["read_at"]) == ("Grande halle", first.changed_at.isoformat())
    client.post(EDIT, typed | {"summary": "Pour tous."})
    assert proposed() == {"title": "Grande halle", "summary": "Pour tous."}
    assert ProposedChange.objects.get().proposed_at == first.proposed_at


def test_going_back_to_what_stands_withdraws_the_change(client, project):
    client.post(EDIT, page_of(client) | {"title": "Grande halle"})
    client.post(EDIT, page_of(client) | {"title": "Halle"})
    assert ProposedChange.objects.get().state == "withdrawn"


def test_a_change_that_waits_can_be_given_up(client, project):
    client.post(EDIT, page_of(client) | {"title": "Grande halle"})
    assert client.post(f"{LIST}halle/retirer/").headers["Location"] == f"{LIST}#suite"
    assert ProposedChange.objects.get().state == "withdrawn"
    assert page_of(client)["title"] == "Halle"
    assert client.post(f"{LIST}halle/retirer/").status_code == 409


def test_a_colleagues_change_is_never_overwritten_in_silence(client, local, project):
    colleague = builders.user()
    builders.membership(colleague, local, "administrator")
    mine, theirs = page_of(client), page_of(signed_in(colleague))
    signed_in(colleague).post(EDIT, theirs | {"summary": "La leur."})
    answer = client.post(EDIT, mine | {"title": "La mienne"})
    assert (answer.status_code, code_of(answer)) == (409, "changed_meanwhile")
    assert "En une phrase La leur." in text(answer)
    assert proposed() == {"summary": "La leur."}


def test_a_returned_project_says_why_then_leaves_again_without_its_motive(client, project):
    Project.objects.update(moderation="returned", return_motive="Précisez le lieu.")
    assert "Pourquoi ce projet vous revient Précisez le lieu." in text(client.get(EDIT))
    client.post(EDIT, page_of(client))
    project.refresh_from_db()
    assert (project.moderation, project.return_motive) == ("submitted", "")


def test_a_wrong_answer_changes_nothing_and_the_motive_stays_in_sight(client, project):
    Project.objects.update(moderation="returned", return_motive="Précisez le lieu.")
    answer = client.post(EDIT, page_of(client) | {"title": ""})
    assert (answer.status_code, dict(answer.context["form"].errors)) == (400, {"title": ["Donnez un titre au projet."]})
    assert "Précisez le lieu." in text(answer)
    assert Project.objects.get().moderation == "returned"


def test_another_commune_drops_the_exact_point_of_the_former_one(client, project):
    builders.commune("22278", "Saint-Brieuc", postal_codes=["22000"])
    Project.objects.update(lat=48.4, lon=-4.5)
    client.post(EDIT, page_of(client) | {"title": "Halle neuve"})
    assert (Project.objects.get().lat, Project.objects.get().lon) == (48.4, -4.5)
    client.post(EDIT, page_of(client) | {"commune": "Saint-Brieuc"})
    assert proposed() == {"title": "Halle neuve", "commune": "22278", "point": None}


def test_a_project_without_a_place_may_stay_so(client, project):
    Project.objects.update(commune=None)
    assert client.post(EDIT, page_of(client)).status_code == 302
    assert Project.objects.get().commune is None


def test_axes_that_ended_stay_with_the_project(client, project):
    former = builders.axis(9, "Ancien axe", valid_to=date(2020, 1, 1))
    project.axes.add(former)
    client.post(EDIT, page_of(client))
    assert [axis.label for axis in project.axes.all()] == ["Économie circulaire", "Ancien axe"]


def test_all_the_figures_that_stand_are_shown_and_kept(client, project):
    for label in ("lieux", "bénévoles"):
        ProjectFigure.objects.create(project=project, label=label, reached=2, position=5)
    client.post(EDIT, page_of(client))
    assert [figure.label for figure in project.figures.all()] == ["vélos", "lieux", "bénévoles"]


def test_somebody_elses_writing_is_never_lost_in_silence(client, project):
    typed = page_of(client) | {"title": "Mon titre", "summary": "Ma phrase."}
    changed = Project.objects.get()
    changed.title = "Son titre"
    changed.save()
    answer = client.post(EDIT, typed)
    assert (answer.status_code, code_of(answer)) == (409, "changed_meanwhile")
    assert Project.objects.get().title == "Son titre"
    assert answer.context["form"]["title"].value() == "Mon titre"
    words = text(answer)
    assert "Ce projet a changé depuis que vous avez ouvert cette page." in words
    assert "Relisez-les, puis envoyez-les à nouveau" in words
    assert "Titre Son titre En une phrase Une halle." in words
    again = {name: answer.context["form"][name].value() for name in ("token", "read_at")}
    assert client.post(EDIT, typed | again).status_code == 302
    assert proposed() == {"title": "Mon titre", "summary": "Ma phrase."}
    assert Project.objects.get().title == "Son titre"


def test_the_same_page_sent_twice_is_no_conflict(client, project):
    typed = page_of(client) | {"title": "Grande halle"}
    assert [client.post(EDIT, typed).status_code for _ in range(2)] == [302, 302]
    assert IdempotentCall.objects.count() == 1


@pytest.mark.parametrize("read_at", ["", "hier", "\x00"])
def test_a_page_that_forgot_what_it_showed_overwrites_nothing(client, project, read_at):
    answer = client.post(EDIT, page_of(client) | {"read_at": read_at, "title": "Mon titre"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["__all__"])
    assert Project.objects.get().title == "Halle"
    assert answer.context["form"]["title"].value() == "Mon titre"


@pytest.mark.parametrize("address", ["rien/modifier/", "d-une-autre/modifier/"])
def test_only_the_organisations_own_projects_are_here(client, project, address):
    builders.project(slug="d-une-autre", lead=builders.organisation())
    assert client.get(LIST + address).status_code == 404
    assert client.post(LIST + address, page_of(client)).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_at_one_and_three_figures(client, project, django_assert_num_queries, count):
    for number in range(count - 1):
        ProjectFigure.objects.create(project=project, label=f"C{number}", reached=1)
    with django_assert_num_queries(10):
        client.get(EDIT)


@pytest.mark.django_db(transaction=True)
def test_a_second_sending_waits_for_the_first_and_changes_nothing(client, person, project):
    typed = page_of(client) | {"title": "Grande halle"}
    with transaction.atomic():
        assert client.post(EDIT, typed).status_code == 302
        second = rival(lambda: signed_in(person).post(EDIT, typed).status_code)
        wait_until_one_waits()
    assert second.result() == 302
    assert proposed() == {"title": "Grande halle"}


@pytest.mark.django_db(transaction=True)
def test_a_writer_waits_for_the_row_then_sees_that_it_changed(client, person, project):
    typed = page_of(client)
    with transaction.atomic():
        Project.objects.update(title="Son titre", updated_at=timezone.now() + timedelta(seconds=1))
        second = rival(lambda: signed_in(person).post(EDIT, typed).status_code)
        wait_until_one_waits()
    assert second.result() == 409
    assert Project.objects.get().title == "Son titre"


def test_the_letter_of_a_return_opens_the_page_to_complete(project, person, mailoutbox, settings):
    Project.objects.update(moderation="returned", return_motive="Précisez le lieu.", submitted_by=person)
    mails.send_project_news(project.pk, "mail/partners/project_returned.txt", message_id="<1@test.invalid>")
    (letter,) = mailoutbox
    assert (letter.to, letter.subject) == ([person.email], "Votre projet « Halle » est à compléter")
    assert "« Précisez le lieu. »" in letter.body
    assert f"{settings.SITE_URL}{EDIT}\n" in letter.body


def test_the_letter_of_a_publication_opens_the_public_page_and_the_list(project, person, mailoutbox, settings):
    Project.objects.update(submitted_by=person)
    mails.send_project_news(project.pk, "mail/partners/project_published.txt", message_id="<1@test.invalid>")
    (letter,) = mailoutbox
    assert letter.subject == "Votre projet « Halle » est publié"
    assert f"{settings.SITE_URL}/projets/halle/\n" in letter.body
    assert f"{settings.SITE_URL}{LIST}\n" in letter.body
