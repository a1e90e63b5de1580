"""« Voir comme »: the portal as somebody else sees it, nothing else; every page told, nothing written."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.lib.models import Change
from alliance.outbox.models import Owed
from charter.models import EvidenceEvent
from partners.actions.viewings import begin_viewing
from partners.models import Organisation, Project, User, ViewedPage, Viewing
from tests import builders
from tests.charter.signing import make_case
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db

AS, STOP, JOURNAL = "/gestion/voir-comme/", "/gestion/voir-comme/arreter/", "/gestion/acces/"


@pytest.fixture
def agent():
    return builders.staff(full_name="Nadia Essai")


@pytest.fixture
def person():
    """A contributor of ``atelier``, which leads a project."""
    person = builders.user("zoe@test.invalid", full_name="Zoé Essai")
    lead = builders.organisation(slug="atelier", name="Atelier")
    builders.membership(person, lead, "contributor")
    builders.project(slug="halle", lead=lead)
    return person


@pytest.fixture
def looking(agent, person):
    client = signed_in(agent)
    begun = client.post(AS, {"personne": person.pk, "motive": "Elle ne trouve pas son projet."})
    assert (begun.status_code, begun.url) == (302, "/espace/")
    return client


def test_the_agent_sees_what_the_person_sees_with_a_banner_on_each_page(looking, person):
    space = looking.get("/espace/atelier/projets/")
    public = looking.get("/annuaire/")
    assert (space.status_code, space.context["user"]) == (200, person)
    for page in (space, public):
        assert "Vous voyez le portail comme <strong>Zoé Essai</strong>" in page.content.decode()
        assert f'action="{STOP}"' in page.content.decode()
    assert looking.get("/gestion/").status_code == 404


def test_an_organisation_and_a_role_there_name_their_people(agent, person):
    """The role is held in the organisation that the words name, not in another of the person's."""
    builders.membership(person, builders.organisation(name="Atelier du Nord"), "signatory")
    builders.membership(builders.user("ana@test.invalid"), Organisation.objects.get(slug="atelier"), "administrator")
    client = signed_in(agent)

    def found(role: str, words: str = "atelier") -> list[str]:
        return [each.email for each in client.get(AS, {"q": words, "role": role}).context["found"]]

    assert found("") == ["ana@test.invalid", "zoe@test.invalid"]
    assert found("contributor") == ["zoe@test.invalid"]
    assert found("administrator") == ["ana@test.invalid"]
    assert found("signatory", "atelier nord") == ["zoe@test.invalid"]
    assert found("contributor", "atelier nord") == []
    assert "Personne n’y tient ce rôle" in client.get(AS, {"q": "nord", "role": "reader"}).content.decode()
    assert found("contributor", "zoe") == []
    assert found("nothing", "zoe") == ["zoe@test.invalid"]


def test_a_role_that_nobody_holds_is_looked_through_and_leaves_nobody_behind(agent):
    """Somebody stands in for the length of each page, and is undone with it."""
    atelier = builders.organisation(slug="atelier", name="Atelier")
    client, kept = signed_in(agent), (User.objects.count(), Change.objects.count())
    offered = client.get(AS, {"q": "atelier", "role": "reader"}).content.decode()
    assert 'href="?dans=atelier&amp;role=reader"' in offered
    asked = client.get(AS, {"dans": "atelier", "role": "reader"}).content.decode()
    assert "quelqu’un qui tiendrait le rôle" in asked
    begun = client.post(AS, {"dans": "atelier", "role": "reader", "motive": "Que lit-on ?"})
    assert (begun.status_code, begun.url) == (302, "/espace/")
    page = client.get("/espace/atelier/equipe/")
    assert page.status_code == 200
    assert page.context["user"].organisation_ids == {atelier.pk}
    assert f"<strong>{Viewing.objects.get().seen_as}</strong>" in page.content.decode()
    assert client.get("/espace/voisine/").status_code == 404
    assert client.post("/espace/atelier/projets/", {"project": "halle"}).status_code == 403
    assert client.get("/gestion/").status_code == 404
    assert (User.objects.count(), Change.objects.count()) == kept
    assert ViewedPage.objects.earliest("pk").path == "GET /espace/atelier/equipe/"


@pytest.mark.parametrize(("where", "role"), [("atelier", ""), ("rien", "reader"), ("atelier", "x")])
def test_a_role_nowhere_or_no_role_opens_nothing(agent, where, role):
    builders.organisation(slug="atelier")
    refused = signed_in(agent).post(AS, {"dans": where, "role": role, "motive": "Essai"})
    assert refused.status_code == 400
    assert "Choisissez d’abord une personne, ou un rôle." in refused.content.decode()
    assert not Viewing.objects.exists()


def test_nothing_is_sent_in_the_name_of_the_person(looking):
    for method in ("post", "put", "patch", "delete"):
        refused = getattr(looking, method)("/espace/atelier/projets/", {"project": "halle", "verdict": "done"})
        assert refused.status_code == 403
        assert "rien ne peut être envoyé ni changé en son nom" in refused.content.decode()
    assert looking.patch("/api/v1/projects/halle/").status_code == 403
    assert Project.objects.get().state == "ongoing"
    assert Owed.objects.count() == 0


def test_a_page_that_writes_evidence_when_read_writes_none(agent):
    case = make_case()
    before = EvidenceEvent.objects.count()
    client = signed_in(agent)
    client.post(AS, {"personne": case.signer.pk, "motive": "Aide au téléphone."})
    page = client.get(f"/espace/{case.organisation.slug}/signer/")
    assert EvidenceEvent.objects.count() == before
    assert page.status_code == 200
    assert client.get("/espace/").status_code == 200


def test_whatever_a_view_writes_while_it_is_read_is_refused_by_the_database(looking, monkeypatch):
    def writes(*args):
        Project.objects.update(title="x")

    monkeypatch.setattr("partners.views.space.own_organisation", writes)
    refused = looking.get("/espace/atelier/projets/")
    assert refused.status_code == 403
    assert "laisse une trace" in refused.content.decode()
    assert not Project.objects.filter(title="x").exists()


def test_each_page_is_told_who_whom_when_and_why(looking, agent, person):
    looking.get("/espace/atelier/projets/?page=1")
    looking.post("/espace/atelier/projets/")
    viewing = Viewing.objects.get()
    assert (viewing.agent, viewing.person, viewing.motive) == (agent, person, "Elle ne trouve pas son projet.")
    assert viewing.ends_at - viewing.started_at == timedelta(minutes=30)
    told = ["GET /espace/atelier/projets/?page=1", "POST /espace/atelier/projets/"]
    assert list(viewing.pages.values_list("path", flat=True)) == told
    journal = looking.get(JOURNAL)
    assert "Zoé Essai" in journal.content.decode()
    assert [each.seen for each in journal.context["viewings"]] == [2]
    assert told[0] in looking.get(f"{JOURNAL}{viewing.public_id}/").content.decode()


def test_it_stops_with_the_button(looking):
    assert looking.get("/espace/atelier/projets/").status_code == 200
    assert looking.post(STOP).url == AS
    assert Viewing.objects.get().ended_at is not None
    assert looking.get("/espace/atelier/projets/").status_code == 404
    assert looking.get("/gestion/").status_code == 200


def test_half_an_hour_later_it_is_over(looking):
    viewing = Viewing.objects.get()
    assert list(Viewing.objects.running(viewing.started_at + timedelta(minutes=29))) == [viewing]
    assert list(Viewing.objects.running(viewing.started_at + timedelta(minutes=30))) == []


def test_only_the_national_team_looks_and_never_through_its_own(agent, person):
    delegate, other = builders.staff(regions=[builders.region()]), builders.staff()
    for by, status in ((delegate, 403), (person, 404)):
        assert signed_in(by).post(AS, {"personne": person.pk, "motive": "x"}).status_code == status
        assert signed_in(by).get(JOURNAL).status_code == status
    refused = signed_in(agent).post(AS, {"personne": other.pk, "motive": "Curiosité"})
    assert refused.status_code == 409
    with pytest.raises(PermissionDenied):
        begin_viewing(agent=delegate, person=person, motive="x", at=timezone.now())
    assert Viewing.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "code"), [({"is_active": False}, "closed"), ({"is_superuser": True}, "equal_rights")]
)
def test_who_is_not_looked_through(agent, person, change, code):
    User.objects.filter(pk=person.pk).update(**change)
    person.refresh_from_db()
    with pytest.raises(Conflict) as refused:
        begin_viewing(agent=agent, person=person, motive="x", at=timezone.now())
    assert refused.value.code == code


def test_without_the_second_factor_nobody_looks(agent, person):
    viewing = begin_viewing(agent=agent, person=person, motive="x", at=timezone.now())
    client = signed_in(person)
    session = client.session
    session["viewing"] = str(viewing.public_id)
    session.save()
    assert "Vous voyez" not in client.get("/espace/atelier/projets/").content.decode()
    assert ViewedPage.objects.count() == 0


def test_a_motive_is_asked_and_a_person_is_found_by_name_address_or_organisation(agent, person):
    client = signed_in(agent)
    assert client.post(AS, {"personne": person.pk, "motive": ""}).status_code == 400
    assert client.post(AS, {"motive": "x"}).status_code == 400
    for words in ("zoé", "zoe@test", "Atelier"):
        assert client.get(AS, {"q": words}).context["found"] == [person], words
    assert client.get(AS, {"q": "Nadia"}).context["found"] == []


def test_the_journal_neither_changes_nor_disappears(looking):
    looking.get("/espace/")
    viewing = Viewing.objects.get()
    for act in (
        lambda: ViewedPage.objects.update(path="/"),
        lambda: ViewedPage.objects.all().delete(),
        lambda: Viewing.objects.filter(pk=viewing.pk).update(motive="autre"),
        lambda: Viewing.objects.filter(pk=viewing.pk)._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
