"""Pages of what became of proposals: what the public reads, never who said it; what agents do."""

import pytest
from django.utils import timezone

from alliance.portal.actions.copies import gather
from alliance.portal.actions.erasure import erase_person
from events.actions.proposals import merge_proposals
from events.actions.roadmap import change_state, create_project, link_project, make_item
from events.actions.tables import minutes_stamp, publish_minutes, write_minutes
from events.models import Proposal
from tests import builders
from tests.events.reading import text
from tests.events.talking import TEXT, again, decided, letters, person, said, table
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return table()


@pytest.fixture
def ana(here):
    return person(here)


def test_the_public_reads_what_was_decided_and_never_who(client, here, ana):
    agent = builders.staff()
    kept, other = said(here, ana), said(here, person(here, "Leo"), text="Un bus des services")
    unread = said(here, ana, text="Jamais lue")
    merge_proposals(kept=kept, others=[other], by=agent, at=timezone.now())
    slug = here.workshop.item.convention.slug
    assert client.get(f"/conventions/{slug}/propositions/{kept.public_id}/").status_code == 404
    decided(kept, by=agent, motive="Utile partout")
    item = make_item(proposal=decided(kept, by=agent), title="Camions", by=agent, at=timezone.now())
    change_state(item=item, state="launched", by=agent, at=timezone.now())
    project = builders.project(title="Camion des Monts", slug="camion")
    link_project(item=item, project=project, by=agent, at=timezone.now())
    draft = create_project(item=item, title="Projet secret", by=agent, at=timezone.now()).project

    listed = text(client.get(f"/conventions/{slug}/propositions/"))
    one = text(client.get(f"/conventions/{slug}/propositions/{kept.public_id}/"))
    road, line = text(client.get("/feuille-de-route/")), text(client.get(f"/feuille-de-route/{item.public_id}/"))

    assert "3 propositions, 1 retenue, 1 lancée." in listed
    assert "1 attend encore une décision" in listed
    assert f"{TEXT} retenue action lancée Mobilités · 2 auteurs · 0 soutien" in listed
    assert "Répond à l’enjeu de cohésion" in one
    assert "Camion des Monts" in one
    assert "1 autre proposition" in one
    assert "Camions lancée" in road
    assert "Camion des Monts" in line
    for page in (listed, one, road, line):
        assert [word for word in ("Ana", "Leo", unread.text, draft.title) if word in page] == []
    merged = client.get(f"/conventions/{slug}/propositions/{other.public_id}/")
    assert merged["Location"].endswith(f"/{kept.public_id}/")
    assert client.get(f"/conventions/{slug}/propositions/{unread.public_id}/").status_code == 404
    assert f'href="/feuille-de-route/{item.public_id}/"' in client.get("/projets/camion/").content.decode()


def test_lists_are_filtered_and_an_unknown_choice_shows_all(client, here, ana):
    decided(said(here, ana), state="not_retained", motive="Trop cher")
    path = f"/conventions/{here.workshop.item.convention.slug}/propositions/"
    assert TEXT in text(client.get(f"{path}?etat=non-retenues"))
    assert "Aucune proposition dans cet état" in text(client.get(f"{path}?etat=retenues"))
    assert TEXT in text(client.get(f"{path}?etat=x&atelier=x&page=99"))
    assert TEXT in text(client.get(f"{path}?atelier={here.workshop.item_id}"))
    assert TEXT not in text(client.get(f"{path}?atelier=1{here.workshop.item_id}"))
    assert "Aucune action ici" in text(client.get("/feuille-de-route/?etat=lancees"))


def test_minutes_are_public_once_published(client, here):
    path = f"/conventions/{here.workshop.item.convention.slug}/comptes-rendus/"
    write_minutes(table=here, text="Deux idées fortes", read_at="", at=timezone.now())
    assert client.get(path).status_code == 404
    publish_minutes(table=here, is_public=True, read_at=minutes_stamp(again(here)), at=timezone.now())
    assert "Mobilités Deux idées fortes" in text(client.get(path))


def test_the_public_lists_cost_as_much_for_three_as_for_one(client, here, ana, django_assert_num_queries):
    agent, axis = builders.staff(), builders.axis(4)
    path = f"/conventions/{here.workshop.item.convention.slug}/propositions/"
    for number in range(3):
        made = decided(said(here, ana, text=f"Idée {number}"), by=agent)
        make_item(proposal=made, title=f"Action {number}", axis=axis, by=agent, at=timezone.now())
        if number != 1:
            with django_assert_num_queries(8):
                client.get(path)
            with django_assert_num_queries(3):
                client.get("/feuille-de-route/")


def test_staff_read_merge_undo_decide_and_make_an_item(here, ana):
    first, second = said(here, ana), said(here, person(here, "Leo"), text=f"{TEXT} et chaque commune")
    slug = here.workshop.item.convention.slug
    base = f"/gestion/conventions/{slug}/propositions/"
    agent = signed_in(builders.staff())
    assert "2 propositions" in text(agent.get(base))
    one = text(agent.get(f"{base}{first.public_id}/"))
    assert "Ana" in one
    assert second.text in one  # they look alike

    both = {"p": [first.public_id, second.public_id]}
    assert "Laquelle reste ?" in text(agent.get(f"{base}reunir/", both))
    assert agent.post(f"{base}reunir/", both).status_code == 400
    agent.post(f"{base}reunir/", both | {"kept": first.public_id})
    assert Proposal.objects.get(pk=second.pk).merged_into == first
    agent.post(f"{base}{second.public_id}/", {"act": "undo"})
    assert Proposal.objects.get(pk=second.pk).state == "received"

    path = f"{base}{first.public_id}/"
    assert agent.post(path, {"act": "decide", "state": "retained", "motive": "", "seen": "received"}).status_code == 400
    stale = {"act": "decide", "state": "retained", "motive": "Oui", "seen": "to_study"}
    assert agent.post(path, stale).status_code == 409
    agent.post(path, stale | {"seen": "received", "wording": "Mieux dit"})
    agent.post(path, {"act": "make_item", "title": "Camions", "axis": "", "actions": ""})
    first.refresh_from_db()
    assert (first.state, first.words, first.roadmap_item.title) == ("retained", "Mieux dit", "Camions")
    assert agent.post(path, {"act": "x"}).status_code == 400


def test_staff_lead_an_item_to_its_project(here, ana):
    by = builders.staff()
    item = make_item(proposal=decided(said(here, ana), by=by), title="Camions", by=by, at=timezone.now())
    agent, path = signed_in(by), f"/gestion/feuille-de-route/{item.public_id}/"
    builders.project(title="Déjà là", slug="deja")
    assert "Camions" in text(agent.get("/gestion/feuille-de-route/"))
    agent.post(path, {"act": "state", "state": "launched", "note": "Deux essais"})
    agent.post(path, {"act": "link", "project": "https://portail.test/projets/deja/"})
    agent.post(path, {"act": "birth", "title": "Camion des Monts", "summary": "", "lead": "", "commune": ""})
    agent.post(path, {"act": "edit", "title": "Camions partagés", "axis": "", "actions": "En cours"})
    page = text(agent.get(path))
    for words in ("Camions partagés", "Lancée", "Déjà là", "Camion des Monts", "né de cette action"):
        assert words in page
    assert agent.post(path, {"act": "link", "project": "rien"}).status_code == 400
    assert agent.post(path, {"act": "state", "state": "dropped", "note": ""}).status_code == 400
    assert agent.post(path, {"act": "link", "project": "déjà là"}).status_code == 409
    agent.post(path, {"act": "unlink", "project": "deja"})
    assert item.project_links.count() == 1


def test_staff_make_tables_and_publish_minutes(here):
    convention = here.workshop.item.convention
    base = f"/gestion/conventions/{convention.slug}/tables/"
    agent = signed_in(builders.staff())
    assert "Mobilités" in text(agent.get(base))
    agent.post(base)
    path = f"{base}{here.public_id}/"
    write_minutes(table=here, text="Deux idées", read_at="", at=timezone.now())
    assert here.facilitator_path in agent.get(path).content.decode()
    agent.post(path, {"act": "publish", "read_at": minutes_stamp(again(here))})
    assert again(here).minutes_published_at
    agent.post(path, {"act": "renew"})
    assert again(here).links == 1
    assert agent.post(path, {"act": "open"}).status_code == 409


def test_the_national_team_names_whoever_facilitates_by_a_code_or_an_address(here, ana):
    convention = here.workshop.item.convention
    path = f"/gestion/conventions/{convention.slug}/tables/{here.public_id}/"
    agent = signed_in(builders.staff())
    waiting = person(here, "Nora", status="waiting")
    elsewhere = builders.registration(builders.convention(), builders.attendee())
    for typed in (waiting.code, waiting.attendee.email, elsewhere.code, "rien", ""):
        answer = agent.post(path, {"act": "name", "who": typed})
        assert (answer.status_code, again(here).facilitator) == (400, None)
    assert "Donnez le code du billet de la personne" in text(answer)

    assert agent.post(path, {"act": "name", "who": " ANA@test.invalid "}).status_code == 302
    page = text(agent.get(path))
    assert "Ana anime cet atelier : le lien part par courriel." in page
    assert "Ne plus désigner cette personne" in page
    twice = builders.attendee(name="Ana", email="ana@test.invalid", organisation=builders.organisation())
    builders.registration(convention, twice)
    assert "donnez plutôt le code" in text(agent.post(path, {"act": "name", "who": "ana@test.invalid"}))
    agent.post(path, {"act": "name", "who": ana.code})
    assert again(here).facilitator == ana
    agent.post(path, {"act": "unname"})
    assert again(here).facilitator is None
    assert agent.post(path, {"act": "x"}).status_code == 404


def test_delegates_read_and_do_not_act(here, ana):
    proposal = said(here, ana)
    delegate = signed_in(builders.staff(regions=[builders.region()]))
    base = f"/gestion/conventions/{here.workshop.item.convention.slug}/"
    path = f"{base}propositions/{proposal.public_id}/"
    assert TEXT in text(delegate.get(path))
    assert delegate.post(path, {"act": "decide", "state": "retained", "motive": "Oui"}).status_code == 403
    assert delegate.post(f"{base}tables/").status_code == 403
    assert here.facilitator_path not in delegate.get(f"{base}tables/{here.public_id}/").content.decode()


def test_a_delegate_reads_the_names_of_the_authors_of_their_perimeter_alone(here, ana):
    home = builders.commune()
    marais = builders.attendee(name="Bob", email="b@test.invalid", organisation=builders.organisation(commune=home))
    bob = builders.registration(ana.convention, marais)
    path = f"/gestion/conventions/{ana.convention.slug}/propositions/{said(here, ana, bob).public_id}/"
    near, far = (builders.staff(regions=[each]) for each in (home.region, builders.region("84", "Auvergne")))
    assert "2 auteurs Ana, Bob " in text(signed_in(builders.staff()).get(path))
    assert "2 auteurs Bob, 1 personne hors de votre périmètre " in text(signed_in(near).get(path))
    assert "2 auteurs 2 personnes hors de votre périmètre " in text(signed_in(far).get(path))


def test_an_erased_author_leaves_the_proposal_and_gets_no_letter(here):
    account = builders.user("eva@test.invalid", full_name="Eva Essai")
    attendee = builders.attendee(name="Eva Essai", email=account.email, user=account)
    eva = builders.registration(here.workshop.item.convention, attendee)
    proposal = said(here, eva)
    copied = {section["title"]: section["rows"] for section in gather(account, timezone.now())["sections"]}
    assert copied["Propositions en atelier"][0]["proposition"] == TEXT

    erase_person(person=account, at=timezone.now())

    decided(proposal)
    assert (Proposal.objects.get().words, proposal.authors.count(), letters()) == (TEXT, 0, [])
