"""Needs in the partner space, needs and resources in the back office."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alliance.portal.views.staff_needs import unmet_table
from partners.actions.matches import propose
from partners.models import Match, Need, Project, Resource
from tests import builders
from tests.partners import lacking
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
LIST = "/espace/atelier/besoins/"


@pytest.fixture
def axis():
    return builders.axis(4, "inclusion numérique")


@pytest.fixture
def organisation():
    return builders.organisation(name="Atelier", slug="atelier", commune=builders.commune())


@pytest.fixture
def writer(organisation):
    made = builders.user()
    builders.membership(made, organisation, "contributor")
    return made


@pytest.fixture
def space(writer):
    return signed_in(writer)


@pytest.fixture
def agent():
    builders.commune()
    return builders.staff(regions=[builders.region()])


@pytest.fixture
def need(organisation, axis, writer):
    return lacking.need(organisation, axis, created_by=writer)


def text(response) -> str:
    return " ".join(response.content.decode().split())


def typed(**fields):
    until = timezone.localdate() + timedelta(days=30)
    return {"kind": "premises", "title": "Une salle", "axis": "4", "commune": "Brest", "until": until} | fields


def test_a_need_is_described_on_one_page_with_five_answers(space, organisation, axis):
    response = space.post(f"{LIST}nouveau/", typed())
    need = Need.objects.get()
    assert response["Location"] == f"{LIST}{need.public_id}/"
    assert (need.organisation, need.axis, need.commune.name) == (organisation, axis, "Brest")
    assert [row.title for row in space.get(LIST).context["page"]] == ["Une salle"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"title": ""}, "title"), ({"axis": "9"}, "axis"), ({"commune": "Nullepart"}, "commune"), ({"kind": "x"}, "kind"),
     ({"until": "2020-01-01"}, "until"), ({"until": "2100-01-01"}, "until")],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_field(wrong, field, space, axis):
    response = space.post(f"{LIST}nouveau/", typed(**wrong))
    assert response.status_code == 400
    assert list(response.context["form"].errors) == [field]


def test_a_need_is_changed_then_ended(space, need):
    path = f"{LIST}{need.public_id}/"
    assert space.post(f"{path}modifier/", typed(title="Deux salles")).status_code == 302
    assert "Deux salles" in text(space.get(path))
    assert space.post(path, {"act": "autre"}).status_code == 400
    assert space.post(path, {"act": "elsewhere"}).status_code == 302
    assert space.post(path, {"act": "elsewhere"}).status_code == 409


def test_a_partner_sees_why_and_asks(space, need, axis):
    room = lacking.resource([axis])
    path = f"{LIST}{need.public_id}/"
    assert "Même axe, dans la même commune" in text(space.get(path))
    assert space.post(path, {"act": "ask", "id": room.public_id}).status_code == 302
    assert Match.objects.get().proposed_side == "partner"
    assert space.post(path, {"act": "ask", "id": room.public_id}).status_code == 409
    assert space.post(path, {"act": "ask", "id": "rien"}).status_code == 404


def test_a_partner_accepts_and_the_origin_is_on_the_page_of_the_project(space, client, need, axis, agent):
    match = propose(need=need, resource=lacking.resource([axis]), by=agent)
    path = f"{LIST}{need.public_id}/"
    assert "une proposition vous attend" in text(space.get(LIST))
    assert space.post(path, {"act": "decline", "id": match.public_id}).status_code == 400
    assert space.post(path, {"act": "accept", "id": match.public_id}).status_code == 302
    project = Project.objects.get()
    Project.objects.update(moderation="published")
    assert "Né d’un besoin d’Atelier et d’une ressource de La Poste" in text(client.get(f"/projets/{project.slug}/"))


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_ask_a_constant_number_of_queries(rows, space, organisation, axis, agent, django_assert_num_queries):
    for _ in range(rows):
        lacking.need(organisation, axis)
        lacking.resource([axis])
    staff = signed_in(agent)
    for client, path, queries in (
        (space, LIST, 8),
        (staff, "/gestion/besoins/", 8),
        (staff, "/gestion/ressources/", 9),
    ):
        client.get(path)
        with django_assert_num_queries(queries):
            client.get(path)


def test_an_agent_proposes_and_answers(agent, need, axis, writer):
    staff, path = signed_in(agent), f"/gestion/besoins/{need.public_id}/"
    room = lacking.resource([axis])
    assert "même axe, dans la même commune" in text(staff.get(path))
    assert staff.post(path, {"act": "offer", "id": room.public_id}).status_code == 302
    offered = Match.objects.get()
    assert staff.post(path, {"act": "accept", "id": offered.public_id}).status_code == 404
    asked = propose(need=need, resource=lacking.resource([axis], title="Autre"), by=writer)
    assert staff.post(path, {"act": "decline", "id": asked.public_id, "motive": ""}).status_code == 400
    assert staff.post(path, {"act": "accept", "id": asked.public_id}).status_code == 302
    assert Project.objects.get().moderation == "submitted"


def resource_typed(**fields):
    return {
        "kind": "skills", "title": "Mécénat", "quantity": "trois jours", "axes": ["4"], "commune": "Brest",
        "radius_km": "30", "starts_on": "2026-11-01",
    } | fields  # fmt: skip


def test_an_agent_publishes_and_takes_off_a_resource(agent, axis):
    staff = signed_in(agent)
    response = staff.post("/gestion/ressources/nouvelle/", resource_typed())
    resource = Resource.objects.get()
    assert response["Location"] == f"/gestion/ressources/{resource.public_id}/"
    assert [row.title for row in staff.get("/gestion/ressources/").context["page"]] == ["Mécénat"]
    assert staff.post(response["Location"], {"act": "close"}).status_code == 302
    assert list(staff.get("/gestion/ressources/").context["page"]) == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"commune": ""}, "commune"), ({"radius_km": ""}, "radius_km"), ({"radius_km": "900"}, "radius_km"),
     ({"axes": []}, "axes"), ({"quantity": ""}, "quantity"), ({"ends_on": "2020-01-01"}, "ends_on")],
)  # fmt: skip
def test_a_wrong_resource_is_told_at_its_field(wrong, field, agent, axis):
    response = signed_in(agent).post("/gestion/ressources/nouvelle/", resource_typed(**wrong))
    assert response.status_code == 400
    assert list(response.context["form"].errors) == [field]


def test_unmet_needs_are_counted_by_region_and_kind(need, organisation, axis):
    lacking.need(organisation, axis, kind="skills", until=timezone.localdate() - timedelta(1))
    lacking.need(organisation, axis, ended_at=timezone.now(), outcome="matched")
    lacking.need(organisation, axis, ended_at=timezone.now(), outcome="dropped")
    assert unmet_table(Need.objects.all()) == [
        {
            "code": "53",
            "name": "Bretagne",
            "cells": [
                ("premises", "locaux", 2),
                ("skills", "compétences", 1),
                ("equipment", "matériel", 0),
                ("purchases", "achats", 0),
            ],
            "all": 3,
        }
    ]


@pytest.mark.parametrize(
    ("which", "count"),
    [("ouverts", 2), ("sans-reponse", 1), ("demandes", 1), ("echus", 1), ("aboutis", 0), ("sans-suite", 3), ("x", 2)],
)
def test_each_figure_opens_its_list(which, count, need, organisation, axis, agent, writer):
    lacking.need(organisation, axis, until=timezone.localdate() - timedelta(1))
    other = lacking.need(organisation, axis)
    propose(need=other, resource=lacking.resource([axis]), by=writer)
    response = signed_in(agent).get(f"/gestion/besoins/?quoi={which}&nature=premises&region=53")
    assert len(response.context["page"].object_list) == count


def test_a_need_without_an_answer_is_among_the_mornings_work(need, agent):
    page = text(signed_in(agent).get("/gestion/"))
    assert "Besoin sans réponse" in page
    assert f"/gestion/besoins/{need.public_id}/" in page
