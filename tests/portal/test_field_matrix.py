"""Every field of every door, read and written, as ``field_matrix.py`` declares them."""

import pytest
from django.apps import apps
from django.contrib import admin

from alliance.portal.open_data import DATA_SETS
from tests.portal import field_listing, field_matrix
from tests.portal.field_matrix import API, LISTS, PERSONAL, PUBLIC_WORDS, ROWS, TYPED, Fields

HOW = """
Declare it in tests/portal/field_matrix.py, {table}:
    {name} | who reads | who writes | {fields}
The words of who are those of the route matrix (tests/portal/matrix.py)."""


def differences(found: dict[str, list[str]], declared: dict[str, Fields], table: str) -> list[str]:
    wrong = [f"{name} is declared and gone: take it out of {table}" for name in sorted(set(declared) - set(found))]
    for name, fields in found.items():
        if name not in declared:
            wrong.append(f"{name} is undeclared.{HOW.format(table=table, name=name, fields=' '.join(fields))}")
        elif set(fields) != set(declared[name].fields):
            told = sorted(set(fields) ^ set(declared[name].fields))
            wrong.append(f"{name} and {table} differ by {told}: who reads and who writes them?")
    return wrong


@pytest.mark.parametrize(("listing", "table"), [("api", "API"), ("typed", "TYPED"), ("lists", "LISTS")])
def test_every_field_is_declared(listing, table):
    wrong = differences(getattr(field_listing, listing)(), getattr(field_matrix, table), table)
    assert wrong == [], "\n".join(wrong)


@pytest.fixture
def agents(db):
    """A row of each model, and who looks at it."""
    from tests import builders
    from tests.portal.matrix_world import make_world

    world = make_world()
    region = apps.get_model("partners.Region").objects.get(code="53")
    return world, {"here": builders.staff(regions=[region]), "national": builders.staff()}


def test_every_field_of_a_row_of_the_back_office_is_read_and_written_as_declared(agents):
    world, people = agents
    wrong, asked = [], 0
    for model in admin.site._registry:
        noun = world.nouns.get(f"admin_{model._meta.app_label}_{model._meta.model_name}")
        name = model._meta.label_lower
        if noun is None or name not in ROWS:
            wrong.append(f"{name}: declare it in ROWS of field_matrix.py, and make a row in matrix_world.py")
            continue
        for role, person in people.items():
            shown, writes = field_listing.row(model, person, model._base_manager.get(pk=noun.own["object_id"]))
            right = ROWS[name].shown_to(role), ROWS[name].written_by(role)
            if (set(shown), set(writes)) != (set(right[0]), set(right[1])):
                told = (sorted(set(shown) ^ set(right[0])), sorted(set(writes) ^ set(right[1])))
                wrong.append(f"{name} for {role}: read and written differ from field_matrix.py by {told}")
            asked += 1
    assert wrong == [], "\n".join(wrong)
    assert asked > 40


def public_doors() -> list[tuple[str, str]]:
    return [(name, field) for name, door in API.items() if door.read in PUBLIC_WORDS for field in door.fields]


def test_a_file_has_the_columns_of_its_list_and_no_others():
    endpoints = field_listing.endpoints()
    assert [each for each in endpoints if list(each.row_fields) != list(each.row().fields)] == []
    assert len(endpoints) > 10


def test_the_published_files_hold_what_the_public_reads():
    rows = {f"{each.endpoint.row.__module__}.{each.endpoint.row.__name__}" for each in DATA_SETS}
    assert [name for name in rows if API[name].read not in PUBLIC_WORDS] == []


def test_no_public_door_has_a_personal_field():
    doors = public_doors()
    assert [each for each in doors if each[1] in PERSONAL] == []
    assert len(doors) > 150


def test_every_personal_field_of_a_person_is_known_as_one():
    """Names, addresses and jobs of persons are in PERSONAL, however a model calls them."""
    held = {
        field.name
        for app in ("partners", "charter", "events")
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model is apps.get_model("partners.User")
    }
    assert sorted(held - set(PERSONAL)) == []


def test_control_an_undeclared_field_is_told():
    found = {"partners.api.places.StakeRow": ["slug", "label", "source", "email"]}
    (told,) = differences(found, {"partners.api.places.StakeRow": API["partners.api.places.StakeRow"]}, "API")
    assert "differ by ['email']" in told


def test_control_an_undeclared_form_is_told(monkeypatch):
    monkeypatch.delitem(TYPED, "partners.forms.projects.ProjectForm")
    with pytest.raises(AssertionError, match=r"projects\.ProjectForm is undeclared[\s\S]*Declare it"):
        test_every_field_is_declared("typed", "TYPED")


def test_control_a_personal_field_at_a_public_door_is_told(monkeypatch):
    monkeypatch.setitem(API, "x.Row", Fields("public", "-", "slug email"))
    with pytest.raises(AssertionError):
        test_no_public_door_has_a_personal_field()


def test_control_a_column_of_a_list_is_told(monkeypatch):
    monkeypatch.setitem(LISTS, "partners.user", Fields("staff", "-", "email"))
    with pytest.raises(AssertionError, match="full_name"):
        test_every_field_is_declared("lists", "LISTS")
