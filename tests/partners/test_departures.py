"""Somebody leaves: roles end on a day, what they looked after passes to a colleague."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from alliance.lib.changes import changes_of
from alliance.lib.errors import Conflict
from partners.actions.departures import leave_organisation, luggage_of
from partners.models import ApiToken, Membership, ProjectDraft
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    return builders.organisation(name="Atelier des Marais", slug="marais")


@pytest.fixture
def ana(organisation):
    person = builders.user("ana@test.invalid", full_name="Ana Test")
    builders.membership(person, organisation, "administrator")
    builders.membership(person, organisation, "signatory")
    return person


@pytest.fixture
def bob(organisation):
    person = builders.user("bob@test.invalid", full_name="Bob Test")
    builders.membership(person, organisation, "contributor")
    return person


def leave(person, organisation, by=None, **given) -> int:
    told = {"person": person, "organisation": organisation, "by": by or person, "at": timezone.now()}
    return leave_organisation(**told | given)


def test_everything_passes_to_the_successor(organisation, ana, bob):
    project = builders.project(lead=organisation, submitted_by=ana)
    agreement = builders.agreement(organisation, partner_referent=ana)
    action = agreement.actions.create(dimension="confiance", title="Une visite", owner=ana, due_on=timezone.localdate())
    ProjectDraft.objects.create(token="0" * 32, author=ana, organisation=organisation)
    token, _ = ApiToken.objects.issue(user=ana, organisation=organisation, name="x", scopes=["projects:write"])

    ended = leave(ana, organisation, successor=bob)

    for row in (project, agreement, action, token):
        row.refresh_from_db()
    assert ended == 2
    assert (project.submitted_by, agreement.partner_referent, action.owner) == (bob, bob, bob)
    assert (ProjectDraft.objects.get().author, token.revoked_at is not None) == (bob, True)
    assert bob.roles_in(organisation) == {"administrator", "contributor"}
    assert luggage_of(ana, organisation).is_empty


def test_the_departure_is_dated_history(organisation, ana, bob):
    leave(ana, organisation, successor=bob)

    gone = Membership.objects.filter(user=ana)
    assert {each.ends_on for each in gone} == {timezone.localdate()}
    change = changes_of(*gone)[0]
    assert (change.by_id, change.why) == (ana.pk, f"Départ de la personne n° {ana.pk}")


def test_the_last_administrator_does_not_leave_without_a_successor(organisation, ana, bob):
    with pytest.raises(Conflict) as conflict:
        leave(ana, organisation)

    assert conflict.value.code == "last_administrator"
    assert ana.roles_in(organisation) == {"administrator", "signatory"}


def test_what_has_to_be_looked_after_is_not_left_behind(organisation, ana, bob):
    builders.project(lead=organisation, submitted_by=bob)

    with pytest.raises(ValidationError) as error:
        leave(bob, organisation)

    assert error.value.code == "successor"


def test_a_stranger_does_not_take_over(organisation, ana, bob):
    with pytest.raises(ValidationError):
        leave(ana, organisation, successor=builders.user())


def test_one_leaves_alone_or_is_sent_away_by_an_administrator(organisation, ana, bob):
    with pytest.raises(PermissionDenied):
        leave(ana, organisation, by=bob, successor=bob)

    assert leave(bob, organisation) == 1
    with pytest.raises(Conflict) as conflict:
        leave(bob, organisation, by=ana)
    assert conflict.value.code == "gone"


def test_a_member_leaves_from_the_page_of_the_team(client, organisation, ana, bob):
    builders.sign_in(client, bob)
    mine, hers = (Membership.objects.filter(user=each).first().pk for each in (bob, ana))

    assert "Rien n’est à transmettre" in client.get(f"/espace/marais/equipe/{mine}/depart/").content.decode()
    assert client.get(f"/espace/marais/equipe/{hers}/depart/").status_code == 404
    assert client.post(f"/espace/marais/equipe/{mine}/depart/").status_code == 302
    assert bob.roles_in(organisation) == frozenset()


def test_the_page_asks_for_a_successor(client, organisation, ana, bob):
    builders.sign_in(client, ana)
    page = f"/espace/marais/equipe/{Membership.objects.filter(user=ana).first().pk}/depart/"

    assert client.post(page).status_code == 409
    assert client.post(page, {"successor": builders.user().pk}).status_code == 400
    assert client.post(page, {"successor": bob.pk}).status_code == 302
