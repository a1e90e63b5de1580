"""The team of an organisation: who acts for it, invitations, ends."""

import pytest
from django.test import Client
from django.utils import timezone

from alliance.lib.changes import changes_of
from partners.actions.join_requests import ask_to_join, confirm_join_request
from partners.models import Invitation, Membership, User
from tests import builders

pytestmark = pytest.mark.django_db
TEAM = "/espace/marais/equipe/"
GIVEN = {"email": "bob@test.invalid", "full_name": "Bob Test", "job_title": "", "role": "contributor"}


@pytest.fixture
def organisation():
    return builders.organisation(name="Atelier des Marais", slug="marais")


@pytest.fixture
def administrator(organisation):
    return builders.membership(builders.user("ana@test.invalid", full_name="Ana Test"), organisation, "administrator")


@pytest.fixture
def reader(organisation):
    return builders.membership(builders.user("lea@test.invalid", full_name="Léa Test"), organisation, "reader")


@pytest.fixture
def managing(client, administrator):
    return builders.sign_in(client, administrator.user)


def end(membership) -> str:
    return f"{TEAM}{membership.pk}/terminer/"


def test_members_stand_under_their_role(managing, reader):
    page = managing.get(TEAM)

    assert [(label, [m.user.full_name for m in members]) for label, members in page.context["groups"]] == [
        ("administrateur ou administratrice", ["Ana Test"]),
        ("lecteur ou lectrice", ["Léa Test"]),
    ]
    assert "lea@test.invalid" in page.content.decode()


def test_a_member_sees_names_but_neither_addresses_nor_the_form(client, administrator, reader):
    builders.sign_in(client, reader.user)

    page = client.get(TEAM).content.decode()

    assert "Ana Test" in page
    assert "ana@test.invalid" not in page
    assert 'name="email"' not in page
    assert "terminer" not in page


def test_an_administrator_invites(managing, organisation):
    answer = managing.post(TEAM, GIVEN, follow=True)

    assert answer.redirect_chain == [(TEAM, 302)]
    assert "L’invitation part à bob@test.invalid." in answer.content.decode()
    assert Invitation.objects.get(organisation=organisation).role == "contributor"
    assert not User.objects.filter(email="bob@test.invalid").exists()


def test_those_who_ask_to_join_are_first_and_only_administrators_see_them(managing, organisation, reader):
    ask = {"organisation": organisation, "full_name": "Bob Test", "email": "bob@test.invalid", "at": timezone.now()}
    asked = confirm_join_request(join_request=ask_to_join(**ask), at=timezone.now())
    page = managing.get(TEAM).content.decode()
    other = builders.sign_in(Client(), reader.user).get(TEAM).content.decode()
    assert page.index("Demandes de rattachement") < page.index("administrateur")
    assert "bob@test.invalid · depuis le " in page
    assert f'href="{TEAM}demandes/{asked.public_id}/"' in page
    assert "Bob Test" not in other


def test_a_member_who_does_not_administer_cannot_invite_nor_end(client, administrator, reader):
    builders.sign_in(client, reader.user)

    assert client.post(TEAM, GIVEN).status_code == 404
    assert client.post(end(administrator)).status_code == 404
    assert Membership.objects.live().count() == 2


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("email", "", "Donnez l’adresse de la personne."),
        ("email", "bob", "Cette adresse est incomplète."),
        ("email", f"{'a' * 300}@test.invalid", "Cette adresse est trop longue"),
        ("email", "bo\x00b@test.invalid", "caractère"),
        ("full_name", "", "Donnez le nom de la personne."),
        ("full_name", "a" * 121, "Ce nom est trop long"),
        ("full_name", "Bob\x00", "caractère"),
        ("job_title", "a" * 121, "Cette qualité est trop longue"),
        ("job_title", "a\x00", "caractère"),
        ("role", "", "Choisissez un rôle."),
        ("role", "owner", "Choisissez un rôle de la liste."),
        ("role", "\x00", "rôle"),
    ],
)
def test_wrong_input_gets_a_sentence_and_what_was_typed_stays(managing, field, typed, sentence):
    answer = managing.post(TEAM, GIVEN | {field: typed})
    page = answer.content.decode()

    assert answer.status_code == 400
    assert sentence in page
    assert 'value="Bob Test"' in page if field != "full_name" else 'value="bob@test.invalid"' in page
    assert not User.objects.filter(email__startswith="bob").exists()


def test_the_same_role_twice_is_a_conflict_on_the_form(managing, reader):
    answer = managing.post(TEAM, GIVEN | {"email": "LEA@test.invalid", "role": "reader"})

    assert answer.status_code == 409
    assert "Cette personne a déjà ce rôle dans cette organisation." in answer.content.decode()
    assert 'value="LEA@test.invalid"' in answer.content.decode()


def test_an_administrator_ends_a_membership_after_a_question(managing, reader):
    asked = managing.get(end(reader))
    still = Membership.objects.live().filter(pk=reader.pk).exists()
    long = managing.post(end(reader), {"motive": "x" * 301})
    done = managing.post(end(reader), {"motive": "A changé de poste"}, follow=True)

    assert "Mettre fin au rattachement de Léa Test" in asked.content.decode()
    assert still
    assert (long.status_code, "300 caractères au plus" in long.content.decode()) == (400, True)
    assert changes_of(reader).first().why == "A changé de poste"
    assert done.redirect_chain == [(TEAM, 302)]
    assert "Léa Test n’a plus ce rôle dans Atelier des Marais." in done.content.decode()
    assert not Membership.objects.live().filter(pk=reader.pk).exists()


def test_the_last_administrator_is_told_what_to_do_first(managing, administrator):
    answer = managing.post(end(administrator))

    assert answer.status_code == 409
    assert "donnez d’abord ce rôle à quelqu’un d’autre" in answer.content.decode()
    assert Membership.objects.live().filter(pk=administrator.pk).exists()


def test_memberships_of_other_organisations_and_unknown_ones_do_not_exist(managing):
    elsewhere = builders.membership(builders.user(), builders.organisation(), "reader")

    for membership in (elsewhere.pk, 10**12):
        assert managing.get(f"{TEAM}{membership}/terminer/").status_code == 404
        assert managing.post(f"{TEAM}{membership}/terminer/").status_code == 404
    assert Membership.objects.live().filter(pk=elsewhere.pk).exists()


def test_who_has_left_the_team_is_on_it_no_more(managing, reader):
    managing.post(end(reader))

    assert managing.get(end(reader)).status_code == 404
    assert "Léa Test" not in managing.get(TEAM).content.decode().split("<main")[1]


def test_without_a_csrf_token_nothing_happens(administrator, reader):
    strict = builders.sign_in(Client(enforce_csrf_checks=True), administrator.user)

    for path, data in ((TEAM, GIVEN), (end(reader), {})):
        answer = strict.post(path, data)
        assert answer.status_code == 403
        assert "Le formulaire a expiré" in answer.content.decode()
    assert Membership.objects.live().count() == 2
