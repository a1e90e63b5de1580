"""Pages of the table: who one is by one’s ticket, what one proposes; whoever facilitates."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from events.actions.tables import close_table
from events.models import Proposal
from events.views import tables
from tests import builders
from tests.events.reading import text
from tests.events.talking import TEXT, again, person, said, table

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture(autouse=True)
def no_permits_taken():
    cache.clear()


@pytest.fixture
def here():
    return table()


@pytest.fixture
def ana(here):
    return person(here)


@pytest.fixture
def seated(client, here, ana) -> Client:
    answer = client.post(here.path, {"act": "identify", "code": ana.code.lower()})
    assert (answer.status_code, answer["Location"]) == (302, here.path)
    return client


def test_one_says_who_one_is_by_the_code_of_the_ticket_once(client, here, ana):
    assert "Le code de votre billet" in text(client.get(here.path))
    assert dict(client.cookies) == {}

    client.post(here.path, {"act": "identify", "code": f" {ana.code[:4]} {ana.code[4:]}"})

    cookie = client.cookies["portail_table"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/table/", True, "Lax")
    assert "Vous êtes Ana." in text(client.get(here.path))
    client.post(here.path, {"act": "leave"})
    assert "Le code de votre billet" in text(client.get(here.path))


def test_a_code_of_nobody_or_of_somebody_who_does_not_come_opens_nothing(client, here):
    waiting = person(here, "Nora", status="waiting")
    elsewhere = builders.registration(builders.convention(), builders.attendee())
    for code, status, told in (
        ("AAAA2222", 400, "Aucun billet de cette Convention"),
        (elsewhere.code, 400, "Aucun billet de cette Convention"),
        ("", 400, "Ce champ est obligatoire"),
        (waiting.code, 409, "n’est pas confirmée"),
    ):
        answer = client.post(here.path, {"act": "identify", "code": code})
        assert (answer.status_code, dict(client.cookies)) == (status, {})
        assert told in text(answer)


def test_codes_are_not_tried_for_ever(client, here, monkeypatch):
    monkeypatch.setattr(tables, "CODES", (3, 300))
    statuses = [client.post(here.path, {"act": "identify", "code": "AAAA2222"}).status_code for _ in range(4)]
    assert statuses == [400] * 3 + [429]


def test_the_worker_of_the_page_stands_above_all_tables(client, here, ana, seated):
    answer = client.get("/table/service-worker.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert 'data-worker="/table/service-worker.js?heures=14"' in seated.get(here.path).content.decode()


def test_a_link_of_nobody_is_a_404(client, here):
    for path in ("/table/x/", f"/table/{here.token('animation')}/", f"/animation/{here.token('table')}/"):
        assert client.get(path).status_code == 404


def test_a_proposal_is_typed_kept_and_read_by_those_at_the_table_only(client, here, ana, seated):
    key = uuid4()
    for _ in range(2):
        answer = seated.post(here.path, {"act": "propose", "text": TEXT, "key": key})
        assert (answer.status_code, answer["Location"]) == (302, here.path)
    assert [proposal.text for proposal in Proposal.objects.all()] == [TEXT]
    page = text(seated.get(here.path))
    assert f"1 proposition à cette table {TEXT} 0 soutien la vôtre" in page
    assert TEXT not in text(Client().get(here.path))


def test_the_device_sends_later_what_it_kept(here, ana, seated):
    close_table(table=here, at=timezone.now() - timedelta(minutes=30))
    body = {"act": "propose", "text": TEXT, "codes": "", "key": uuid4()}

    late = seated.post(here.path, body | {"age_ms": "60000"}, **JSON)
    kept = seated.post(here.path, body | {"age_ms": str(40 * 60_000)}, **JSON)

    assert (late.status_code, late.json()["errors"][0]["code"]) == (409, "closed")
    made = Proposal.objects.get()
    assert (kept.status_code, kept.json()) == (201, {"id": made.public_id.hex, "text": TEXT})
    assert seated.post(here.path, body | {"age_ms": "99"}, **JSON).json() == kept.json()


def test_the_device_of_somebody_unknown_keeps_what_it_has(here):
    answer = Client().post(here.path, {"act": "propose", "text": TEXT, "key": uuid4()}, **JSON)
    assert (answer.status_code, answer.json()["errors"][0]["code"], Proposal.objects.count()) == (401, "unknown", 0)


def test_several_say_it_together_and_an_unknown_code_is_told(here, ana, seated):
    leo = person(here, "Leo")
    wrong = seated.post(here.path, {"act": "propose", "text": TEXT, "codes": "AAAA2222", "key": uuid4()})
    assert wrong.status_code == 400
    assert "Aucun billet de cette Convention ne porte le code « AAAA2222 »" in text(wrong)
    assert TEXT in wrong.content.decode()

    seated.post(here.path, {"act": "propose", "text": TEXT, "codes": f"{leo.code} ;", "key": uuid4()})
    assert [author.registration for author in Proposal.objects.get().authors.all()] == [ana, leo]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"act": "propose", "text": " "}, 400),
        ({"act": "propose", "text": TEXT, "key": "x"}, 400),
        ({"act": "other"}, 400),
        ({"act": "support", "proposal": "x"}, 404),
    ],
)
def test_what_is_badly_typed_writes_nothing(here, seated, body, status):
    assert seated.post(here.path, {"key": uuid4()} | body).status_code == status
    assert Proposal.objects.count() == 0


def test_support_is_given_and_taken_back_on_the_page(here, ana, seated):
    proposal = said(here, person(here, "Leo"))
    seated.post(here.path, {"act": "support", "proposal": proposal.public_id})
    assert "1 soutien Soutenue" in text(seated.get(here.path))
    seated.post(here.path, {"act": "unsupport", "proposal": proposal.public_id})
    assert "0 soutien Soutenir" in text(seated.get(here.path))
    own = said(here, ana)
    assert seated.post(here.path, {"act": "support", "proposal": own.public_id}).status_code == 409


def test_the_page_of_a_table_costs_as_much_for_three_as_for_one(here, ana, seated, django_assert_num_queries):
    said(here, ana)
    for _ in range(2):
        with django_assert_num_queries(6):
            seated.get(here.path)
        said(here, person(here, f"Leo{uuid4().hex[:4]}"), text="Autre")
        said(here, ana, text="Encore")


def test_whoever_facilitates_opens_closes_and_writes_the_minutes(client):
    here = table(is_open=False)
    path = here.facilitator_path
    page = text(client.get(path))
    assert "La table n’est pas encore ouverte." in page
    client.post(path, {"act": "open"})
    assert again(here).is_open
    said(again(here), person(here))
    assert TEXT in text(client.get(path))

    answer = client.post(path, {"act": "minutes", "minutes": "Deux idées", "read_at": ""})
    assert answer["Location"] == f"{path}?garde#compte-rendu"
    assert "Le compte rendu est gardé." in text(client.get(f"{path}?garde"))
    late = client.post(path, {"act": "minutes", "minutes": "Autre chose", "read_at": ""})
    assert late.status_code == 409
    assert "Ce qui a été écrit entre-temps Deux idées" in text(late)
    assert "Autre chose" in late.content.decode()

    client.post(path, {"act": "close"})
    assert client.post(path, {"act": "close"}).status_code == 409
    assert client.post(path, {"act": "x"}).status_code == 400
