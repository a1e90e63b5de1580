"""A client that a stranger's tool makes from our description alone reads and writes as that description says."""

import importlib
import json
import subprocess
import sys
from http import HTTPStatus
from pathlib import Path

import pytest
from drf_spectacular.generators import SchemaGenerator

from partners.models import ApiToken, Project
from tests import builders
from tests.query_table import query_world  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
MAKER = Path(sys.executable).parent / "openapi-python-client"


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The client, made for this run in a folder that goes with it; a warning of its maker is a fault of ours."""
    folder = tmp_path_factory.mktemp("client")
    described = SchemaGenerator().get_schema(request=None, public=True)
    (folder / "openapi.json").write_text(json.dumps(described, default=str))
    (folder / "options.json").write_text('{"post_hooks": []}')
    command = [MAKER, "generate", "--path", "openapi.json", "--meta", "none", "--output-path", "portal_client"]
    command += ["--config", "options.json", "--fail-on-warning"]
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(folder))
    yield lambda name: importlib.import_module(f"portal_client.{name}" if name else "portal_client")
    sys.path.remove(str(folder))


@pytest.fixture
def visitor(package, live_server, query_world):  # noqa: F811
    with package("").Client(base_url=live_server.url) as client:
        yield client


@pytest.fixture
def partner(package, live_server, query_world):  # noqa: F811
    """Somebody of « atelier », with a token for its projects."""
    person = builders.user("ecrit@test.invalid")
    builders.membership(person, query_world["atelier"], "contributor")
    fields = {"user": person, "organisation": query_world["atelier"], "name": "essai", "scopes": ["projects:write"]}
    token = ApiToken.objects.issue(**fields)[1]
    with package("").AuthenticatedClient(base_url=live_server.url, token=token) as client:
        yield client


def test_a_visitor_reads_lists_pages_sparse_rows_and_one_thing(package, visitor):
    projects = package("api.projets.projects_list")
    found = projects.sync(client=visitor, axis=["4"], ordering="title")
    assert type(found).__name__ == "ProjectList"
    assert ([row.slug for row in found.results], found.count, found.count_exact) == (["bus", "halle"], 2, True)
    page = projects.sync(client=visitor, page=2, page_size=4)
    assert (len(page.results), page.next_, page.previous is None) == (2, None, False)
    names = package("models.projects_list_fields_item").ProjectsListFieldsItem
    sparse = projects.sync(client=visitor, axis=["4"], fields=[names.TITLE, names.COMMUNE])
    assert {frozenset(row.to_dict()) for row in sparse.results} == {frozenset({"title", "commune"})}
    one = package("api.projets.projects_retrieve").sync("halle", client=visitor)
    assert (one.title, one.axes, one.partners[0].role.value) == ("La Halle aux écrans", [4], "funder")


def test_every_list_is_read(package, visitor):
    builders.convention()
    read = {
        "accords.agreements_list", "organisations.organisations_list", "axes.axes_list", "axes.stakes_list",
        "territoires.regions_list", "territoires.departments_list", "territoires.communes_list",
        "charte.charter_versions_list", "charte.signatures_list", "conventions.conventions_list",
    }  # fmt: skip
    for name in read:
        page = package(f"api.{name}").sync(client=visitor, page_size=2)
        assert page.results, name
        assert "Sparse" not in type(page).__name__, name


def test_a_refusal_is_read_as_such(package, visitor):
    refused = package("api.projets.projects_list").sync_detailed(client=visitor, axis=["99"])
    assert (refused.status_code, type(refused.parsed).__name__) == (HTTPStatus.BAD_REQUEST, "Wrong")
    assert refused.parsed["axis"] == ["« 99 » n’existe pas : donnez le numéro d’un axe."]
    missing = package("api.projets.projects_retrieve").sync_detailed("personne", client=visitor)
    assert (missing.status_code, missing.parsed.detail) == (HTTPStatus.NOT_FOUND, "Il n’y a rien à cette adresse.")


def test_a_partner_proposes_a_project_once_and_corrects_it(package, partner):
    create, models = package("api.projets.projects_create"), package("models")
    form = models.ProjectForm(title="Jardin du quai", lead="atelier", axes=[3, 4], commune="29019")
    first = create.sync_detailed(client=partner, body=form, idempotency_key="k-1")
    again = create.sync_detailed(client=partner, body=form, idempotency_key="k-1")
    assert [answer.status_code for answer in (first, again)] == [HTTPStatus.CREATED] * 2
    assert first.parsed.slug == again.parsed.slug == Project.objects.get(title="Jardin du quai").slug
    assert first.parsed.moderation.value == "submitted"
    update = package("api.projets.projects_partial_update")
    change = models.PatchedProjectForm(summary="Tenu par ses voisins.")
    stale = update.sync_detailed(first.parsed.slug, client=partner, body=change, if_match='"autre"')
    assert stale.status_code == HTTPStatus.PRECONDITION_FAILED
    done = update.sync_detailed(first.parsed.slug, client=partner, body=change, if_match=first.headers["ETag"])
    assert (done.status_code, done.parsed.summary) == (HTTPStatus.OK, "Tenu par ses voisins.")


def test_a_token_without_the_scope_is_refused(package, partner):
    seats = package("api.inscriptions.registrations_list").sync_detailed(client=partner)
    assert (seats.status_code, seats.parsed.detail) == (
        HTTPStatus.FORBIDDEN, "Ce jeton n’a pas le droit « registrations:write »."
    )  # fmt: skip
