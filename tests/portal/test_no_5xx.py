"""Every address, asked by everybody, rightly and wrongly: refusals are pages, and reading writes nothing."""

import re

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from alliance.outbox import owe
from alliance.proof import journal
from charter.models import Mandate
from partners.models import Axis, User
from tests import builders
from tests.portal.test_public_pages import all_routes
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db

WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE|TRUNCATE|COPY)\b", re.IGNORECASE)
ROLES = ["visitor", "contributor", "signatory", "regional", "national"]
NOBODY = "00000000-0000-0000-0000-000000000000"
JUNK_QUERIES = (
    "q=a%00b&axis=%FF&page=-1&page_size=x&near=nan,inf&radius_km=1e999&bbox=,,,&zoom=99999999999999999999&next=//x",
    "axis=1&axis=99999999999999999999&ordering=';--&department=%F0%9F%92%A9&code=%00&format=exe&fields=%00&o=x&p=x",
    "q[]=1&=&%00=1&term=%00&app_label=x&model_name=%00&field_name=y&_to_field=x&e=1&all=&commune=" + "9" * 3000,
)
TYPED = """
    email login code password text title name full_name role organisation convention axes commune summary starts_on
    ends_on lat lon action motive _selected_action choice token kind job_title capacity slug label commune_0 region
""".split()  # noqa: SIM905  one word a field reads better
JUNK_FORM = dict.fromkeys(TYPED, "a\x00b") | {"figures-TOTAL_FORMS": "-1", "index": "x", "consent": "x" * 10_000}
BODIES = (
    (b"\xff\xfe{", "application/json"),
    (b"%FF=%00&a=%FF", "application/x-www-form-urlencoded; charset=rien"),
    (b"--x\r\n", "multipart/form-data; boundary=x"),
)
ASK_NOTHING = {"/deconnexion/"}  # whatever is sent with it, whoever asks to leave leaves
READY = {"/readyz"}  # 503 is its answer where no relay runs


@pytest.fixture
def world():
    """A row of every noun, and the values that stand in addresses."""
    commune = builders.commune()
    lead = builders.organisation(slug="atelier", commune=commune)
    other = builders.organisation(slug="autre", kind="network")
    builders.charter_version("2014")
    version = builders.charter_version("2020")
    people = {
        "contributor": builders.user("contribue@test.invalid"),
        "signatory": builders.user("signe@test.invalid"),
        "regional": builders.staff(regions=[commune.region]),
        "national": builders.staff(),
    }
    builders.membership(people["contributor"], lead, "contributor")
    own = builders.membership(people["signatory"], lead, "signatory")
    builders.membership(people["signatory"], lead, "administrator")
    builders.mandate(lead, people["signatory"])
    project = builders.project([builders.axis(1, stake=builders.stake())], slug="halle", lead=lead, commune=commune)
    builders.project(slug="ailleurs", lead=other)
    signature = builders.signature(other, version)
    builders.agreement(lead)
    registration = builders.registration(builders.convention(slug="c26"), builders.attendee(organisation=lead))
    with transaction.atomic():
        journal.append(kind="signed", subject="essai", facts={"version": "2020"})
        owe("tests.nothing", project.pk)
    return {
        "people": people,
        "slug": {"charte": "2020", "charter-versions": "2020", "conventions": "c26"},
        "ids": [str(registration.public_id), NOBODY],
        "codes": {"communes": "29019"},
        "code": signature.code,
        "membership": own.pk,
        "mandate": str(Mandate.objects.earliest("pk").public_id),
    }


def addresses(world, role="visitor", *, away=True) -> list[str]:
    """Each route once with what exists, once with what does not; partners see nothing of the back office."""
    routes = [route for _, route, _ in all_routes()]
    if role in {"contributor", "signatory"}:
        routes = [route for route in routes if not route.startswith("gestion/") or "mandate" in route]
    if role == "regional":
        routes = [route for route in routes if not route.endswith(("/history/", "/delete/"))]
    return sorted({f"/{path}" for route in routes for path in filled(route, world)[: None if away else 1]})


def filled(route: str, world) -> list[str]:
    if "(?P" in route:
        return ["gestion/partners/", "gestion/rien/", "gestion/%00/"]
    if "<path:object_id>" in route:
        _, app, model, _ = route.split("/", 3)
        row = apps.get_model(app, model)._base_manager.order_by("pk").first()
        return [route.replace("<path:object_id>", value) for value in (str(row.pk) if row else "1", "a%00b")]
    room = next((part for part in route.split("/") if part in world["slug"]), "")
    here = {"<slug:slug>": world["slug"].get(room, "halle" if "proj" in route[:16] else "atelier")}
    here |= {"<organisation:slug>": "atelier", "<slug:project_slug>": "halle", "<int:number>": "1", "<str:name>": "x"}
    here |= {"<int:pk>": str(world["membership"]), "<uuid:public_id>": world["ids"][0]}
    here |= {"<str:code>": "29019" if "communes" in route else world["code"]}
    if "mandats" in route:
        here["<uuid:public_id>"] = world["mandate"]
    away = dict.fromkeys(here, "autre") | {"<int:number>": "9" * 30, "<int:pk>": "9" * 30, "<str:code>": "%FF%00" * 40}
    away |= {"<uuid:public_id>": NOBODY, "<slug:project_slug>": "ailleurs"}
    return [with_values(route, here), with_values(route, away)]


def with_values(route: str, values: dict) -> str:
    for shape, value in values.items():
        route = route.replace(shape, value)
    return route


def client_of(role: str, world) -> Client:
    client = Client() if role == "visitor" else signed_in(world["people"][role])
    client.raise_request_exception = False
    return client


def content(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.fixture
def written():
    """The writes that PostgreSQL was asked for, as they come."""
    found = []

    def note(execute, sql, params, many, context):
        if WRITE.match(sql):
            found.append(sql[:80])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


@pytest.mark.parametrize("role", ROLES)
def test_reading_answers_without_a_failure_and_writes_nothing(world, written, role):
    client, wrong = client_of(role, world), []
    for path in addresses(world, role):
        for method in (client.get,) if "gestion" in path else (client.get, client.head):
            written.clear()
            response = method(path)
            content(response)
            if response.status_code >= 500 and path not in READY:
                wrong.append((response.status_code, path))
            if "default-src 'none'" not in response.headers["Content-Security-Policy"]:
                wrong.append(("no CSP", path))
            noted = method == client.get and path.endswith("/signer/")  # the text was displayed: evidence of the act
            spared = ("django_session", "charter_evidenceevent") if noted else ("django_session",)
            wrong += [(method.__name__, path, sql) for sql in written if not any(table in sql for table in spared)]
    assert wrong == []


@pytest.mark.parametrize("role", ["visitor", "national"])
def test_absurd_parameters_are_answered(world, role):
    client, wrong = client_of(role, world), []
    for path in addresses(world, role, away=False):
        for query in JUNK_QUERIES:
            response = client.get(f"{path}?{query}")
            content(response)
            if response.status_code >= 500 and path not in READY:
                wrong.append((path, query))
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_junk_that_is_sent_is_refused_and_changes_nothing(world, role):
    client, before, wrong = client_of(role, world), rows(), []
    for path in addresses(world, role):
        if path in ASK_NOTHING or path.endswith("/annuler/"):
            continue
        with transaction.atomic():
            status = client.post(path, JUNK_FORM).status_code
        if status >= 500:
            wrong.append((status, path))
    assert wrong == []
    assert rows() == before


@pytest.mark.parametrize(("body", "kind"), BODIES)
def test_a_body_that_cannot_be_read_is_refused(world, body, kind):
    client = client_of("signatory", world)
    for path in ("/espace/atelier/projets/nouveau/", "/espace/atelier/equipe/", "/annuaire/atelier/signaler/"):
        assert 400 <= client.generic("POST", path, body, kind).status_code < 500, path


def rows() -> dict[str, int]:
    """How many rows of each noun of ours; counters of attempts are no nouns."""
    ours = ("partners", "charter", "events", "proof", "outbox")
    return {
        model._meta.label: model._base_manager.count()
        for app in ours
        for model in apps.get_app_config(app).get_models()
    }


def test_control_a_write_while_reading_would_be_seen(world, written):
    Axis.objects.update(summary="x")
    assert len(written) == 1


@pytest.mark.parametrize("role", ["regional", "national"])
def test_a_noun_that_only_verbs_change_is_not_saved_by_its_form(world, written, role):
    """Saving a form without fields would write every column again, over what somebody has just done."""
    client, asked = client_of(role, world), 0
    for name in ("proof/journalentry", "outbox/owed", "charter/mandate", "events/registration", "partners/user"):
        row = apps.get_model(name.replace("/", "."))._base_manager.order_by("pk").last()
        written.clear()
        response = client.post(f"/gestion/{name}/{row.pk}/change/", {"_save": "1"})
        assert response.status_code in {403, 404}, name
        assert [sql for sql in written if "django_session" not in sql] == [], name
        asked += 1
    assert asked == 5


def test_an_anonymous_page_sets_no_cookie(world):
    client, seen = Client(), 0
    for path in addresses(world):
        if path.startswith(("/connexion/", "/deconnexion/")) or "signaler" in path:
            continue
        response = client.get(path)
        assert list(response.cookies) == [], path
        seen += response.status_code == 200
    assert seen > 40
    assert User.objects.count() > 0
