"""Several lines of the morning confided at once: each that may be, and a sentence for each that may not."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from alliance.portal.actions.work import assign
from alliance.portal.work_items import item
from alliance.portal.work_sources import SOURCES
from partners.models import Assignment, Correction
from tests import builders
from tests.events.reading import text
from tests.portal.test_staff_campaigns import html, paris
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
PATH = "/gestion/a-faire/plusieurs/"


@pytest.fixture
def lead():
    return builders.organisation(name="Atelier", commune=builders.commune())


@pytest.fixture
def agent(lead):
    return builders.staff(regions=[lead.commune.region], full_name="Anne Agent")


@pytest.fixture
def colleague(lead):
    return builders.staff(regions=[lead.commune.region], full_name="Paul Collègue")


@pytest.fixture
def projects(lead):
    now = timezone.now()
    facts = {"lead": lead, "commune": lead.commune, "moderation": "submitted"}
    return [
        builders.project(title=f"Lavoir {n}", slug=f"lavoir-{n}", submitted_at=now - timedelta(days=9 - n), **facts)
        for n in range(3)
    ]


def boxes(page: str) -> list[str]:
    return re.findall(r'name="ligne" value="([^"]+)"', page)


def held() -> dict[int, str]:
    return dict(Assignment.objects.order_by("object_id").values_list("object_id", "agent__full_name"))


def test_the_ticked_lines_go_to_one_colleague_and_the_others_stay(agent, colleague, projects):
    client = signed_in(agent)
    assert f'href="{PATH}"' in html(client.get("/gestion/"))
    page = html(client.get(PATH))
    values = boxes(page)
    assert len(values) == 3
    assert [re.sub("<.*", "", label) for label in re.findall(r'for="l-[^"]+">([^<]+)', page)] == [
        "Lavoir 0", "Lavoir 1", "Lavoir 2",
    ]  # fmt: skip
    answer = client.post(PATH, {"ligne": values[:2], "to": colleague.pk}, follow=True)
    assert answer.redirect_chain == [("/gestion/", 302)]
    assert "2 lignes sont confiées à Paul Collègue." in text(answer)
    assert held() == {projects[0].pk: "Paul Collègue", projects[1].pk: "Paul Collègue"}


def test_what_cannot_be_confided_is_told_line_by_line_and_the_others_are(lead, agent, colleague, projects):
    client = signed_in(agent)
    values = boxes(html(client.get(PATH)))
    source = SOURCES[values[0].split(".")[0]]
    assign(found=item(source, projects[0].pk, agent), to=agent, by=agent, seen=None)
    projects[1].moderation = "returned"
    projects[1].return_motive = "À revoir"
    projects[1].save()
    answer = client.post(PATH, {"ligne": values, "to": colleague.pk}, follow=True)
    told = text(answer)
    assert "« Lavoir 0 » : Entre-temps, quelqu’un d’autre s’en est occupé" in told
    assert "cela n’attend plus, ou pas dans votre périmètre." in told
    assert "1 ligne est confiée à Paul Collègue." in told
    assert held() == {projects[0].pk: "Anne Agent", projects[2].pk: "Paul Collègue"}


def test_who_may_settle_none_of_them_is_not_offered_and_each_is_asked_again(lead, agent, projects):
    elsewhere = builders.staff(national=False, regions=[paris().region], full_name="Yann Ailleurs")
    here = builders.staff(national=False, regions=[lead.commune.region], full_name="Maël Délégué")
    national, far = builders.staff(full_name="Nora Nationale"), builders.organisation(name="Loin", commune=paris())
    reported = Correction.objects.create(organisation=far, text="L’adresse a changé.")
    client = signed_in(agent)
    page = html(client.get(PATH))
    assert "Maël Délégué" in page
    assert "Yann Ailleurs" not in page
    answer = client.post(PATH, {"ligne": boxes(page), "to": elsewhere.pk})
    assert (answer.status_code, held()) == (400, {})
    client = signed_in(national)
    values = boxes(html(client.get(PATH)))
    assert len(values) == 4
    answer = client.post(PATH, {"ligne": values, "to": here.pk}, follow=True)
    assert "c’est hors de son périmètre" in text(answer)
    assert reported.pk not in {row.object_id for row in Assignment.objects.all() if row.kind != values[0].split(".")[0]}
    assert set(held().values()) == {"Maël Délégué"}
    assert len(held()) == 3


def test_nothing_ticked_or_nobody_chosen_is_told_and_keeps_the_ticks(agent, colleague, projects):
    client = signed_in(agent)
    values = boxes(html(client.get(PATH)))
    answer = client.post(PATH, {"to": colleague.pk})
    assert (answer.status_code, "Cochez au moins une ligne." in text(answer)) == (400, True)
    answer = client.post(PATH, {"ligne": values[:1], "to": ""})
    assert answer.status_code == 400
    assert re.findall(r'value="([^"]+)"[^>]* checked', html(answer)) == values[:1]
    assert held() == {}


@pytest.mark.parametrize("typed", ["x", "x.1.", "projet", "projet.x.", "projet.99999999999999999999.", "..", "\x00"])
def test_a_line_that_does_not_exist_is_no_line(agent, colleague, projects, typed):
    answer = signed_in(agent).post(PATH, {"ligne": typed, "to": colleague.pk})
    assert (answer.status_code, held()) == (400, {})


def test_the_filters_of_the_first_page_hold_and_it_comes_back_to_them(agent, colleague, projects):
    client = signed_in(agent)
    assert f'href="{PATH}?a=personne"' in html(client.get("/gestion/?a=personne"))
    values = boxes(html(client.get(f"{PATH}?a=personne")))
    answer = client.post(PATH, {"ligne": values[:1], "to": colleague.pk, "a": "personne"})
    assert answer.url == "/gestion/?a=personne"
    assert boxes(html(client.get(f"{PATH}?a=personne"))) == values[1:]
    assert "Rien n’attend ici" in text(client.get(f"{PATH}?a=moi"))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_as_many_queries_whatever_waits(agent, projects, django_assert_num_queries, rows):
    for project in projects[rows:]:
        type(project).objects.filter(pk=project.pk).delete()
    client = signed_in(agent)
    client.get(PATH)
    with django_assert_num_queries(7):
        client.get(PATH)


def test_members_do_not_find_it(lead, client):
    person = builders.user()
    builders.membership(person, lead)
    assert signed_in(person).get(PATH).status_code == 404
    assert client.get(PATH).status_code == 302
