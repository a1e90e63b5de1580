"""Writing through the API: who, with what right, once, and never over somebody else's work."""

import json
import threading

import pytest
from django.db import connection, transaction
from django.test import Client

from alliance.lib.db import wait_for
from events.models import Registration
from partners.actions.people import end_membership
from partners.models import ApiToken, Project, ProposedChange
from tests import builders
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
PROJECTS, REGISTRATIONS = "/api/v1/projects/", "/api/v1/registrations/"


@pytest.fixture
def lead():
    return builders.organisation(slug="atelier")


@pytest.fixture
def writer(lead):
    person = builders.user("ecrit@test.invalid")
    builders.membership(person, lead, "contributor")
    return person


def bearer(user, organisation, scopes=("projects:write", "registrations:write")) -> dict:
    _, secret = ApiToken.objects.issue(user=user, organisation=organisation, name="essai", scopes=list(scopes))
    return {"Authorization": f"Bearer {secret}"}


def post(client, path, body, **headers):
    return client.post(path, json.dumps(body), content_type="application/json", headers=headers)


def test_a_project_proposed_by_a_member_is_submitted_and_not_public(writer, lead):
    builders.axis(4)
    builders.commune()
    typed = {
        "title": "Halle",
        "lead": "atelier",
        "axes": [4],
        "commune": "29019",
        "figures": [{"label": "places", "target": 12}],
    }
    response = post(signed_in(writer), PROJECTS, typed)
    assert (response.status_code, response["Location"]) == (201, "/api/v1/projects/halle/")
    project = Project.objects.get()
    assert (project.moderation, project.lead, project.submitted_by, project.axes_mask) == (
        "submitted",
        lead,
        writer,
        1 << 4,
    )
    assert Client().get("/api/v1/projects/halle/").status_code == 404
    assert signed_in(writer).get("/api/v1/projects/halle/").json()["figures"] == [
        {"label": "places", "target": 12, "reached": None}
    ]


def test_a_token_writes_for_its_organisation_with_its_scope_only(writer, lead, client):
    assert post(client, PROJECTS, {"title": "Halle", "lead": "atelier"}, **bearer(writer, lead)).status_code == 201
    refused = post(
        client, PROJECTS, {"title": "Halle", "lead": "atelier"}, **bearer(writer, lead, ["registrations:write"])
    )
    assert (refused.status_code, refused.json()) == (403, {"detail": "Ce jeton n’a pas le droit « projects:write »."})
    other = builders.organisation(slug="autre")
    builders.membership(writer, other, "contributor")
    elsewhere = post(client, PROJECTS, {"title": "Halle", "lead": "autre"}, **bearer(writer, lead))
    assert (elsewhere.status_code, elsewhere.json()) == (400, {"lead": ["Vous n’écrivez pas pour cette organisation."]})


@pytest.mark.parametrize("header", ["Bearer faux", "Bearer", "Bearer a b"])
def test_a_token_that_is_none_is_refused(client, header):
    response = post(client, PROJECTS, {"title": "Halle"}, Authorization=header)
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")


def test_a_token_never_stands_for_an_agent_s_second_factor(client, lead):
    agent = builders.staff()
    builders.membership(agent, lead, "contributor")
    assert post(client, PROJECTS, {"title": "Halle", "lead": "atelier"}, **bearer(agent, lead)).status_code == 401


def test_a_revoked_token_opens_nothing(client, writer, lead):
    headers = bearer(writer, lead)
    ApiToken.objects.update(revoked_at="2026-01-01T00:00:00Z")
    assert post(client, PROJECTS, {"title": "Halle", "lead": "atelier"}, **headers).status_code == 401


def test_a_token_of_somebody_who_left_registers_nobody_for_the_organisation(writer, lead, client):
    builders.convention(slug="c26", open_to="members")
    headers = bearer(writer, lead)
    end_membership(membership=writer.memberships.get(), by=builders.staff())
    typed = {"convention": "c26", "name": "Ana", "email": writer.email}
    response = post(client, REGISTRATIONS, typed, **headers)
    assert (response.status_code, response.json()) == (
        400, {"organisation": ["Vous n’agissez pas pour cette organisation."]},
    )  # fmt: skip
    assert not Registration.objects.exists()


def test_a_key_counts_for_the_organisation_of_its_token(writer, lead, client):
    other = builders.organisation(slug="autre")
    builders.membership(writer, other, "contributor")
    builders.convention(slug="c26")
    typed = {"convention": "c26", "name": "Ana", "email": "ana@test.invalid"}
    first = post(client, REGISTRATIONS, typed, **bearer(writer, lead), **{"Idempotency-Key": "k"})
    again = post(client, REGISTRATIONS, typed, **bearer(writer, other), **{"Idempotency-Key": "k"})
    assert (first.status_code, again.status_code) == (201, 422)


def test_without_an_account_nothing_is_written(client):
    assert post(client, PROJECTS, {"title": "Halle"}).status_code == 401
    assert client.get(REGISTRATIONS).status_code == 401


WRONG = [
    ({}, {"title", "lead"}),
    ({"title": ""}, {"title"}),
    ({"title": "a" * 161}, {"title"}),
    ({"title": "a\x00b"}, {"title"}),
    ({"title": ["a"]}, {"title"}),
    ({"lead": "inconnue"}, {"lead"}),
    ({"lead": 12}, {"lead"}),
    ({"status": "asleep"}, {"status"}),
    ({"commune": "00000"}, {"commune"}),
    ({"commune": "a\x00"}, {"commune"}),
    ({"axes": [99]}, {"axes"}),
    ({"axes": "4"}, {"axes"}),
    ({"starts_on": "hier"}, {"starts_on"}),
    ({"lat": 99, "lon": 0}, {"lat"}),
    ({"lat": 48}, {"non_field_errors"}),
    ({"starts_on": "2026-02-01", "ends_on": "2026-01-01"}, {"non_field_errors"}),
    ({"figures": [{"label": "x"}]}, {"figures"}),
    ({"figures": [{"label": "x", "target": -1}]}, {"figures"}),
]


@pytest.mark.parametrize(("change", "fields"), WRONG)
def test_wrong_input_is_a_sentence_at_its_field_and_nothing_is_written(writer, lead, change, fields):
    typed = {"title": "Halle", "lead": "atelier"} | change if change else {}
    response = post(signed_in(writer), PROJECTS, typed)
    assert response.status_code == 400
    assert set(response.json()) == fields
    assert not Project.objects.exists()


@pytest.mark.parametrize("body", ["{", "[" * 100_000, '{"a":' * 100_000])
def test_what_is_not_json_is_refused(writer, body):
    response = signed_in(writer).post(PROJECTS, body, content_type="application/json")
    assert (response.status_code, response.json()) == (
        400, {"detail": "Le corps de la requête n’est pas du JSON lisible."},
    )  # fmt: skip


def test_the_same_key_and_body_happen_once_and_are_answered_alike(writer, lead):
    client = signed_in(writer)
    first = post(client, PROJECTS, {"title": "Halle", "lead": "atelier"}, **{"Idempotency-Key": "k1"})
    again = post(client, PROJECTS, {"title": "Halle", "lead": "atelier"}, **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    assert Project.objects.count() == 1
    other = post(client, PROJECTS, {"title": "Autre", "lead": "atelier"}, **{"Idempotency-Key": "k1"})
    assert other.status_code == 422
    assert post(client, PROJECTS, {"title": "Halle", "lead": "atelier"}).json()["slug"] == "halle-2"


def test_a_refused_creation_may_be_mended_under_the_same_key(writer, lead):
    client = signed_in(writer)
    assert post(client, PROJECTS, {"title": "", "lead": "atelier"}, **{"Idempotency-Key": "k2"}).status_code == 400
    assert post(client, PROJECTS, {"title": "Halle", "lead": "atelier"}, **{"Idempotency-Key": "k2"}).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_a_creation_in_flight_is_a_conflict_for_the_same_key():
    lead = builders.organisation(slug="atelier")
    writer = builders.user()
    builders.membership(writer, lead, "contributor")
    client, answers = signed_in(writer), []

    def rival():
        answers.append(post(client, PROJECTS, {"title": "Halle", "lead": "atelier"}, **{"Idempotency-Key": "k3"}))
        connection.close()

    with transaction.atomic():
        wait_for("idempotency", str(writer.pk), "k3")
        thread = threading.Thread(target=rival)
        thread.start()
        thread.join(timeout=10)
    assert (answers[0].status_code, answers[0].json()["errors"][0]["code"]) == (409, "in_flight")
    assert not Project.objects.exists()


def test_a_change_needs_what_was_read(writer, lead):
    client = signed_in(writer)
    project = builders.project(slug="halle", title="Halle", lead=lead)
    read = client.get("/api/v1/projects/halle/")

    def patch(body, **headers):
        return client.patch(
            "/api/v1/projects/halle/", json.dumps(body), content_type="application/json", headers=headers
        )

    assert patch({"title": "Nouvelle halle"}).status_code == 428
    changed = patch({"title": "Nouvelle halle"}, **{"If-Match": read["ETag"]})
    assert (changed.status_code, changed.json()["title"], changed.json()["moderation"]) == (
        200,
        project.title,
        "published",
    )
    assert changed.json()["proposed_change"]["fields"] == ["title"]
    assert patch({"title": "Trop tard"}, **{"If-Match": read["ETag"]}).status_code == 412
    assert patch({"summary": "Suite"}, **{"If-Match": changed["ETag"]}).status_code == 200
    proposed = ProposedChange.objects.waiting().get().values
    assert {name: each["after"] for name, each in proposed.items()} == {"title": "Nouvelle halle", "summary": "Suite"}


def test_a_stranger_s_project_is_missing(lead):
    builders.project(slug="halle", lead=lead)
    stranger = builders.user()
    builders.membership(stranger, builders.organisation(), "administrator")
    client = signed_in(stranger)
    response = client.patch("/api/v1/projects/halle/", "{}", content_type="application/json", headers={"If-Match": "*"})
    missing = client.patch(
        "/api/v1/projects/nulle-part/", "{}", content_type="application/json", headers={"If-Match": "*"}
    )
    assert (response.status_code, response.content) == (missing.status_code, missing.content)
    assert response.status_code == 404


def test_one_registers_oneself_then_gives_the_seat_back(writer):
    convention = builders.convention(slug="c26")
    client = signed_in(writer)
    made = post(client, REGISTRATIONS, {"convention": "c26", "name": "Camille", "email": writer.email})
    assert (made.status_code, made.json()["status"]) == (201, "confirmed")
    again = post(client, REGISTRATIONS, {"convention": "c26", "name": "Camille", "email": writer.email})
    assert (again.status_code, again.json()["errors"][0]["code"]) == (409, "already_registered")
    path = f"{REGISTRATIONS}{made.json()['id']}/"
    assert signed_in(builders.user()).get(path).status_code == 404
    assert client.delete(path).json()["status"] == "cancelled"
    assert client.delete(path).json()["errors"][0]["code"] == "already_cancelled"
    assert list(convention.registrations.values_list("status", flat=True)) == ["cancelled"]


def test_my_registrations_are_a_list_like_the_others(writer):
    convention, client = builders.convention(), signed_in(writer)
    mine = builders.attendee(user=writer)
    for _ in range(3):
        builders.registration(builders.convention(), mine)
    builders.registration(convention)
    body = client.get(f"{REGISTRATIONS}?page_size=2").json()
    assert (body["count"], body["count_exact"], body["previous"], len(body["results"])) == (3, True, None, 2)
    assert body["next"].endswith("/api/v1/registrations/?page=2&page_size=2")
    assert client.get(f"{REGISTRATIONS}?colour=red").status_code == 400
    assert signed_in(builders.user()).get(REGISTRATIONS).json()["results"] == []


def test_a_member_registers_colleagues_and_a_stranger_nobody(writer, lead):
    builders.convention(slug="c26")
    typed = {"convention": "c26", "name": "Dominique", "email": "collegue@test.invalid", "organisation": "atelier"}
    assert post(signed_in(writer), REGISTRATIONS, typed).status_code == 201
    stranger = post(signed_in(builders.user()), REGISTRATIONS, typed)
    assert (stranger.status_code, list(stranger.json())) == (400, ["organisation"])
    nobody = post(signed_in(writer), REGISTRATIONS, {**typed, "email": "autre@test.invalid", "organisation": None})
    assert (nobody.status_code, list(nobody.json())) == (400, ["email"])
    assert Registration.objects.count() == 1


def test_a_delegate_cancels_nothing_outside_the_perimeter():
    network = builders.organisation(kind="network", commune=builders.commune())
    registration = builders.registration(builders.convention(), builders.attendee(organisation=network))
    delegate = signed_in(builders.staff(regions=[builders.region("11", "Île-de-France", slug="idf")]))
    assert delegate.delete(f"{REGISTRATIONS}{registration.public_id}/").status_code == 403
    registration.refresh_from_db()
    assert registration.status == "confirmed"


@pytest.mark.parametrize("absurd", ["9" * 40, '"\\ud800"', "[[]]", "{}", "-1e999", '"a\\u0000b"', "null"])
@pytest.mark.parametrize("key", ["", "une-cle"])
def test_whatever_json_says_is_refused_at_its_field(writer, key, absurd):
    client = signed_in(writer)
    headers = {"Idempotency-Key": key} if key else {}
    for path, field in ((PROJECTS, "title"), (PROJECTS, "status"), (PROJECTS, "lead"), (REGISTRATIONS, "convention")):
        body = f'{{"{field}": {absurd}}}'
        response = client.post(path, body, content_type="application/json", headers=headers)
        assert response.status_code == 400, (path, field)
        refused = set(response.json())
        assert refused & {field, "detail"} or absurd in {"9" * 40, "-1e999"}, (path, field, refused)
    assert Project.objects.count() == Registration.objects.count() == 0
