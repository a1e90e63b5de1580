"""Screens of tables, proposals and the roadmap: axe and width; what the team does there, by keyboard alone."""

from itertools import product

import pytest
from django.utils import timezone

from events.actions.proposals import decide
from events.actions.roadmap import create_project, link_project, make_item
from events.actions.tables import minutes_stamp, name_facilitator, publish_minutes, write_minutes
from events.models import Proposal
from tests import builders
from tests.browser.keyboard import press, tab_to
from tests.browser.test_agreements import enter, holds
from tests.events.talking import TEXT, again, person, said, sit, table

pytestmark = pytest.mark.django_db(transaction=True)
EVERY = list(product(("light", "dark"), (320, 768, 1280)))
WIDTHS = [("light", 320), ("dark", 768), ("light", 1280)]
UNFOLD = "document.querySelectorAll('main details').forEach(each => { each.open = true })"


@pytest.fixture
def agent(db):
    return builders.staff()


@pytest.fixture
def here(db):
    return table()


@pytest.fixture
def item(here, agent):
    """A line that comes from what Leo said, with a project that was born of it and one that was there."""
    at = timezone.now()
    retained = said(here, person(here, "Leo"), text="Des permanences numériques dans chaque bureau de poste rural")
    decide(proposal=retained, state="retained", motive="Utile", by=agent, at=at)
    axis = builders.axis(4, "numérique")
    made = make_item(proposal=retained, title="Permanences", axis=axis, actions="Trois essais.", by=agent, at=at)
    link_project(item=made, project=builders.project(title="Permanences des Monts"), by=agent, at=at)
    create_project(item=made, title="Permanences de la côte", by=agent, at=at)
    return made


def opened(page, url: str, sizes) -> None:
    assert page.goto(url).status == 200
    page.evaluate(UNFOLD)
    holds(page, sizes)


def test_the_public_pages_hold_at_every_width(live_portal, page, here, item):
    write_minutes(table=here, text="Deux idées fortes.\n\nUne question.", read_at="", at=timezone.now())
    publish_minutes(table=here, is_public=True, read_at=minutes_stamp(again(here)), at=timezone.now())
    base = f"/conventions/{here.workshop.item.convention.slug}/"
    proposal = item.proposals.get()
    line = item.get_absolute_url()
    ends = ("propositions/", f"propositions/{proposal.public_id}/", "comptes-rendus/")
    for path in (*(base + end for end in ends), "/feuille-de-route/", line):
        opened(page, live_portal.url + path, EVERY)


def test_the_table_holds_at_every_width(live_portal, page, here):
    ana = person(here)
    said(here, person(here, "Leo"))
    opened(page, live_portal.url + here.path, EVERY)
    sit(page, live_portal.url + here.path, ana)
    page.evaluate(UNFOLD)
    holds(page, EVERY)
    opened(page, live_portal.url + here.facilitator_path, EVERY)


def test_the_screens_of_the_team_hold_at_every_width(live_portal, page, here, item, agent):
    made, other = said(here, person(here)), said(here, person(here, "Nora"), text=f"{TEXT} rural")
    name_facilitator(table=here, registration=made.authors.get().registration)
    enter(page, agent, live_portal.url)
    base = f"{live_portal.url}/gestion/conventions/{here.workshop.item.convention.slug}/"
    proposals = (made.public_id, item.proposals.get().public_id)
    ends = ["?quoi=toutes", *(f"{each}/" for each in proposals), f"reunir/?p={made.public_id}&p={other.public_id}"]
    for end in (*(f"propositions/{end}" for end in ends), "tables/", f"tables/{here.public_id}/"):
        opened(page, base + end, WIDTHS)
    for end in ("", f"{item.public_id}/"):
        opened(page, f"{live_portal.url}/gestion/feuille-de-route/{end}", WIDTHS)


def test_staff_bring_together_decide_and_enter_the_roadmap_by_keyboard_alone(live_portal, page, here, agent):
    made, other = said(here, person(here)), said(here, person(here, "Leo"), text=f"{TEXT} rural")
    enter(page, agent, live_portal.url)
    page.goto(f"{live_portal.url}/gestion/conventions/{here.workshop.item.convention.slug}/propositions/")
    for _ in (made, other):
        tab_to(page, "p")
        page.keyboard.press("Space")
    press(page, "Réunir celles")
    page.wait_for_url("**/reunir/**")
    tab_to(page, "kept")
    page.keyboard.press("ArrowDown")
    press(page, "Réunir 2 propositions")
    page.get_by_text("1 proposition est réunie").wait_for()
    tab_to(page, "state")
    page.keyboard.press("ArrowDown")
    tab_to(page, "motive")
    page.keyboard.type("Utile")
    press(page, "Décider")
    page.get_by_text("La décision est prise").wait_for()
    press(page, "Inscrire")
    page.get_by_text("dans la feuille de route ; les auteurs").wait_for()
    kept = Proposal.objects.standing().get()
    assert (kept.state, kept.merged.count(), kept.roadmap_item is None) == ("retained", 1, False)
