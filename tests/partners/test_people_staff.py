"""The staff of La Poste: invited, ended, their factor reset by a second administrator."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from alliance.proof.models import Clear, JournalEntry
from partners import mails
from partners.actions import people
from partners.models import StaffPerimeter, User
from tests import builders

pytestmark = pytest.mark.django_db


def test_the_national_team_invites_agents_with_a_perimeter():
    bretagne = builders.region()
    national = builders.staff()

    agent = people.invite_staff(
        email="ivan@test.invalid", full_name="Ivan Test", by=national, regions=[bretagne], job_title="délégué"
    )

    agent = User.objects.get(pk=agent.pk)
    assert (agent.is_staff, agent.is_national, agent.region_codes) == (True, False, {"53"})
    assert list(Owed.objects.values_list("work", "args")) == [
        ("partners.send_staff_invitation", [agent.pk, national.pk])
    ]


def test_an_agent_without_perimeter_or_with_both_is_refused():
    for fields in ({}, {"national": True, "regions": [builders.region()]}):
        with pytest.raises(ValidationError) as refusal:
            people.invite_staff(email="ivan@test.invalid", full_name="Ivan", by=builders.staff(), **fields)
        assert refusal.value.code == "perimeter"
    assert not User.objects.filter(email="ivan@test.invalid").exists()


def test_an_agent_is_invited_once():
    people.invite_staff(email="ivan@test.invalid", full_name="Ivan", by=builders.staff(), national=True)

    with pytest.raises(Conflict) as conflict:
        people.invite_staff(email="ivan@test.invalid", full_name="Ivan", by=builders.staff(), national=True)

    assert conflict.value.code == "already_staff"


def test_only_the_national_team_touches_agents():
    agent = builders.staff()
    for by in (builders.staff(regions=[builders.region()]), builders.user()):
        with pytest.raises(PermissionDenied):
            people.invite_staff(email="ivan@test.invalid", full_name="Ivan", by=by, national=True)
        with pytest.raises(PermissionDenied):
            people.reset_second_factor(user=agent, by=by)
        with pytest.raises(PermissionDenied):
            people.end_staff(user=agent, by=by)


def test_an_agent_who_leaves_loses_the_perimeter_and_the_sessions():
    agent, client = builders.staff(), Client()
    builders.sign_in(client, agent)
    assert client.get("/espace/").url == "/gestion/"

    people.end_staff(user=agent, by=builders.staff())

    assert not StaffPerimeter.objects.filter(user=agent).exists()
    assert client.get("/espace/").url.startswith("/connexion/")


def test_nobody_ends_their_own_staff_access_nor_that_of_a_partner():
    national = builders.staff()

    for user, code in ((national, "self"), (builders.user(), "not_staff")):
        with pytest.raises(Conflict) as conflict:
            people.end_staff(user=user, by=national)
        assert conflict.value.code == code


def test_a_second_administrator_resets_a_lost_factor_and_the_journal_says_so_without_a_name():
    agent, national, client = builders.staff(), builders.staff(), Client()
    people.set_totp(agent, "JBSWY3DPEHPK3PXP")
    builders.sign_in(client, agent)

    people.reset_second_factor(user=agent, by=national)

    entry = JournalEntry.objects.get()
    assert not Authenticator.objects.filter(user=agent).exists()
    assert client.get("/espace/").url.startswith("/connexion/")
    assert entry.kind == "second_factor_reset"
    assert agent.email not in entry.leaf
    assert dict(Clear.objects.values_list("name", "value")) == {"person": agent.email, "reset_by": national.email}
    assert list(Owed.objects.values_list("work", "args")) == [("partners.send_second_factor_reset", [agent.pk])]


def test_nobody_resets_their_own_factor_nor_one_that_is_not():
    agent, national = builders.staff(), builders.staff()
    people.set_totp(national, "JBSWY3DPEHPK3PXP")

    for user, code in ((national, "self"), (agent, "no_factor")):
        with pytest.raises(Conflict) as conflict:
            people.reset_second_factor(user=user, by=national)
        assert conflict.value.code == code
    assert not JournalEntry.objects.exists()


def test_the_letters_to_agents_say_what_to_do(smtp_server):
    agent, national = builders.staff(full_name="Ivan Test"), builders.staff(full_name="Nina Test")

    mails.send_staff_invitation(agent.pk, national.pk, message_id="<a@test>")
    mails.send_second_factor_reset(agent.pk, message_id="<b@test>")

    bodies = [message.get_body(("plain",)).get_content() for message in smtp_server.messages]
    assert [message["Subject"] for message in smtp_server.messages] == [
        "Votre accès au portail de l’Alliance Dynamique",
        "Votre second facteur a été réinitialisé",
    ]
    assert "Nina Test" in bodies[0]
    assert all("http://localhost:8000/connexion/" in body for body in bodies)


def test_ending_sessions_leaves_those_of_others_open():
    one, other = builders.user(), builders.user()
    first, second = Client(), Client()
    builders.sign_in(first, one)
    builders.sign_in(second, other)

    people.end_sessions(one)

    assert first.get("/espace/").url.startswith("/connexion/")
    assert second.get("/espace/").status_code == 200
