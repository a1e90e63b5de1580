"""From a table to a project in a real browser: kept without network, sent once, and every letter of the way."""

import pytest
from django.utils import timezone

import partners.tasks  # noqa: F401  the works, as a worker knows them
from alliance.outbox.delivery import deliver_all_due
from events.actions.table_talk import support
from events.jobs import tell_published_projects
from events.models import Proposal
from partners.actions.projects import publish_project
from tests import builders
from tests.browser.test_agreements import enter
from tests.events.talking import TEXT, person, said, sit, table

pytestmark = pytest.mark.django_db(transaction=True)
MOTIVE = "Elle répond à l’enjeu de cohésion."


def test_a_proposal_goes_from_the_table_to_a_project_and_its_author_reads_each_step(
    live_portal, smtp_server, browser, page
):
    here = table()
    ana, leo = person(here), person(here, "Leo")
    convention = f"conventions/{here.workshop.item.convention.slug}/"

    proposal = typed_without_network(browser, live_portal.url + here.path, ana)
    other = said(here, leo, text=f"{TEXT}, et chaque quartier")
    support(table=here, proposal=proposal, by=leo, at=timezone.now())
    letters = told(smtp_server)
    assert subjects(letters) == [
        ("ana@test.invalid", "Votre proposition est gardée : Mobilités"),
        ("leo@test.invalid", "Votre proposition est gardée : Mobilités"),
    ]
    assert f"- {TEXT}\n" in body(letters[0])

    enter(page, builders.staff(), live_portal.url)
    page.goto(f"{live_portal.url}/gestion/{convention}propositions/")
    brought_together(page, proposal, other)
    retained_and_on_the_roadmap(page)
    read_that_it_is_retained(told(smtp_server))

    launched_and_a_project_born(page)
    item = Proposal.objects.get(pk=proposal.pk).roadmap_item
    publish_project(project=item.project_links.get().project, by=builders.staff())
    assert tell_published_projects() == 1
    letters = [letter for letter in told(smtp_server) if letter["To"] == "ana@test.invalid"]
    assert [letter["Subject"] for letter in letters] == [
        "Votre proposition est lancée : Des camions de services",
        "Un projet naît de votre proposition : Des camions de services",
        "Le projet né de votre proposition est publié : Des camions de services",
    ]

    page.context.clear_cookies()
    page.goto(last_link(letters[-1], "/projets/"))
    page.get_by_text("Né d’une proposition de la Convention 2026").wait_for()
    followed_both_ways(page, f"{live_portal.url}/{convention}propositions/")
    assert [name for name in ("Ana", "Leo") if name in page.inner_text("main")] == []


def typed_without_network(browser, url: str, who) -> Proposal:
    """The network goes, what is typed stays, and is sent once when it is back."""
    phone = browser.new_context(locale="fr-FR", viewport={"width": 360, "height": 740}).new_page()
    phone.set_default_timeout(10_000)
    sit(phone, url, who)
    phone.context.set_offline(True)
    phone.get_by_label("Votre proposition").fill(TEXT)
    phone.get_by_role("button", name="Proposer").click()
    phone.get_by_text("Pas de réseau").wait_for()
    assert Proposal.objects.count() == 0
    phone.context.set_offline(False)
    phone.locator("#dites-ici").get_by_text(TEXT).wait_for()
    phone.context.close()
    proposal = Proposal.objects.get()
    assert (proposal.text, [author.registration for author in proposal.authors.all()]) == (TEXT, [who])
    return proposal


def told(smtp_server) -> list:
    """What has left since the last time."""
    deliver_all_due()
    sent = list(smtp_server.messages)
    smtp_server.messages.clear()
    return sent


def subjects(letters) -> list[tuple[str, str]]:
    return [(letter["To"], letter["Subject"]) for letter in letters]


def body(letter) -> str:
    return letter.get_body(("plain",)).get_content().replace("\r\n", "\n")


def last_link(letter, to: str) -> str:
    """The address, of those that begin so, that the reader clicks."""
    return next(word for word in body(letter).split() if word.startswith("http") and to in word)


def brought_together(page, proposal: Proposal, other: Proposal) -> None:
    for each in (proposal, other):
        page.locator(f"input[value='{each.public_id}']").check()
    page.get_by_role("button", name="Réunir celles qui sont cochées").click()
    page.locator(f"input[type=radio][value='{proposal.public_id}']").check()
    page.get_by_role("button", name="Réunir 2 propositions").click()
    page.get_by_text("1 proposition est réunie").wait_for()


def retained_and_on_the_roadmap(page) -> None:
    page.get_by_label("Retenue", exact=True).check()
    page.get_by_label("Motif").fill(MOTIVE)
    page.get_by_role("button", name="Décider et le dire aux auteurs").click()
    page.get_by_text("La décision est prise").wait_for()
    page.get_by_label("Titre").fill("Des camions de services")
    page.get_by_role("button", name="Inscrire l’action").click()
    page.get_by_role("link", name="Des camions de services").click()
    page.get_by_role("heading", name="Des camions de services").wait_for()


def read_that_it_is_retained(letters) -> None:
    assert subjects(letters) == [
        ("ana@test.invalid", "Votre proposition est rejointe par une autre"),
        ("leo@test.invalid", "Votre proposition est réunie à une autre"),
        ("ana@test.invalid", "Votre proposition est retenue"),
        ("leo@test.invalid", "Votre proposition est retenue"),
        ("ana@test.invalid", "Votre proposition entre dans la feuille de route"),
        ("leo@test.invalid", "Votre proposition entre dans la feuille de route"),
    ]
    own = [body(letter) for letter in letters if letter["To"] == "ana@test.invalid"]
    words = [f"« {TEXT}, et chaque quartier »", f"« {MOTIVE} »", "« Des camions de services »"]
    assert [said in told for told, said in zip(own, words, strict=True)] == [True] * 3


def launched_and_a_project_born(page) -> None:
    """Read and published afterwards, as any other."""
    page.get_by_text("Changer l’état, et le dire aux auteurs").click()
    page.get_by_label("Lancée").check()
    page.get_by_role("button", name="Changer l’état").click()
    page.get_by_text("L’état est changé").wait_for()
    page.get_by_text("Créer le projet qui en naît").click()
    page.get_by_label("Titre du projet").fill("Camion des Monts")
    page.get_by_role("button", name="Créer le projet").click()
    page.get_by_text("il attend d’être relu").wait_for()


def followed_both_ways(page, url: str) -> None:
    page.goto(url)
    page.get_by_text("2 propositions, 1 retenue, 1 lancée.").wait_for()
    page.get_by_role("link", name=TEXT).click()
    page.get_by_role("link", name="Camion des Monts").click()
    page.get_by_text("Né d’une proposition de la Convention 2026").wait_for()
    page.get_by_role("link", name="Des camions de services").click()
    page.get_by_role("heading", name="Des camions de services").wait_for()
