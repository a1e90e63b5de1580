"""The moderation queue and the page of one case: what an agent sees, decides, and is told."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from partners.actions.profiles import propose_profile
from partners.actions.projects import save_project
from partners.actions.proposals import stamp_of
from partners.models import Organisation, Project, ProposedChange
from tests import builders
from tests.events.reading import text
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
QUEUE = "/gestion/moderation/"


@pytest.fixture
def lead():
    return builders.organisation(name="Atelier", slug="atelier", commune=builders.commune())


@pytest.fixture
def writer(lead):
    person = builders.user(full_name="Ada Essai")
    builders.membership(person, lead, "contributor")
    return person


@pytest.fixture
def project(lead):
    return builders.project(
        [builders.axis(3, "Économie circulaire")], title="Halle", slug="halle", summary="Une petite halle.", lead=lead,
        commune=lead.commune,
    )  # fmt: skip


@pytest.fixture
def change(project, writer):
    typed = Project.objects.get(pk=project.pk)
    typed.title, typed.summary = "Grande halle", "Une grande halle ouverte."
    save_project(project=typed, axes=[builders.axis(5, "Inclusion numérique")], by=writer)
    return ProposedChange.objects.get()


@pytest.fixture
def agent(lead):
    return signed_in(builders.staff(regions=[lead.commune.region]))


def submitted(lead, writer, **fields) -> Project:
    fields.setdefault("title", "Lavoir")
    return save_project(project=Project(lead=lead, commune=lead.commune, **fields), axes=[], by=writer)


def page_of(client, change) -> dict:
    answer = client.get(f"{QUEUE}{change.public_id}/")
    return {"seen": answer.context["seen"]}


def test_the_queue_holds_everything_the_oldest_first(agent, lead, writer, change):
    made = submitted(lead, writer)
    profile = Organisation.objects.get(pk=lead.pk)
    profile.summary = "On répare."
    propose_profile(organisation=profile, axes=[], by=writer, read_at=stamp_of(lead))
    now = timezone.now()
    Project.objects.filter(pk=made.pk).update(submitted_at=now - timedelta(days=15))
    ProposedChange.objects.filter(pk=change.pk).update(proposed_at=now - timedelta(days=8))
    answer = agent.get(QUEUE)
    told = [(line.noun, line.title, line.age, line.late) for line in answer.context["lines"]]
    assert told == [
        ("Nouveau projet", "Lavoir", "15\u00a0jours", "plus de 14 jours"),
        ("Modification", "Halle", "8\u00a0jours", "plus de 7 jours"),
        ("Profil", "Atelier", "aujourd’hui", ""),
    ]
    assert "Ada Essai" in text(answer)
    for noun, titles in {"projets": ["Lavoir"], "modifications": ["Halle"], "profils": ["Atelier"]}.items():
        assert [line.title for line in agent.get(f"{QUEUE}?quoi={noun}").context["lines"]] == titles
    assert len(agent.get(f"{QUEUE}?quoi=%00").context["lines"]) == 3


def test_an_empty_queue_is_a_pleasure_to_see(agent):
    assert "Tout est relu. Rien n’attend." in text(agent.get(QUEUE))


def test_others_see_neither_the_queue_nor_a_case(change, lead, writer):
    made = submitted(lead, writer)
    elsewhere = builders.staff(regions=[builders.region("11", "Île-de-France", slug="idf")])
    cases = [f"{QUEUE}{change.public_id}/", f"{QUEUE}projets/{made.slug}/"]
    assert list(signed_in(elsewhere).get(QUEUE).context["lines"]) == []
    for client in (signed_in(elsewhere), signed_in(writer), signed_in(builders.user())):
        for path in cases:
            assert client.get(path).status_code == 404
            assert client.post(path, {"act": "accept"}).status_code == 404
    assert signed_in(writer).get(QUEUE).status_code == 404


def test_each_word_that_changes_is_marked_by_its_form_and_by_words(agent, change):
    content = agent.get(f"{QUEUE}{change.public_id}/").content.decode()
    assert re.search(r"<del><span class=\"visually-hidden\">supprimé : </span>petite halle</del>", content)
    assert re.search(r"<ins><span class=\"visually-hidden\">ajouté : </span>grande halle ouverte</ins>", content)
    assert '<ins><span class="visually-hidden">ajouté : </span>Inclusion numérique</ins>' in content
    assert '<del><span class="visually-hidden">supprimé : </span>Économie circulaire</del>' in content


def test_accepting_changes_the_page_and_comes_back_to_the_queue(agent, change):
    answer = agent.post(f"{QUEUE}{change.public_id}/", page_of(agent, change) | {"act": "accept"})
    assert (answer.status_code, answer.headers["Location"]) == (302, QUEUE)
    assert Project.objects.get().title == "Grande halle"
    assert "« Halle » est en ligne." in text(agent.get(QUEUE))
    assert "Déjà décidé : acceptée" in text(agent.get(f"{QUEUE}{change.public_id}/"))


def test_correcting_takes_what_the_agent_wrote(agent, change):
    typed = page_of(agent, change) | {
        "act": "correct", "c-title": "Halle du quai", "c-summary": "Une halle ouverte.", "c-axes": [],
        "c-motive": "Titre plus court.",
    }  # fmt: skip
    assert agent.post(f"{QUEUE}{change.public_id}/", typed).status_code == 302
    project = Project.objects.get()
    assert (project.title, project.summary, list(project.axes.all())) == ("Halle du quai", "Une halle ouverte.", [])
    change.refresh_from_db()
    assert (change.state, change.motive) == ("corrected", "Titre plus court.")


def test_a_wrong_correction_keeps_what_was_typed(agent, change):
    typed = page_of(agent, change) | {"act": "correct", "c-title": "", "c-summary": "Bien."}
    answer = agent.post(f"{QUEUE}{change.public_id}/", typed)
    assert (answer.status_code, answer.context["correction"].errors) == (400, {"title": ["Donnez un titre."]})
    assert answer.context["correction"]["summary"].value() == "Bien."
    assert Project.objects.get().title == "Halle"


def test_returning_demands_a_reason(agent, change):
    path = f"{QUEUE}{change.public_id}/"
    refused = agent.post(path, {"act": "return", "motive": " "})
    assert (refused.status_code, list(refused.context["back"].errors)) == (400, ["motive"])
    assert agent.post(path, {"act": "return", "motive": "Plus clair."}).status_code == 302
    change.refresh_from_db()
    assert (change.state, change.motive) == ("returned", "Plus clair.")


@pytest.mark.parametrize("act", ["", "delete", "\x00"])
def test_an_unknown_decision_changes_nothing(agent, change, act):
    answer = agent.post(f"{QUEUE}{change.public_id}/", {"act": act})
    assert (answer.status_code, answer.context["refusal"]) == (400, "Choisissez l’une des trois décisions.")
    assert ProposedChange.objects.get().state == "waiting"


def test_what_changed_meanwhile_is_told_then_decided_knowingly(agent, change):
    seen = page_of(agent, change)
    Project.objects.update(title="Halle corrigée")
    path = f"{QUEUE}{change.public_id}/"
    answer = agent.post(path, seen | {"act": "correct", "c-title": "Ma correction", "c-summary": "Oui."})
    assert answer.status_code == 409
    words = text(answer)
    assert "Ce qui est en ligne a changé depuis" in words
    assert "A changé depuis la proposition. La personne avait sous les yeux : « Halle »" in words
    assert answer.context["correction"]["title"].value() == "Ma correction"
    assert Project.objects.get().title == "Halle corrigée"
    again = {"seen": answer.context["seen"], "act": "correct", "c-title": "Ma correction", "c-summary": "Oui."}
    assert agent.post(path, again).status_code == 302
    assert Project.objects.get().title == "Ma correction"


def test_a_page_that_forgot_what_it_showed_accepts_nothing(agent, change):
    assert agent.post(f"{QUEUE}{change.public_id}/", {"act": "accept"}).status_code == 409
    assert Project.objects.get().title == "Halle"


def test_a_new_project_is_read_corrected_and_published(agent, lead, writer):
    made = submitted(lead, writer, title="LAVOIR", summary="Un lavoir.")
    path = f"{QUEUE}projets/{made.slug}/"
    answer = agent.get(path)
    assert [field.label for field in answer.context["fields"]] == ["Titre", "En une phrase", "Porteur", "Commune"]
    typed = {"act": "correct", "seen": answer.context["seen"], "c-title": "Lavoir", "c-commune": "Brest (29)"}
    assert agent.post(path, typed).status_code == 302
    made.refresh_from_db()
    assert (made.title, made.summary, made.moderation, made.commune_id) == ("Lavoir", "", "published", "29019")
    assert "Ce projet n’attend pas de décision : il est publié." in text(agent.get(path))


def test_a_new_project_is_returned(agent, lead, writer):
    made = submitted(lead, writer)
    assert agent.post(f"{QUEUE}projets/{made.slug}/", {"act": "return", "motive": "Où ?"}).status_code == 302
    made.refresh_from_db()
    assert (made.moderation, made.return_motive) == ("returned", "Où ?")


def test_a_reader_of_the_perimeter_does_not_decide(change, project):
    Project.objects.update(commune=None, region=None)
    reader = signed_in(builders.staff(regions=[builders.region("11", "Île-de-France", slug="idf")]))
    answer = reader.get(f"{QUEUE}{change.public_id}/")
    assert "un agent de son périmètre en décide" in text(answer)
    assert reader.post(f"{QUEUE}{change.public_id}/", {"act": "accept"}).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_queue_costs_the_same_at_one_and_three_lines(agent, lead, writer, count, django_assert_num_queries):
    for number in range(count):
        submitted(lead, writer, title=f"Lavoir {number}")
        other = builders.project(lead=lead, commune=lead.commune)
        ProposedChange.objects.create(project=other, proposed_by=writer, values={"title": {"before": "", "after": "x"}})
    with django_assert_num_queries(9):
        agent.get(QUEUE)
