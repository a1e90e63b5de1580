"""A Convention in preparation, read by agents as visitors will read it; by nobody else."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.models import Convention
from tests import builders
from tests.events import wishing
from tests.events.drafting import temps
from tests.events.reading import text

pytestmark = pytest.mark.django_db
PREVIEW, PUBLIC, BANNER = "/gestion/conventions/c30/apercu/", "/conventions/c30/", "cette page n’est pas publiée"


@pytest.fixture
def convention():
    made = builders.convention(slug="c30", title="Convention 2030", state="draft", capacity=12, place="Halle")
    temps(made, "Ouverture")
    return made


def national():
    return builders.sign_in(Client(), builders.staff(national=True))


def published(convention):
    Convention.objects.filter(pk=convention.pk).update(state="published")


def test_agents_read_what_visitors_will_read_under_a_banner(convention):
    wishing.workshop(convention, title="Atelier A")
    answer = national().get(PREVIEW)
    shown = text(answer)
    published(convention)
    to_come = text(Client().get(PUBLIC))
    banner, page = shown.split("Revenir à la préparation ")
    assert page == to_come
    assert banner.startswith(f"Aperçu : {BANNER}")
    assert "12 places libres" in page
    assert "Ouverture" in page


def test_no_link_of_the_preview_leads_to_a_page_that_is_not_there(convention):
    wishing.workshop(convention, title="Atelier A")
    agent = national()
    main = agent.get(PREVIEW).content.decode().split("<main")[1].split("</main>")[0]
    links = re.findall(r'href="([^"#]+)"', main)
    assert links == ["/gestion/conventions/c30/"]
    assert agent.get(links[0]).status_code == 200


def test_no_search_engine_keeps_it(convention):
    answer = national().get(PREVIEW)
    assert answer.headers["X-Robots-Tag"] == "noindex"
    head = answer.content.decode().split("</head>")[0]
    assert '<meta name="robots" content="noindex">' in head
    assert 'rel="canonical"' not in head
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_delegate_reads_it_and_a_stranger_reads_what_a_missing_one_answers(convention):
    assert builders.sign_in(Client(), builders.staff(regions=[builders.region()])).get(PREVIEW).status_code == 200
    partner = builders.sign_in(Client(), builders.user())
    for stranger, status in ((Client(), 302), (partner, 404)):
        here, missing = stranger.get(PREVIEW), stranger.get(PREVIEW.replace("c30", "c31"))
        assert (here.status_code, missing.status_code) == (status, status)
        assert b"Convention 2030" not in here.content
        if status == 404:
            assert text(here) == text(missing)
    hidden, nowhere = Client().get(PUBLIC), Client().get(PUBLIC.replace("c30", "c31"))
    assert (hidden.status_code, nowhere.status_code) == (404, 404)
    assert text(hidden) == text(nowhere)


def test_the_preview_writes_nothing_and_a_published_one_has_its_own_page(convention):
    agent = national()
    agent.get(PREVIEW)
    assert Convention.objects.get().state == "draft"
    assert agent.post(PREVIEW).status_code == 405
    published(convention)
    answer = agent.get(PREVIEW)
    assert (answer.status_code, answer.headers["Location"]) == (302, PUBLIC)


@pytest.mark.parametrize("more", [0, 2])
def test_it_costs_what_the_public_page_costs(convention, more):
    for number in range(more):
        temps(convention, f"Temps {number}")
    agent = national()
    with CaptureQueriesContext(connection) as preview:
        agent.get(PREVIEW)
    published(convention)
    with CaptureQueriesContext(connection) as public:
        agent.get(PUBLIC)
    assert len(preview) == len(public) == 5


def test_the_hub_leads_to_it_until_it_is_published(convention):
    agent = national()
    assert (
        f'<a href="{PREVIEW}">Aperçu de la page publique</a>' in agent.get("/gestion/conventions/c30/").content.decode()
    )
    published(convention)
    page = agent.get("/gestion/conventions/c30/").content.decode()
    assert PREVIEW not in page
    assert f'<a href="{PUBLIC}">La page publique</a>' in page
