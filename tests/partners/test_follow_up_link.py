"""The link of the monthly letter: opening it changes nothing, pressing records, and it serves for nothing else."""

import json
import logging
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.lib.logs import JsonFormatter
from partners.actions.follow_up import record_news, revoke_links
from partners.models import FollowUp, Project, ProjectFigure, ProposedChange, UpdateLink
from tests import builders
from tests.events.reading import text
from tests.partners.following import link_of, months_ago, path_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return builders.organisation(name="Atelier", slug="atelier", commune=builders.commune())


@pytest.fixture
def person(lead):
    person = builders.user(full_name="Ada Essai")
    builders.membership(person, lead, "contributor")
    return person


@pytest.fixture
def project(lead):
    made = builders.project(title="Halle", slug="halle", lead=lead, commune=lead.commune, confirmed_on=months_ago(7))
    for position, label in enumerate(["vélos", "bénévoles", "lieux", "repas"]):
        ProjectFigure.objects.create(project=made, label=label, target=400, reached=10, position=position)
    return made


def field(project, number: int) -> str:
    return f"p{project.pk}-reached_{project.figures.all()[number].pk}"


def expire() -> None:
    past = timezone.now() - timedelta(days=1)
    UpdateLink.objects.update(made_at=past - timedelta(days=45), expires_at=past)


def test_opening_the_link_changes_nothing_however_often(person, project, django_assert_num_queries):
    before = Project.objects.values().get()
    path = path_of(link_of(person, project))
    for _ in range(3):
        answer = Client().get(path)
        assert (answer.status_code, Client().head(path).status_code, list(answer.cookies)) == (200, 200, [])
        assert Client().get(f"{path}arreter/").status_code == 200
    assert Project.objects.values().get() == before
    assert not FollowUp.objects.exists()


def test_the_page_is_indexed_by_nobody_and_tells_nobody_where_one_comes_from(person, project):
    answer = Client().get(path_of(link_of(person, project)))
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer.headers["Cache-Control"]
    assert 'name="robots" content="noindex"' in answer.content.decode()


def test_one_press_confirms(person, project):
    path = path_of(link_of(person, project))
    answer = Client().post(path, {"project": "halle", "verdict": "same"})
    assert (answer.status_code, answer.headers["Location"]) == (302, path)
    made = Project.objects.get()
    assert (made.confirmed_on, made.state, made.moderation) == (timezone.localdate(), "ongoing", "published")
    assert "C’est noté, merci" in text(Client().get(path))


def test_up_to_three_figures_are_written_at_once(person, project):
    path = path_of(link_of(person, project))
    assert len(Client().get(path).context["forms"][0].figure_fields) == 3
    typed = {"project": "halle", "verdict": "same", field(project, 0): "1 200", field(project, 1): ""}
    Client().post(path, typed)
    assert list(project.figures.values_list("reached", flat=True)) == [1200, 10, 10, 10]


def test_an_end_is_noted_and_can_be_taken_back(person, project):
    path = path_of(link_of(person, project))
    Client().post(path, {"project": "halle", "verdict": "done"})
    assert Project.objects.get().state == "done"
    assert "En fait, il est toujours en cours" in text(Client().get(path))
    Client().post(path, {"project": "halle", "verdict": "resumed"})
    assert Project.objects.get().state == "ongoing"


def test_what_has_changed_is_told_in_words_and_waits_for_an_agent(person, project):
    path = path_of(link_of(person, project))
    refused = Client().post(path, {"project": "halle", "verdict": "changed"})
    assert (refused.status_code, refused.context["wrong"].errors) == (
        400, {"note": ["Dites en quelques mots ce qui a changé."]},
    )  # fmt: skip
    assert Project.objects.get().confirmed_on == months_ago(7)
    note = f"p{project.pk}-note"
    Client().post(path, {"project": "halle", "verdict": "changed", note: "Nous avons déménagé."})
    change = ProposedChange.objects.get()
    assert (change.note, change.values, change.proposed_by) == ("Nous avons déménagé.", {}, person)
    assert Project.objects.get().confirmed_on == timezone.localdate()


def test_words_typed_before_another_button_are_not_lost(person, project):
    note = f"p{project.pk}-note"
    Client().post(path_of(link_of(person, project)), {"project": "halle", "verdict": "same", note: "Nouveau lieu."})
    assert (ProposedChange.objects.get().note, Project.objects.get().confirmed_on) == (
        "Nouveau lieu.", timezone.localdate(),
    )  # fmt: skip


def test_a_wrong_figure_is_said_at_its_field_and_records_nothing(person, project):
    path = path_of(link_of(person, project))
    answer = Client().post(path, {"project": "halle", "verdict": "same", field(project, 0): "dix"})
    assert answer.status_code == 400
    assert "Donnez un nombre entier" in text(answer)
    assert Project.objects.get().confirmed_on == months_ago(7)


def test_several_projects_are_confirmed_at_once(lead, person, project):
    second = builders.project(title="Lavoir", slug="lavoir", lead=lead, confirmed_on=months_ago(8))
    path = path_of(link_of(person, second, project))
    assert "Les 2 sont toujours en cours" in text(Client().get(path))
    assert Client().post(path, {"project": "all", "verdict": "done"}).status_code == 400
    Client().post(path, {"project": "all", "verdict": "same"})
    assert set(Project.objects.values_list("confirmed_on", flat=True)) == {timezone.localdate()}


ELSE = (
    {}, {"project": "halle"}, {"verdict": "same"}, {"project": "autre", "verdict": "same"},
    {"project": "halle", "verdict": "publish"}, {"project": "\x00", "verdict": "\x00"},
)  # fmt: skip


@pytest.mark.parametrize("typed", ELSE)
def test_anything_else_records_nothing(person, project, typed):
    builders.project(slug="autre", lead=project.lead, confirmed_on=months_ago(8))
    assert Client().post(path_of(link_of(person, project)), typed).status_code == 400
    assert timezone.localdate() not in set(Project.objects.values_list("confirmed_on", flat=True))


def spoiled(link) -> dict[str, str]:
    return {
        "empty": "x", "cut": link.token[:-1], "other": f"{'0' * 32}.{link.token.partition('.')[2]}",
        "unsigned": link.public_id.hex, "unknown": "é.é",
    }  # fmt: skip


def test_every_link_that_does_not_serve_is_the_same_page(person, project, lead):
    link = link_of(person, project)
    expected = None
    for token in spoiled(link).values():
        answer = Client().get(f"/suivi/{token}/")
        assert answer.status_code == 404
        expected = expected or answer.content
        assert answer.content == expected
        assert Client().post(f"/suivi/{token}/", {"project": "halle", "verdict": "same"}).status_code == 404
    assert "Ce lien ne sert plus" in expected.decode()
    for end in ("expired", "revoked", "left", "closed"):
        link = link_of(person, project)
        with transaction.atomic():
            if end == "expired":
                expire()
            if end == "revoked":
                revoke_links(person=person, at=timezone.now())
            if end == "left":
                person.memberships.update(ends_on=timezone.localdate(), ended_at=timezone.now())
            if end == "closed":
                person.is_active = False
                person.save()
            for way in (Client().get, Client().post):
                answer = way(path_of(link))
                assert (answer.status_code, answer.content) == (404, expected), end
            transaction.set_rollback(True)
        person.refresh_from_db()
    assert Project.objects.get().confirmed_on == months_ago(7)


def test_a_bad_token_asks_the_database_nothing_about_links(person, project):
    asked = []

    def note(execute, sql, params, many, context):
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        Client().get(f"/suivi/{'0' * 32}.{'x' * 43}/")
    assert [sql for sql in asked if "updatelink" in sql] == []


def test_the_token_stands_in_no_log(person, project, caplog):
    link = link_of(person, project)
    with caplog.at_level(logging.DEBUG):
        for path in (path_of(link), f"/suivi/{link.token}x/"):
            Client().get(path)
            Client().post(path, {"project": "halle", "verdict": "same"})
    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert {json.loads(line).get("route") for line in lines} >= {"partners:follow_up"}
    assert not any(link.token[:16] in line for line in lines if "django.db" not in line)


def test_a_link_speaks_of_its_projects_alone(lead, person, project):
    other = builders.project(slug="autre", lead=lead)
    more = {"verdict": "same", "reached": {}, "at": timezone.now()}
    with pytest.raises(PermissionDenied):
        record_news(link=link_of(person, project), project=other, **more)
    over = link_of(person, project, revoked_at=timezone.now())
    with pytest.raises(Conflict) as refusal:
        record_news(link=over, project=project, **more)
    assert refusal.value.code == "link_over"
    with pytest.raises(ValidationError):
        record_news(link=link_of(person, project), project=project, **(more | {"verdict": "changed"}))


def test_letters_are_stopped_by_one_post_and_taken_up_again(person, project):
    path = f"{path_of(link_of(person, project))}arreter/"
    assert Client().post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert FollowUp.objects.get().stopped_at is not None
    assert "C’est arrêté" in text(Client().get(path))
    assert Client().post(path, {"act": "resume"}).status_code == 302
    assert FollowUp.objects.get().stopped_at is None


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_at_one_and_three_projects(lead, person, count, django_assert_num_queries):
    made = [builders.project(slug=f"p{n}", lead=lead, confirmed_on=months_ago(7)) for n in range(count)]
    path = path_of(link_of(person, *made))
    with django_assert_num_queries(3):
        Client().get(path)


def test_what_one_button_alone_asks_for_is_not_told_optional(person, project):
    page = text(Client().get(path_of(link_of(person, project))))
    assert page.count("(facultatif)") == 3  # the figures
    assert "Vélos (visé : 400) (facultatif)" in page
    assert "Ce qui a changé En quelques mots." in page
