"""From a table to a project in a real browser: kept without network, sent once, and every letter of the way."""

from itertools import product

import pytest
from django.utils import timezone

from alliance.outbox.delivery import deliver_all_due
from events.actions.proposals import decide
from events.actions.roadmap import make_item
from events.actions.table_talk import support
from events.jobs import tell_published_projects
from events.models import Proposal
from partners.actions.projects import publish_project
from tests import builders
from tests.browser.test_agreements import enter, holds
from tests.events.talking import TEXT, person, said, table

pytestmark = pytest.mark.django_db(transaction=True)
EVERY = list(product(("light", "dark"), (320, 768, 1280)))


def sit(page, live_portal, here, who) -> None:
    page.goto(live_portal.url + here.path)
    page.get_by_label("Le code de votre billet").fill(who.code)
    page.get_by_role("button", name="M’asseoir à la table").click()
    page.get_by_text(f"Vous êtes {who.attendee.name}").wait_for()


def told(smtp_server) -> list[tuple[str, str]]:
    """What has left since the last time."""
    deliver_all_due()
    sent = [(letter["To"], letter["Subject"]) for letter in smtp_server.messages]
    smtp_server.messages.clear()
    return sent


def test_a_proposal_goes_from_the_table_to_a_project_and_its_author_reads_each_step(
    live_portal, smtp_server, browser, page
):
    here = table()
    ana, leo = person(here), person(here, "Leo")
    base = f"{live_portal.url}/gestion/conventions/{here.workshop.item.convention.slug}/propositions/"

    # At the table: the network goes, what is typed stays, and is sent once when it is back.
    phone = browser.new_context(locale="fr-FR", viewport={"width": 360, "height": 740}).new_page()
    sit(phone, live_portal, here, ana)
    phone.get_by_text("Sans réseau, vos propositions restent").wait_for()
    phone.context.set_offline(True)
    phone.get_by_label("Votre proposition").fill(TEXT)
    phone.get_by_role("button", name="Proposer").click()
    phone.get_by_text("Pas de réseau").wait_for()
    assert Proposal.objects.count() == 0
    phone.context.set_offline(False)
    phone.locator("#dites-ici").get_by_text(TEXT).wait_for()
    phone.context.close()
    proposal = Proposal.objects.get()
    assert (proposal.text, [author.registration for author in proposal.authors.all()]) == (TEXT, [ana])
    other = said(here, leo, text=f"{TEXT}, et chaque quartier")
    support(table=here, proposal=proposal, by=leo, at=timezone.now())
    assert told(smtp_server) == [
        ("ana@test.invalid", "Votre proposition est gardée : Mobilités"),
        ("leo@test.invalid", "Votre proposition est gardée : Mobilités"),
    ]

    # Staff: brought together, retained, on the roadmap.
    enter(page, builders.staff(), live_portal.url)
    page.goto(base)
    for each in (proposal, other):
        page.locator(f"input[value='{each.public_id}']").check()
    page.get_by_role("button", name="Réunir celles qui sont cochées").click()
    page.locator(f"input[type=radio][value='{proposal.public_id}']").check()
    page.get_by_role("button", name="Réunir 2 propositions").click()
    page.get_by_text("1 proposition est réunie").wait_for()
    page.get_by_label("Retenue", exact=True).check()
    page.get_by_label("Motif").fill("Elle répond à l’enjeu de cohésion.")
    page.get_by_role("button", name="Décider et le dire aux auteurs").click()
    page.get_by_text("La décision est prise").wait_for()
    page.get_by_label("Titre").fill("Des camions de services")
    page.get_by_role("button", name="Inscrire l’action").click()
    page.get_by_role("link", name="Des camions de services").click()
    assert told(smtp_server) == [
        ("ana@test.invalid", "Votre proposition est rejointe par une autre"),
        ("leo@test.invalid", "Votre proposition est réunie à une autre"),
        ("ana@test.invalid", "Votre proposition est retenue"),
        ("leo@test.invalid", "Votre proposition est retenue"),
        ("ana@test.invalid", "Votre proposition entre dans la feuille de route"),
        ("leo@test.invalid", "Votre proposition entre dans la feuille de route"),
    ]

    # Launched, then a project is born of it, read and published as any other.
    page.get_by_text("Changer l’état, et le dire aux auteurs").click()
    page.get_by_label("Lancée").check()
    page.get_by_role("button", name="Changer l’état").click()
    page.get_by_text("L’état est changé").wait_for()
    page.get_by_text("Créer le projet qui en naît").click()
    page.get_by_label("Titre du projet").fill("Camion des Monts")
    page.get_by_role("button", name="Créer le projet").click()
    page.get_by_text("il attend d’être relu").wait_for()
    item = Proposal.objects.get(pk=proposal.pk).roadmap_item
    publish_project(project=item.project_links.get().project, by=builders.staff())
    assert tell_published_projects() == 1
    letters = told(smtp_server)
    assert [subject for to, subject in letters if to == "ana@test.invalid"] == [
        "Votre proposition est lancée : Des camions de services",
        "Un projet naît de votre proposition : Des camions de services",
        "Le projet né de votre proposition est publié : Des camions de services",
    ]

    # The public follows it both ways, and reads no name.
    page.context.clear_cookies()
    page.goto(f"{live_portal.url}/conventions/{here.workshop.item.convention.slug}/propositions/")
    page.get_by_text("2 propositions, 1 retenue, 1 lancée.").wait_for()
    page.get_by_role("link", name=TEXT).click()
    page.get_by_role("link", name="Camion des Monts").click()
    page.get_by_text("Né d’une proposition de la Convention 2026").wait_for()
    page.get_by_role("link", name="Des camions de services").click()
    page.get_by_role("heading", name="Des camions de services").wait_for()
    assert [name for name in ("Ana", "Leo") if name in page.inner_text("main")] == []


def test_the_table_serves_without_javascript(live_portal, browser):
    here = table()
    page = browser.new_context(java_script_enabled=False).new_page()
    sit(page, live_portal, here, person(here))
    page.get_by_label("Votre proposition").fill(TEXT)
    page.get_by_role("button", name="Proposer").click()
    page.get_by_text("1 proposition à cette table").wait_for()
    page.context.close()


def test_the_pages_hold_at_every_width_and_axe_finds_nothing(live_portal, page):
    here, agent = table(), builders.staff()
    ana, leo = person(here), person(here, "Leo")
    made, other = said(here, ana), said(here, leo, text=f"{TEXT} rural")
    retained = said(here, leo, text="Des permanences numériques")
    decide(proposal=retained, state="retained", motive="Utile", by=agent, at=timezone.now())
    item = make_item(
        proposal=retained, title="Permanences", axis=builders.axis(4, "numérique"), by=agent, at=timezone.now()
    )
    convention = here.workshop.item.convention
    page.goto(live_portal.url + here.path)
    holds(page, EVERY)
    sit(page, live_portal, here, ana)
    holds(page, EVERY)
    public = f"/conventions/{convention.slug}/propositions/"
    pages = (here.facilitator_path, public, f"{public}{retained.public_id}/", "/feuille-de-route/")
    for path in (*pages, item.get_absolute_url()):
        assert page.goto(live_portal.url + path).status == 200
        holds(page, EVERY)
    page.context.clear_cookies()
    enter(page, agent, live_portal.url)
    staff = f"/gestion/conventions/{convention.slug}/"
    merging = f"propositions/reunir/?p={made.public_id}&p={other.public_id}"
    ends = ("propositions/?quoi=toutes", f"propositions/{made.public_id}/", f"propositions/{retained.public_id}/")
    for path in (*ends, merging, "tables/", f"tables/{here.public_id}/"):
        assert page.goto(f"{live_portal.url}{staff}{path}").status == 200
        holds(page, [("light", 320), ("dark", 1280)])
    for path in ("feuille-de-route/", f"feuille-de-route/{item.public_id}/"):
        assert page.goto(f"{live_portal.url}/gestion/{path}").status == 200
        holds(page, [("light", 320), ("dark", 1280)])
