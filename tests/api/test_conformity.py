"""What the API answers is what its description says: lists, sparse lists, things and refusals, by jsonschema."""

import json

import pytest
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests import builders
from tests.query_table import query_world  # noqa: F401

pytestmark = pytest.mark.django_db
LISTS = [
    "projects", "organisations", "agreements", "signatures", "communes", "departments", "regions", "axes", "stakes",
    "charter-versions", "conventions",
]  # fmt: skip
THINGS = ["projects/halle/", "organisations/rives/", "communes/29019/", "charter-versions/2020/", "conventions/c26/"]


@pytest.fixture(scope="module")
def described():
    """``errors(path, status, body)``: where an answer leaves the description."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    registry = Registry().with_resource("urn:api", Resource(json.loads(json.dumps(document, default=str)), DRAFT202012))

    def errors(path: str, status: int, body) -> list[str]:
        pointer = path.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
        ref = f"urn:api#/paths/{pointer}/get/responses/{status}/content/application~1json/schema"
        validator = Draft202012Validator({"$ref": ref}, registry=registry)
        return [error.message[:300] for error in validator.iter_errors(body)]

    return errors


@pytest.fixture
def world(query_world):  # noqa: F811
    builders.convention(slug="c26")


@pytest.mark.parametrize("noun", LISTS)
def test_lists_whole_or_sparse_are_as_described(client, world, described, noun):
    path = f"/api/v1/{noun}/"
    body = client.get(path).json()
    assert body["results"]
    assert described(path, 200, body) == []
    for field in body["results"][0]:
        assert described(path, 200, client.get(f"{path}?fields={field}").json()) == [], field
    whole = json.loads(b"".join(client.get(f"{path}?format=json")))
    assert described(path, 200, whole) == []


@pytest.mark.parametrize("path", THINGS)
def test_things_are_as_described(client, world, described, path):
    template = f"/api/v1/{path.split('/')[0]}/{{{'code' if path.startswith('communes') else 'slug'}}}/"
    assert described(template, 200, client.get(f"/api/v1/{path}").json()) == []


def test_refusals_are_as_described(client, world, described):
    for query in ("axis=99", "page=0", "fields=nom", "format=pdf", "colour=red"):
        response = client.get(f"/api/v1/projects/?{query}")
        assert (response.status_code, described("/api/v1/projects/", 400, response.json())) == (400, [])


def test_control_an_answer_that_says_something_else_is_seen(client, world, described):
    body = client.get("/api/v1/projects/").json()
    body["results"][0]["status"] = "asleep"
    assert described("/api/v1/projects/", 200, body) != []
    body = client.get("/api/v1/projects/?fields=title").json()
    body["results"][0] = {"title": 3}
    assert described("/api/v1/projects/", 200, body) != []
