"""A need and a resource brought together: proposed, answered once by the other side, then a project."""

from datetime import date, timedelta
from threading import Event, Thread

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from partners import need_mails
from partners.actions.matches import accept, decline, propose
from partners.models import Match, Need, Project, Resource
from partners.models.match import reason
from tests import builders
from tests.partners import lacking

pytestmark = pytest.mark.django_db
SPACE = "\u00a0"


@pytest.fixture
def axis():
    return builders.axis(4, "inclusion numérique")


@pytest.fixture
def organisation():
    return builders.organisation(name="Atelier", slug="atelier", commune=builders.commune())


@pytest.fixture
def writer(organisation):
    made = builders.user("ecrit@test.invalid")
    builders.membership(made, organisation, "contributor")
    return made


@pytest.fixture
def agent():
    builders.commune()
    return builders.staff(regions=[builders.region()])


@pytest.fixture
def need(organisation, axis, writer):
    return lacking.need(organisation, axis, created_by=writer)


@pytest.fixture
def room(axis):
    return lacking.resource([axis], ends_on=date(2100, 3, 31))


def test_an_agent_proposes_and_the_writers_are_told(agent, need, room, writer):
    match = propose(need=need, resource=room, by=agent)
    assert (match.proposed_side, match.reason) == ("post", reason(need, room))
    assert [(owed.work, owed.args) for owed in Owed.objects.all()] == [
        ("partners.send_match_proposed", [match.pk, writer.pk])
    ]
    need_mails.send_proposed(match.pk, writer.pk, message_id="<a@test.invalid>")
    assert mail.outbox[0].to == ["ecrit@test.invalid"]
    assert f"/espace/atelier/besoins/{need.public_id}/" in mail.outbox[0].body


def test_a_partner_asks_and_the_delegates_of_the_resource_are_told(agent, need, room, writer):
    match = propose(need=need, resource=room, by=writer)
    assert match.proposed_side == "partner"
    assert Owed.objects.get().args == [match.pk, agent.pk]


def test_a_proposal_is_refused_twice_for_what_does_not_go_and_from_elsewhere(agent, need, room, axis):
    propose(need=need, resource=room, by=agent)
    with pytest.raises(Conflict) as refusal:
        propose(need=need, resource=room, by=agent)
    assert refusal.value.code == "already_proposed"
    with pytest.raises(Conflict) as refusal:
        propose(need=need, resource=lacking.resource([axis], kind="skills"), by=agent)
    assert refusal.value.code == "no_match"
    builders.region("11", "Île-de-France", slug="ile-de-france")
    elsewhere = builders.staff(regions=[builders.region("11", "Île-de-France")])
    with pytest.raises(PermissionDenied):
        propose(need=need, resource=room, by=elsewhere)


def test_an_accepted_proposal_becomes_a_project_that_keeps_its_origin(agent, need, room, writer, axis):
    other = propose(need=need, resource=lacking.resource([axis], title="Autre"), by=agent)
    match = accept(match=propose(need=need, resource=room, by=agent), by=writer)
    project = Project.objects.get()
    need.refresh_from_db()
    other.refresh_from_db()
    assert (match.project, need.outcome, other.accepted) == (project, "matched", False)
    assert (project.moderation, project.state, project.lead) == ("submitted", "idea", need.organisation)
    assert project.origin == "Né d’un besoin d’Atelier et d’une ressource de La Poste : Deux salles"
    assert list(project.axes.all()) == [axis]


def test_the_side_that_proposed_does_not_answer(agent, need, room, writer):
    offered = propose(need=need, resource=room, by=agent)
    for act in (lambda: accept(match=offered, by=agent), lambda: decline(match=offered, by=agent, motive="x")):
        with pytest.raises(PermissionDenied):
            act()


def test_an_answer_is_given_once(agent, need, room, writer):
    match = decline(match=propose(need=need, resource=room, by=writer), by=agent, motive="Déjà prise")
    assert (match.accepted, match.motive) == (False, "Déjà prise")
    with pytest.raises(Conflict) as refusal:
        accept(match=match, by=agent)
    assert refusal.value.code == "decided"
    need_mails.send_decided(match.pk, message_id="<a@test.invalid>")
    assert "déclinée : Déjà prise" in mail.outbox[0].body
    propose(need=need, resource=room, by=writer)


def test_declining_takes_a_motive(agent, need, room, writer):
    with pytest.raises(ValidationError) as refusal:
        decline(match=propose(need=need, resource=room, by=writer), by=agent, motive=" ")
    assert list(refusal.value.error_dict) == ["motive"]


@pytest.mark.parametrize(
    ("rows", "changed", "code"),
    [(Need, {"until": date(2020, 1, 1)}, "need_over"), (Resource, {"closed_at": timezone.now()}, "resource_over")],
)
def test_what_is_over_is_not_accepted(rows, changed, code, agent, need, room, writer):
    match = propose(need=need, resource=room, by=agent)
    rows.objects.update(**changed)
    with pytest.raises(Conflict) as refusal:
        accept(match=match, by=writer)
    assert refusal.value.code == code
    assert Project.objects.count() == 0


def refused_by(constraint: str, act):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        act()
    assert error.value.__cause__.diag.constraint_name == constraint


def test_the_database_refuses_what_no_action_writes(agent, need, room, axis, writer):
    match = propose(need=need, resource=room, by=agent)
    rows = Match.objects.filter(pk=match.pk)
    refused_by("match_is_frozen", lambda: rows.update(reason="autre"))
    refused_by("match_is_frozen", rows.delete)
    decided = {"decided_by": writer, "decided_at": timezone.now()}
    refused_by("match_declined_has_motive", lambda: rows.update(accepted=False, **decided))
    refused_by("match_decided_by_someone", lambda: rows.update(accepted=True))
    accept(match=match, by=writer)
    another = lacking.resource([axis])
    row = {"need": need, "reason": "x", "proposed_side": "post", "proposed_by": agent, "proposed_at": timezone.now()}
    twice = row | decided | {"accepted": True, "decided_at": timezone.now() + timedelta(1)}
    refused_by("match_accepted_once", lambda: Match.objects.create(resource=another, **twice))
    refused_by("match_live_once", lambda: Match.objects.create(resource=room, **row))
    refused_by("need_ended_says_how", lambda: Need.objects.update(outcome=""))
    refused_by("need_has_title", lambda: Need.objects.update(title=""))
    refused_by("resource_somewhere_or_everywhere", lambda: Resource.objects.update(radius_km=None))
    refused_by("resource_says_what", lambda: Resource.objects.update(quantity=""))
    refused_by("resource_dates_in_order", lambda: Resource.objects.update(ends_on=date(2000, 1, 1)))


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_queue_on_the_need(agent, need, room, writer, axis):
    first = propose(need=need, resource=room, by=agent)
    second = propose(need=need, resource=lacking.resource([axis], title="Autre"), by=agent)
    begun, outcome = Event(), []

    def rival():
        begun.set()
        try:
            accept(match=second, by=writer)
        except Conflict as conflict:
            outcome.append(conflict.code)
        finally:
            connection.close()

    with transaction.atomic():
        accept(match=first, by=writer)
        thread = Thread(target=rival)
        thread.start()
        begun.wait(5)
        thread.join(0.3)
        assert thread.is_alive()
    thread.join(10)
    assert outcome == ["decided"]
    assert Project.objects.count() == 1
