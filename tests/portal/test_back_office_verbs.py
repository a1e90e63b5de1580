"""Verbs of the back office that ask for more than a click, and invitations."""

import pytest
from django.urls import reverse
from django.utils import timezone

from alliance.outbox.models import Owed
from partners.models import Project
from tests import builders
from tests.portal.test_back_office import act
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db


def test_returning_a_project_asks_for_a_motive_and_keeps_what_was_typed():
    project = builders.project(moderation="submitted")
    client = signed_in(builders.staff())
    asked = act(client, "partners_project", "send_back", project)
    assert (asked.status_code, Project.objects.get().moderation) == (200, "submitted")
    blank = act(client, "partners_project", "send_back", project, motive="  ")
    assert (blank.status_code, "Donnez le motif" in blank.content.decode()) == (400, True)
    long = act(client, "partners_project", "send_back", project, motive="a" * 501)
    assert (long.status_code, "a" * 501 in long.content.decode()) == (400, True)
    act(client, "partners_project", "send_back", project, motive="Précisez la commune.")
    project.refresh_from_db()
    assert (project.moderation, project.return_motive) == ("returned", "Précisez la commune.")


def test_an_agent_invites_a_person_of_the_perimeter_only(brittany, elsewhere):
    lead = builders.organisation(commune=builders.commune())
    data = {"organisation": lead.pk, "email": "nouvelle@test.invalid", "full_name": "Nouvelle", "role": "signatory"}
    refused = signed_in(builders.staff(regions=[elsewhere])).post("/gestion/inviter/", data)
    assert (refused.status_code, lead.invitations.count()) == (400, 0)
    assert signed_in(builders.staff(regions=[brittany])).post("/gestion/inviter/", data).status_code == 302
    assert list(lead.invitations.values_list("email", "role")) == [("nouvelle@test.invalid", "signatory")]
    assert lead.memberships.count() == 0, "nothing is open before the person accepts"


def test_only_the_national_team_invites_agents(brittany):
    data = {"email": "agent@test.invalid", "full_name": "Agente", "regions": ["53"]}
    assert signed_in(builders.staff(regions=[brittany])).post("/gestion/inviter-un-agent/", data).status_code == 403
    national = signed_in(builders.staff())
    nowhere = national.post("/gestion/inviter-un-agent/", {**data, "regions": []})
    assert (nowhere.status_code, "Choisissez l’équipe nationale" in nowhere.content.decode()) == (400, True)
    assert national.post("/gestion/inviter-un-agent/", data).status_code == 302


def test_a_network_is_asked_to_sign_the_version_in_force_when_there_is_one():
    network = builders.organisation(kind="network")
    builders.membership(builders.user(), network, "signatory")
    client = signed_in(builders.staff())
    refused = act(client, "partners_organisation", "ask_to_sign", network)
    assert "Aucune version de la charte n’est en vigueur." in refused.content.decode()  # code "no_version"
    builders.charter_version("2020")
    asked = act(client, "partners_organisation", "ask_to_sign", network)
    assert "c’est fait" in asked.content.decode()
    assert list(Owed.objects.values_list("work", flat=True)) == ["charter.send_invitation"]


def test_abandoned_work_is_owed_again_by_the_national_team_only():
    dead, pending = (Owed.objects.create(work="charter.send_receipt", state=state) for state in ("dead", "pending"))
    client = signed_in(builders.staff())
    act(client, "outbox_owed", "owe_again", dead)
    dead.refresh_from_db()
    assert dead.state == "pending"
    refused = act(client, "outbox_owed", "owe_again", pending)
    assert "rien à relancer" in refused.content.decode()  # code "not_dead"
    delegate = signed_in(builders.staff(regions=[builders.region()]))
    assert delegate.get("/gestion/outbox/owed/").status_code == 403


def test_more_seats_given_here_serve_those_who_wait_and_fewer_than_taken_are_refused():
    convention = builders.convention(capacity=1)
    first = builders.registration(convention)
    second = builders.registration(convention, status="waiting")
    client = signed_in(builders.staff())
    path = reverse("admin:events_convention_change", args=[convention.pk])
    typed = client.get(path).context["adminform"].form.initial | {"opens_at_0": "", "opens_at_1": ""}

    def post(capacity):
        data = {name: value for name, value in typed.items() if isinstance(value, str)} | {"capacity": capacity}
        for moment in ("starts_at", "ends_at"):
            local = timezone.localtime(getattr(convention, moment))
            data |= {f"{moment}_0": local.strftime("%d/%m/%Y"), f"{moment}_1": local.strftime("%H:%M:%S")}
        data |= {"offer_hours": 24, "door_margin": 0}
        management = {f"{rows}-{total}_FORMS": 0 for rows in ("programme", "quotas") for total in ("TOTAL", "INITIAL")}
        return client.post(path, data | management)

    assert post(2).status_code == 302
    assert [each.status for each in convention.registrations.order_by("pk")] == ["confirmed", "offered"]
    convention.registrations.update(status="confirmed", confirmed_at=timezone.now())
    refused = post(1)
    assert (refused.status_code, "2\u00a0places sont déjà prises" in refused.content.decode()) == (400, True)
    convention.refresh_from_db()
    assert (convention.capacity, {first.pk, second.pk}) == (
        2,
        set(convention.registrations.values_list("pk", flat=True)),
    )
