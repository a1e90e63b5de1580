"""The API describes itself, without a warning, and its documentation page needs nobody else's server."""

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

pytestmark = pytest.mark.django_db


def test_the_schema_is_valid_and_complete_without_a_warning():
    GENERATOR_STATS.reset()
    schema = SchemaGenerator().get_schema(request=None, public=True)
    validate_schema(schema)
    assert (dict(GENERATOR_STATS._warn_cache), dict(GENERATOR_STATS._error_cache)) == ({}, {})
    assert schema["openapi"].startswith("3.1")
    assert set(schema["paths"]["/api/v1/projects/"]) == {"get", "post"}


def test_every_operation_tells_its_refusals_and_what_it_really_answers():
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    told = {
        (method, path): set(operation["responses"])
        for path, methods in paths.items()
        for method, operation in methods.items()
    }
    assert told["get", "/api/v1/organisations/"] == {"200", "400", "429", "503"}
    assert told["get", "/api/v1/projects/"] == {"200", "400", "401", "429", "503"}
    assert told["get", "/api/v1/projects/{slug}/"] == {"200", "400", "401", "404", "429"}
    assert told["post", "/api/v1/projects/"] == {"201", "400", "401", "403", "409", "415", "422", "429"}
    writes = {"200", "400", "401", "403", "404", "409", "415", "429"}
    assert told["patch", "/api/v1/projects/{slug}/"] == writes | {"412", "428"}
    assert told["delete", "/api/v1/registrations/{public_id}/"] == writes
    files = paths["/api/v1/organisations/"]["get"]["responses"]["200"]["content"]
    assert {"application/json", "text/csv", "application/geo+json"} < set(files)


def test_who_may_read_without_an_account_and_what_a_file_of_points_is():
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    assert paths["/api/v1/projects/"]["get"]["security"] == [{"jeton": []}, {"cookieAuth": []}, {}]
    assert paths["/api/v1/projects/"]["post"]["security"] == [{"jeton": []}, {"cookieAuth": []}]
    content = paths["/api/v1/projects/"]["get"]["responses"]["200"]["content"]
    assert content["application/geo+json"]["schema"] == {"$ref": "#/components/schemas/Features"}
    (fields,) = (each for each in paths["/api/v1/axes/"]["get"]["parameters"] if each["name"] == "fields")
    assert fields["schema"]["items"]["enum"][:2] == ["number", "label"]


def test_the_documentation_page_comes_from_our_own_files(client):
    response = client.get("/api/v1/docs/")
    page = response.content.decode()
    assert response.status_code == 200
    assert "http://" not in page.replace("http://testserver", "")
    assert "https://" not in page
    assert "<script>" not in page
    assert "style=" not in page
    assert "unsafe" not in response["Content-Security-Policy"]
    assert client.get("/api/v1/docs/?script=").headers["Content-Type"].startswith("application/javascript")
