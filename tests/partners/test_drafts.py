"""Drafts that save themselves, and projects that look like the one being typed."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from partners.actions.drafts import DRAFTS_MAX, forget_drafts, save_draft
from partners.models import Project, ProjectDraft
from partners.models.resemblance import resembling
from tests import builders
from tests.events.reading import text
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
LIST = "/espace/atelier/projets/"
DRAFT = f"{LIST}brouillon/"


@pytest.fixture
def lead():
    builders.axis(3, "Économie circulaire")
    return builders.organisation(slug="atelier", name="Atelier", commune=builders.commune())


@pytest.fixture
def person(lead):
    person = builders.user()
    builders.membership(person, lead, "contributor")
    return person


@pytest.fixture
def client(person):
    return signed_in(person)


def test_typing_is_kept_under_one_row_and_taken_up_again(client):
    token = str(uuid.uuid4())
    for title in ("La Re", "La Remise"):
        answer = client.post(
            DRAFT,
            {"token": token, "title": title, "axes": ["3"], "figure_0_target": "dix"},
            headers={"HX-Request": "true"},
        )
        assert answer.content.decode().startswith("Brouillon enregistré à ")
    draft = ProjectDraft.objects.get()
    assert draft.title == "La Remise"
    assert "La Remise" in text(client.get(LIST))
    form = client.get(f"{LIST}nouveau/?brouillon={draft.token}").context["form"]
    shown = {name: form[name].value() for name in ("title", "axes", "figure_0_target", "token")}
    assert shown == {"title": "La Remise", "axes": ["3"], "figure_0_target": "dix", "token": token}


@pytest.mark.parametrize("typed", [{}, {"token": "x", "title": "A"}, {"token": str(uuid.uuid4()), "axes": ["3"]},
                                   {"token": str(uuid.uuid4()), "description": "a" * 40_001}])  # fmt: skip
def test_what_is_not_worth_keeping_is_not(client, typed):
    assert client.post(DRAFT, typed, headers={"HX-Request": "true"}).content == b""
    assert client.post(DRAFT, typed).status_code == 302
    assert not ProjectDraft.objects.exists()


def test_a_draft_is_its_authors_alone(client, lead, person):
    draft = save_draft(token=uuid.uuid4(), author=person, organisation=lead, typed={"title": ["Secret"]})
    colleague = builders.user()
    builders.membership(colleague, lead, "administrator")
    other = signed_in(colleague)
    assert "Secret" not in text(other.get(LIST))
    assert other.get(f"{LIST}nouveau/?brouillon={draft.token}").status_code == 404
    assert other.post(f"{DRAFT}{draft.token}/supprimer/").status_code == 404
    assert save_draft(token=draft.token, author=colleague, organisation=lead, typed={"title": ["X"]}) is None
    assert ProjectDraft.objects.get().title == "Secret"
    assert client.post(f"{DRAFT}{draft.token}/supprimer/").status_code == 302
    assert not ProjectDraft.objects.exists()


def test_drafts_are_bounded_and_forgotten(lead, person):
    for number in range(DRAFTS_MAX + 1):
        save_draft(token=uuid.uuid4(), author=person, organisation=lead, typed={"title": [f"T{number}"]})
    assert ProjectDraft.objects.count() == DRAFTS_MAX
    assert forget_drafts(at=timezone.now() + timedelta(days=89)) == 0
    assert forget_drafts(at=timezone.now() + timedelta(days=91)) == DRAFTS_MAX


def test_a_reader_keeps_no_draft(lead):
    reader = builders.user()
    builders.membership(reader, lead, "reader")
    assert signed_in(reader).post(DRAFT, {"token": str(uuid.uuid4()), "title": "A"}).status_code == 403


def test_likely_duplicates_are_told_with_their_reasons(lead, person):
    network = builders.organisation(kind="network")
    sister = builders.organisation(parent=network)
    lead.parent = network
    lead.save()
    far = builders.commune("22278", "Saint-Brieuc", postal_codes=["22000"])
    same = builders.project(title="Halle aux vélos", lead=lead, commune=lead.commune)
    cousin = builders.project(title="La halle aux vélos", lead=sister, commune=far)
    near = builders.project(title="Halle à vélos", lead=builders.organisation(), commune=lead.commune)
    builders.project(title="Halle aux vélos", lead=builders.organisation(), commune=far)
    builders.project(title="Jardin partagé", lead=lead, commune=lead.commune)
    builders.project(title="Halle aux vélos", lead=sister, commune=lead.commune, moderation="submitted")
    found = {p: p.reasons for p in resembling("halle aux velos", user=person, lead=lead, commune=lead.commune)}
    assert found == {
        same: ["presque le même titre", "même commune", "même organisation"],
        cousin: ["presque le même titre", "même réseau"],
        near: [found[near][0], "même commune"],
    }


def test_a_short_title_asks_nothing(lead, person, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert resembling("hal", user=person, lead=lead) == []


def test_the_piece_of_page_answers_while_one_types(client, lead):
    builders.project(title="Halle aux vélos", lead=lead, commune=lead.commune)
    piece = client.get(f"{LIST}ressemblances/", {"title": "halle aux velos\x00", "commune": "Brest"})
    assert "presque le même titre, même commune, même organisation" in piece.content.decode()
    assert 'name="known" value="projet-' in piece.content.decode()
    assert client.get(f"{LIST}ressemblances/").content.strip() == b""


def test_sending_asks_once_about_what_looks_the_same(client, lead):
    builders.project(title="Halle aux vélos", slug="halle", lead=lead, commune=lead.commune)
    typed = {"token": str(uuid.uuid4()), "title": "Halle aux vélos", "summary": "On répare.", "commune": "Brest",
             "axes": ["3"], "state": "ongoing"}  # fmt: skip
    asked = client.post(f"{LIST}nouveau/", typed)
    assert (asked.status_code, [p.slug for p in asked.context["alike"]]) == (409, ["halle"])
    assert client.post(f"{LIST}nouveau/", typed | {"known": ["halle"]}).status_code == 302
    assert Project.objects.count() == 2
