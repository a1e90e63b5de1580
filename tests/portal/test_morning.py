"""The first page of the back office: what waits, the most urgent first; whose it is; nothing left when it is done."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from alliance.portal.actions.work import assign
from alliance.portal.work_items import item, items
from alliance.portal.work_sources import SOURCES
from partners.actions.matches import propose
from partners.models import (
    Agreement,
    Assignment,
    Bounce,
    Correction,
    JoinRequest,
    Project,
    ProposedChange,
    TerritoryMessage,
)
from tests import builders
from tests.events.reading import text
from tests.partners import lacking
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
HOME = "/gestion/"
NEEDS = ("besoin", "demande")


@pytest.fixture
def lead():
    return builders.organisation(name="Atelier", slug="atelier", commune=builders.commune())


@pytest.fixture
def agent(lead):
    return builders.staff(regions=[lead.commune.region], full_name="Anne Agent")


@pytest.fixture
def colleague(lead):
    return builders.staff(regions=[lead.commune.region], full_name="Paul Collègue")


@pytest.fixture
def stranger():
    return builders.staff(regions=[builders.region("11", "Île-de-France", slug="ile-de-france")])


def waiting_project(lead, days: int = 0, **fields) -> Project:
    since = timezone.now() - timedelta(days=days)
    fields = {"title": "Lavoir", "submitted_at": since} | fields
    return builders.project(lead=lead, commune=lead.commune, moderation="submitted", **fields)


def one_of_each(lead) -> None:
    """Something of every sort, each older than the one before."""
    now, person = timezone.now(), builders.user(full_name="Ada Essai")

    def ago(days: int):
        return now - timedelta(days=days)

    waiting_project(lead, 1)
    published = builders.project(lead=lead, commune=lead.commune, title="Halle", slug="halle")
    ProposedChange.objects.create(project=published, proposed_by=person, note="Fini", proposed_at=ago(2))
    ProposedChange.objects.create(organisation=lead, proposed_by=person, note="Nom", proposed_at=ago(3))
    reported = Correction.objects.create(organisation=lead, text="L’adresse a changé.")
    Correction.objects.filter(pk=reported.pk).update(reported_at=ago(4))
    message = TerritoryMessage.objects.create(region=lead.commune.region, email="a@test.invalid", text="Bonjour")
    TerritoryMessage.objects.filter(pk=message.pk).update(sent_at=ago(5))
    builders.signature(lead, countersigned=False, signed_at=ago(6))
    power = builders.mandate(lead, builders.user(full_name="Zoé Essai"), state="submitted")
    type(power).objects.filter(pk=power.pk).update(entered_at=ago(7))
    builders.project(
        lead=lead, commune=lead.commune, title="Silence", confirmed_on=timezone.localdate() - timedelta(days=400)
    )
    today = timezone.localdate()
    builders.agreement(lead, title="Accord", starts_on=today - timedelta(days=300), ends_on=today + timedelta(days=11))
    Owed.objects.create(work="tests.nothing", state="dead", created_at=ago(9), last_error="Boîte pleine")
    builders.membership(person, lead)
    Bounce.objects.create(address=person.email, person=person, kind="refused", bounced_at=ago(8))
    asks = {"full_name": "Dominique Essai", "email": "d@test.invalid", "state": "waiting"}
    JoinRequest.objects.create(organisation=lead, confirmed_at=ago(12), escalated_at=ago(7), **asks)
    JoinRequest.objects.create(organisation=lead, confirmed_at=ago(1), **asks | {"email": "e@test.invalid"})
    axis = builders.axis()
    lacking.need(lead, axis, title="Un local", created_at=ago(10))
    room, asked = lacking.resource([axis]), lacking.need(lead, axis, created_by=person)
    propose(need=asked, resource=room, by=person, at=ago(2))


def told(found) -> list[tuple]:
    return [(each.source.key, each.subject, each.organisation, each.region, each.when) for each in found]


def test_everything_that_waits_is_there_by_the_day_from_which_it_is_late(lead):
    one_of_each(lead)
    d = "depuis {}\u00a0jours".format
    assert [row for row in told(items(builders.staff())) if row[0] not in ("accord", *NEEDS)] == [
        ("courriel", "Boîte pleine", "", "", d(9)),
        ("rattachement", "Dominique Essai", "Atelier", "Bretagne", d(12)),
        ("adresse", Bounce.objects.get().address, "Atelier", "Bretagne", d(8)),
        ("mandat", "Zoé Essai", "Atelier", "Bretagne", d(7)),
        ("signature", "Camille Essai", "Atelier", "Bretagne", d(6)),
        ("message", "Bonjour", "", "Bretagne", d(5)),
        ("erreur", "L’adresse a changé.", "Atelier", "Bretagne", d(4)),
        ("modification", "Atelier", "Atelier", "Bretagne", d(3)),
        ("modification", "Halle", "Atelier", "Bretagne", d(2)),
        ("projet", "Lavoir", "Atelier", "Bretagne", "depuis 1\u00a0jour"),
        ("silence", "Silence", "Atelier", "Bretagne", "depuis 13\u00a0mois"),
    ]


def test_needs_without_an_answer_and_resources_asked_for_wait_too(lead):
    one_of_each(lead)
    assert [row for row in told(items(builders.staff())) if row[0] in NEEDS] == [
        ("besoin", "Un local", "Atelier", "Bretagne", "depuis 10\u00a0jours"),
        ("demande", "Deux salles", "Atelier", "Bretagne", "depuis 2\u00a0jours"),
    ]


def test_a_term_is_told_by_its_day(lead):
    one_of_each(lead)
    term = next(each for each in items(builders.staff()) if each.source.key == "accord")
    assert re.fullmatch(r"le \d+(er)? \w+( \d{4})?, dans 11\u00a0jours", term.when)
    assert (term.subject, term.url) == ("Accord", f"/gestion/accords/{Agreement.objects.get().public_id}/")


def test_every_line_opens_the_page_that_settles_it(lead):
    one_of_each(lead)
    client = signed_in(builders.staff())
    found = client.get(HOME).context["items"]
    assert {each.source.key for each in found} == set(SOURCES) - {"accord-signe"}
    for each in found:
        assert client.get(each.url).status_code == 200, each.url
        assert client.get(each.assign_url).status_code == 200, each.url


def test_a_delegate_of_elsewhere_sees_and_takes_nothing_of_it(lead, agent, stranger):
    one_of_each(lead)
    assert {each.source.key for each in items(agent)} == set(SOURCES) - {"accord-signe", "courriel"}
    assert items(stranger) == []
    found = items(agent)[0]
    away, nobody = signed_in(stranger), signed_in(builders.user())
    assert away.post(found.assign_url, {"act": "take"}).status_code == 404
    assert nobody.post(found.assign_url, {"act": "take"}).status_code == 404
    assert not Assignment.objects.exists()


def test_a_flood_of_one_sort_does_not_hide_the_others(lead, agent):
    one_of_each(lead)
    for n in range(30):
        waiting_project(lead, 30, title=f"Projet {n}", slug=f"attend-{n}")
    keys = [each.source.key for each in items(agent)]
    assert (keys.count("projet"), set(keys)) == (4, set(SOURCES) - {"accord-signe", "courriel"})
    assert len(items(agent, group="relecture")) == 18


def test_taken_handed_and_given_back(lead, agent, colleague):
    project = waiting_project(lead)
    path, mine = f"/gestion/a-faire/projet/{project.pk}/", signed_in(agent)
    answer = mine.post(path, {"act": "take", "seen": "", "a": "personne"})
    assert (answer.status_code, answer.url) == (302, "/gestion/?a=personne")
    assert "« Lavoir » : c’est à vous." in text(mine.get(HOME))
    assert [each.agent_id for each in items(agent, whose="moi")] == [agent.pk]
    assert items(agent, whose="personne") == items(colleague, whose="moi") == []
    mine.post(path, {"act": "hand", "seen": agent.pk, "to": colleague.pk})
    row = Assignment.objects.get()
    assert (row.agent, row.by) == (colleague, agent)
    assert "à Paul Collègue" in text(mine.get(HOME))
    signed_in(colleague).post(path, {"act": "release", "seen": colleague.pk})
    assert not Assignment.objects.exists()


def test_only_who_may_settle_it_is_offered_and_accepted(lead, agent, colleague, stranger):
    project, national = waiting_project(lead), builders.staff(full_name="Zita Nationale")
    path = f"/gestion/a-faire/projet/{project.pk}/"
    client = signed_in(agent)
    assert list(client.get(path).context["form"].fields["to"].queryset) == [agent, colleague, national]
    refused = client.post(path, {"act": "hand", "seen": "", "to": stranger.pk})
    assert (refused.status_code, Assignment.objects.count()) == (400, 0)
    found = item(SOURCES["projet"], project.pk, agent)
    with pytest.raises(Exception, match="hors de son périmètre") as raised:
        assign(found=found, to=stranger, by=agent, seen=None)
    assert raised.value.code == "outside"


def test_an_act_without_a_name_is_refused(lead, agent):
    path = f"/gestion/a-faire/projet/{waiting_project(lead).pk}/"
    answer = signed_in(agent).post(path, {"act": "eat"})
    assert (answer.status_code, "Choisissez ce qu’il faut faire." in text(answer)) == (400, True)


def test_the_second_who_takes_it_is_told(lead, agent, colleague):
    project = waiting_project(lead)
    found = item(SOURCES["projet"], project.pk, agent)
    assign(found=found, to=agent, by=agent, seen=None)
    with pytest.raises(Conflict) as raised:
        assign(found=found, to=colleague, by=colleague, seen=None)
    assert raised.value.code == "assigned_meanwhile"
    answer = signed_in(colleague).post(f"/gestion/a-faire/projet/{project.pk}/", {"act": "take", "seen": ""})
    assert (answer.status_code, "C’est à Anne Agent." in text(answer)) == (409, True)
    assert Assignment.objects.get().agent == agent


def test_what_is_settled_belongs_to_nobody_and_waits_anew_when_it_comes_back(lead, agent):
    project = waiting_project(lead, 3)
    found = item(SOURCES["projet"], project.pk, agent)
    assign(found=found, to=agent, by=agent, seen=None)
    Project.objects.filter(pk=project.pk).update(moderation="published")
    assert items(agent, whose="moi") == []
    with pytest.raises(Conflict) as raised:
        assign(found=found, to=None, by=agent, seen=agent.pk)
    assert raised.value.code == "settled"
    Project.objects.filter(pk=project.pk).update(moderation="submitted", submitted_at=timezone.now())
    assert [each.agent_id for each in items(agent)] == [None]
    assign(found=item(SOURCES["projet"], project.pk, agent), to=agent, by=agent, seen=None)
    assert Assignment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_rival_waits_for_the_row_and_is_told(lead, agent, colleague):
    project = waiting_project(lead)
    found, outcome = item(SOURCES["projet"], project.pk, agent), []

    def rival():
        try:
            assign(found=found, to=colleague, by=colleague, seen=None)
        except Conflict as refusal:
            outcome.append(refusal.code)
        finally:
            connection.close()

    with transaction.atomic():
        assign(found=found, to=agent, by=agent, seen=None)
        thread = threading.Thread(target=rival)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
    thread.join(10)
    assert (outcome, Assignment.objects.get().agent) == (["assigned_meanwhile"], agent)


def test_empty_is_a_pleasure_to_see_and_says_why_when_filtered(agent):
    client = signed_in(agent)
    assert "Rien ne vous attend. Tout est contresigné, relu, répondu." in text(client.get(HOME))
    assert "Rien n’est à votre nom." in text(client.get(f"{HOME}?a=moi"))
    assert "Chaque chose a quelqu’un." in text(client.get(f"{HOME}?a=personne"))
    assert "Rien n’attend de cette sorte." in text(client.get(f"{HOME}?quoi=accords&a=autre"))


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("query", ["", "?a=moi", "?a=personne", "?quoi=relecture"])
def test_the_morning_costs_twelve_queries_whatever_waits(lead, django_assert_max_num_queries, rows, query):
    one_of_each(lead)
    for n in range(rows):
        waiting_project(lead, n, title=f"Projet {n}", slug=f"attend-{n}")
    for person in (builders.staff(), builders.staff(regions=[lead.commune.region])):
        client = signed_in(person)
        with django_assert_max_num_queries(12):
            client.get(HOME + query)


def test_the_first_page_stays_light_when_everything_waits(lead):
    one_of_each(lead)
    for n in range(4):
        waiting_project(lead, slug=f"lavoir-{n}")
        Correction.objects.create(organisation=lead, text="Le site a changé.")
    page = signed_in(builders.staff()).get(HOME)
    assert len(page.context["items"]) == 18
    assert len(re.findall(r"<[a-z]", page.content.decode())) <= 350


def test_the_way_around_says_where_one_is(agent):
    client = signed_in(agent)
    rooms = client.get("/gestion/moderation/").context["rooms"]
    assert [(label, here) for label, _, here in rooms] == [
        ("Ce qui attend", False),
        ("Modération", True),
        ("Accords", False),
        ("Partenaires", False),
        ("Campagnes", False),
        ("Courriels", False),
        ("Pilotage", False),
        ("Personnes", False),
        ("Demandes", False),
        ("Besoins", False),
        ("Ressources", False),
        ("Tableurs", False),
        ("Inviter", False),
    ]
    national = signed_in(builders.staff()).get(HOME).context["rooms"]
    assert [label for label, _, _ in national][-3:] == ["Voir comme", "Journal des accès", "Travaux"]
