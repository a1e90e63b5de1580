"""A row of somebody else that is named in what is sent answers as a missing one: status, headers, body, queries."""

import pytest
from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners.actions.matches import propose
from partners.models import LikelyPair, Need, Organisation, Project, Resource
from partners.views import space
from tests import builders
from tests.portal.matrix import may
from tests.portal.objects_in_bodies import Named, answer, bodies, fields_that_name
from tests.portal.test_route_matrix import declared, difference, filled
from tests.portal.test_route_matrix import world as world

pytestmark = pytest.mark.django_db
ASKING = ("administrator", "contributor", "here")
"""Between them, every form of both places; the delegate « here » has another one elsewhere."""


def doors(world):
    """``(route, role, address, door)`` of every page that sends, for the first of these roles that may.

    Of the back office's lists, ``ticked`` sends what there is.
    """
    for name, path, _, door in declared(world):
        role = next((role for role in ASKING if door.post and may(door.post, role, "own")), "")
        if role and (not name.startswith("admin:") or name.endswith(("_change", "_add"))):
            yield name, role, filled(path, world.nouns[door.on].own if door.on else {}) + door.query, door


@pytest.fixture(scope="module")
def named(world, django_db_blocker) -> list[Named]:
    """Every field of every form that names rows of which it does not offer all."""
    found = {}
    with django_db_blocker.unblock():
        for route, role, address, door in doors(world):
            page = world.ask(role, "GET", address) if may(door.read, role, "own") else None
            sent = bodies(page.body) if page and page.status_code == 200 else []
            for body in list(sent) or [door.body]:
                for each in fields_that_name(world, route, role, address, body):
                    found.setdefault((route, each.field), each)
    return list(found.values())


def told_apart(world, every: list[Named]) -> list[str]:
    wrong = []
    for each in every:
        theirs, none = (answer(world, each, value) for value in (each.theirs, each.missing))
        if told := difference(theirs, none) or ("both fail" if theirs[0] >= 500 else ""):
            wrong.append(f"{each.route} as {each.role}, {each.field}={each.theirs}: {told}")
    return wrong


def test_no_form_tells_a_row_that_it_does_not_offer_from_a_missing_one(world, named):
    assert told_apart(world, named) == []
    assert len(named) >= 8


def by_hand(world) -> list[Named]:
    """What views read without a form: the rows that buttons of lists name, and those of the API."""
    nouns, nobody = world.nouns, "00000000-0000-0000-0000-000000000000"
    theirs = Need.objects.get(public_id=nouns["need"].stranger["public_id"])
    agent = builders.staff()
    match = str(propose(need=theirs, resource=_resource(), by=agent).public_id)
    pair = str(_pair().pk)
    token = nouns["follow_up"].own["token"]
    accepts, same = {"act": "accept"}, {"verdict": "same"}
    lines = [
        ("staff_duplicates", "here", "/gestion/doublons/", {}, "pair", pair, "999999999"),
        ("staff_need", "here", filled("gestion/besoins/<public_id>/", nouns["need"].own), accepts, "id", match, nobody),
        ("partners:space_need", "contributor", filled("espace/<slug>/besoins/<public_id>/", nouns["space_need"].own),
         accepts, "id", match, nobody),
        ("partners:follow_up", "visitor", f"/suivi/{token}/", same, "project", "projet-voisine", "projet-personne"),
        ("partners:space_projects", "contributor", "/espace/atelier/projets/", same,
         "project", "projet-voisine", "projet-personne"),
    ]  # fmt: skip
    return [Named(name, role, path, tuple(body.items()), *rest) for name, role, path, body, *rest in lines]


def _resource() -> Resource:
    return Resource.objects.order_by("pk")[0]


def _pair() -> LikelyPair:
    """Of a région that is not the delegate’s."""
    two = Organisation.objects.filter(slug__in=["voisine", "tete-voisine"]).order_by("pk")
    return LikelyPair.objects.create(first=two[0], second=two[1], score=9, reasons=["même nom"])


def ticked(world) -> list[Named]:
    """Each act of each list of the back office, upon a row of another région."""
    found = []
    for model, room in admin.site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        noun = world.nouns[f"admin_{name}"]
        for action in room.actions if noun.stranger else ():
            sent = (("action", getattr(action, "__name__", action)), ("motive", "Essai"), ("index", "0"))
            theirs, missing = (str(values["object_id"]) for values in (noun.stranger, noun.missing))
            address = reverse(f"admin:{name}_changelist")
            found.append(Named(f"admin:{name}", "here", address, sent, ACTION_CHECKBOX_NAME, theirs, missing))
    return found


@pytest.mark.parametrize(("which", "least"), [(by_hand, 5), (ticked, 10)])
def test_no_button_tells_a_strangers_row_from_a_missing_one(world, which, least):
    every = which(world)
    assert told_apart(world, every) == []
    assert len(every) >= least


@pytest.mark.parametrize(("noun", "field"), [("projects", "lead"), ("registrations", "organisation")])
def test_no_body_sent_to_the_api_tells_a_strangers_organisation_from_a_missing_one(world, noun, field):
    body, told = {"title": "Halle", "summary": "x", "convention": "c26", "name": "D", "email": "d@test.invalid"}, []
    for slug in ("voisine", "personne"):
        with CaptureQueriesContext(connection) as queries:
            response = world.clients["contributor"].post(
                reverse(f"api:{noun}"), body | {field: slug}, content_type="application/json"
            )
        told.append((response.status_code, response.json(), len(queries)))
    assert told[0] == told[1]
    assert field in told[0][1]


def test_control_a_form_that_tells_whose_row_it_is_is_told(world, named, monkeypatch):
    reads = forms.ModelChoiceField.to_python

    def tells(self, value):
        if value and self.queryset.model.objects.filter(pk=value).exists():
            raise forms.ValidationError("Cette personne est d’ailleurs.")
        return reads(self, value)

    (each,) = [each for each in named if each.route == "portal:space_departure"]
    monkeypatch.setattr(forms.ModelChoiceField, "to_python", tells)
    assert "body" in " ".join(told_apart(world, [each]))


def test_control_a_button_that_looks_too_far_is_told(world, monkeypatch):
    """As somebody careless would write it: the row is read, and then one asks whose it is."""
    strict = space.get_object_or_404

    def careless(rows, **sought):
        if rows is Project:
            strict(Project, slug=sought["slug"])
        return strict(rows, **sought)

    monkeypatch.setattr(space, "get_object_or_404", careless)
    (each,) = [each for each in by_hand(world) if each.route == "partners:space_projects"]
    assert "queries" in " ".join(told_apart(world, [each]))


def test_control_an_address_that_fails_both_times_is_told(world, monkeypatch):
    monkeypatch.setattr(space, "get_object_or_404", None)
    (each,) = [each for each in by_hand(world) if each.route == "partners:space_projects"]
    assert "both fail" in " ".join(told_apart(world, [each]))
