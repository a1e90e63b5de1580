"""Inviting somebody: a letter, a link that opens for two weeks, accepted once, taken back at will."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from partners import arrival_mails
from partners.actions.invitations import accept_invitation, invite_member, resend_invitation, revoke_invitation
from partners.models import Invitation, Membership, User
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    return builders.organisation(name="Atelier des Marais", slug="marais")


@pytest.fixture
def ana(organisation):
    person = builders.user("ana@test.invalid", full_name="Ana Test")
    builders.membership(person, organisation, "administrator")
    return person


@pytest.fixture
def invitation(organisation, ana):
    given = {"full_name": "Bob Test", "role": "contributor", "job_title": "chargé de projet"}
    return invite_member(organisation=organisation, email="Bob@Test.invalid", by=ana, **given)


def accept(invitation, **given):
    return accept_invitation(invitation=invitation, at=timezone.now(), **given)


def page(invitation) -> str:
    return f"/invitation/{invitation.token}/"


def test_an_invitation_opens_nothing_and_owes_its_letter(invitation):
    assert (User.objects.count(), Membership.objects.count()) == (1, 1)
    assert list(Owed.objects.values_list("work", "args")) == [("partners.send_space_invitation", [invitation.pk])]
    assert invitation.expires_at - invitation.sent_at == timedelta(days=14)


def test_the_letter_says_who_invites_where_and_its_link(invitation, smtp_server):
    arrival_mails.send_invitation(invitation.pk, message_id="<one@test>")

    letter = smtp_server.messages[0]
    body = letter.get_body(("plain",)).get_content()
    assert (letter["To"], letter["Message-ID"]) == ("bob@test.invalid", "<one@test>")
    assert letter["Subject"] == "Atelier des Marais vous invite sur le portail de l’Alliance Dynamique"
    assert "Ana Test" in body
    assert f"http://localhost:8000{page(invitation)}" in body.replace("=\n", "")


def test_no_letter_leaves_for_an_invitation_that_was_taken_back(invitation, ana, smtp_server):
    revoke_invitation(invitation=invitation, by=ana, at=timezone.now())

    arrival_mails.send_invitation(invitation.pk, message_id="<one@test>")

    assert smtp_server.messages == []


def test_the_same_invitation_twice_is_a_conflict(invitation, organisation, ana):
    with pytest.raises(Conflict) as conflict:
        invite_member(organisation=organisation, email="bob@TEST.invalid", full_name="B", role="contributor", by=ana)

    assert conflict.value.code == "already_invited"
    assert Invitation.objects.count() == 1


def test_accepted_once(invitation):
    membership = accept(invitation)

    with pytest.raises(Conflict) as conflict:
        accept(invitation)

    assert (membership.user.email, membership.job_title) == ("bob@test.invalid", "chargé de projet")
    assert conflict.value.code == "accepted"


def test_an_expired_link_opens_nothing_until_it_is_sent_again(invitation, ana):
    later = invitation.expires_at
    with pytest.raises(Conflict) as conflict:
        accept_invitation(invitation=invitation, at=later)

    resend_invitation(invitation=invitation, by=ana, at=later)

    assert conflict.value.code == "expired"
    assert accept_invitation(invitation=invitation, at=later).role == "contributor"
    assert Owed.objects.filter(work="partners.send_space_invitation").count() == 2


def test_taken_back_it_opens_nothing_and_cannot_be_sent_again(invitation, ana):
    revoke_invitation(invitation=invitation, by=ana, at=timezone.now())

    for act in (
        lambda: accept(invitation),
        lambda: resend_invitation(invitation=invitation, by=ana, at=timezone.now()),
    ):
        with pytest.raises(Conflict) as conflict:
            act()
        assert conflict.value.code == "revoked"


def test_whoever_is_signed_in_as_somebody_else_does_not_accept(invitation):
    with pytest.raises(Conflict) as conflict:
        accept(invitation, by=builders.user("eve@test.invalid"))

    assert conflict.value.code == "other_person"


def test_only_who_manages_the_team_sends_again_or_takes_back(invitation, organisation):
    reader = builders.user()
    builders.membership(reader, organisation, "reader")

    for act in (resend_invitation, revoke_invitation):
        with pytest.raises(PermissionDenied):
            act(invitation=invitation, by=reader, at=timezone.now())


def test_a_visitor_accepts_and_receives_a_code(client, invitation, organisation, smtp_server):
    shown = client.get(page(invitation))
    assert Membership.objects.count() == 1, "reading accepts nothing"
    answer = client.post(page(invitation))

    assert "Ana Test vous ouvre l’espace" in shown.content.decode()
    assert (answer.status_code, answer["Location"]) == (302, "/connexion/code/?next=%2Fespace%2Fmarais%2F")
    assert [letter["To"] for letter in smtp_server.messages] == ["bob@test.invalid"]
    assert User.objects.get(email="bob@test.invalid").roles_in(organisation) == {"contributor"}


def test_who_is_signed_in_with_the_address_arrives_at_once(client, invitation):
    builders.sign_in(client, builders.user("bob@test.invalid"))

    answer = client.post(page(invitation), follow=True)

    assert answer.redirect_chain == [("/espace/marais/", 302)]
    assert "Vous voici dans l’espace d’Atelier des Marais" in answer.content.decode()


def test_somebody_else_is_told_kindly_and_lets_nobody_in(client, invitation):
    builders.sign_in(client, builders.user("eve@test.invalid"))

    shown, answer = client.get(page(invitation)), client.post(page(invitation))

    assert "Cette invitation est pour une autre adresse" in shown.content.decode()
    assert "bob@test.invalid" not in shown.content.decode()
    assert answer.status_code == 409
    assert Membership.objects.count() == 1


@pytest.mark.parametrize("token", ["x", "0" * 32 + ".abc", "x.y.z"])
def test_any_other_link_is_not_found(client, token):
    assert client.get(f"/invitation/{token}/").status_code == 404


def test_the_team_shows_what_waits_and_acts_on_it(client, invitation, ana):
    builders.sign_in(client, ana)
    base = f"/espace/marais/equipe/invitations/{invitation.public_id}"

    assert "Invitations en attente" in client.get("/espace/marais/equipe/").content.decode()
    assert client.post(f"{base}/renvoyer/").status_code == 302
    assert client.post(f"{base}/reprendre/").status_code == 302
    assert client.post(f"{base}/reprendre/").status_code == 409
    assert "Invitations en attente" not in client.get("/espace/marais/equipe/").content.decode()
