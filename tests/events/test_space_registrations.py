"""The registrations of an organisation: who reads them, who registers colleagues."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alliance.outbox.models import Owed
from events.models import Convention, Registration
from events.models.door_links import ticket_path
from tests import builders
from tests.events.reading import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def local():
    return builders.organisation(name="Atelier du Coin", slug="atelier-du-coin")


@pytest.fixture
def convention():
    return builders.convention(capacity=1, slug="essai")


def enter(client, local, role):
    person = builders.user(full_name="Dominique Essai")
    if role:
        builders.membership(person, local, role)
    client.force_login(person)
    return person


PATH = "/espace/atelier-du-coin/inscriptions/"
GOOD = {"convention": "essai", "name": "Ana Essai", "email": "ana@test.invalid"}


def rows():
    return list(Registration.objects.order_by("pk").values_list("attendee__name", "attendee__email", "status"))


def errors(answer):
    return {field: list(messages) for field, messages in answer.context["form"].errors.items()}


@pytest.mark.parametrize("role", ["administrator", "signatory", "contributor"])
def test_a_contributor_or_more_registers_colleagues_and_sees_state_and_rank(client, local, convention, role):
    person = enter(client, local, role)
    for name in ("ana", "bo", "cleo"):
        answer = client.post(PATH, GOOD | {"name": name.title(), "email": f"{name}@test.invalid"})
        assert (answer.status_code, answer.headers["Location"]) == (302, PATH)
    assert rows() == [
        ("Ana", "ana@test.invalid", "confirmed"),
        ("Bo", "bo@test.invalid", "waiting"),
        ("Cleo", "cleo@test.invalid", "waiting"),
    ]
    assert set(Registration.objects.values_list("attendee__organisation", "registered_by")) == {(local.pk, person.pk)}
    assert Owed.objects.count() == 3
    page = text(client.get(PATH))
    assert "3 inscriptions" in page
    assert "Cleo cleo@test.invalid Sur liste d’attente, rang 2" in page


def test_a_reader_sees_only_their_own_and_registers_nobody(client, local, convention):
    person = enter(client, local, "reader")
    builders.registration(convention, builders.attendee(name="Canari", organisation=local))
    own = builders.attendee(name="Dominique Essai", organisation=local, user=person)
    builders.registration(convention, own, status="waiting")
    answer = client.get(PATH)
    assert [r.attendee for r in answer.context["page"]] == [own]
    assert "Canari" not in answer.content.decode()
    assert "<form" not in answer.content.decode().partition("<main")[2].partition("</main>")[0]
    assert client.post(PATH, GOOD).status_code == 404
    assert len(rows()) == 2


def test_the_space_of_others_does_not_exist(client, local, convention):
    enter(client, local, None)
    assert (client.get(PATH).status_code, client.post(PATH, GOOD).status_code) == (404, 404)
    elsewhere = builders.organisation()
    enter(client, elsewhere, "administrator")
    assert (client.get(PATH).status_code, client.post(PATH, GOOD).status_code) == (404, 404)
    assert rows() == []


def test_a_membership_that_has_ended_opens_nothing(client, local, convention):
    person = builders.user()
    builders.membership(person, local, "administrator", starts_on="2020-01-01", ends_on="2021-01-01")
    client.force_login(person)
    assert client.get(PATH).status_code == 404


def test_the_registrations_of_another_organisation_are_not_listed(client, local, convention):
    person = enter(client, local, "contributor")
    elsewhere = builders.organisation()
    builders.membership(person, elsewhere, "contributor")
    builders.registration(convention, builders.attendee(organisation=elsewhere))
    assert list(client.get(PATH).context["page"]) == []


NOT_AN_ADDRESS = "Donnez une adresse électronique complète, par exemple prenom@exemple.fr."
REQUIRED = "Ce champ est obligatoire."
WRONG = [
    ({"name": ""}, "name", REQUIRED),
    ({"name": "a" * 121}, "name", "Assurez-vous que cette valeur comporte au plus 120 caractères (actuellement 121)."),
    ({"name": "A\x00"}, "name", "Le caractère nul n’est pas autorisé."),
    ({"email": ""}, "email", REQUIRED),
    ({"email": "ana"}, "email", NOT_AN_ADDRESS),
    ({"email": "a\x00@test.invalid"}, "email", NOT_AN_ADDRESS),
    ({"convention": ""}, "convention", REQUIRED),
    ({"convention": "brouillon"}, "convention", "Choisissez une Convention dont les inscriptions sont ouvertes."),
    ({"convention": "\x00"}, "convention", "Choisissez une Convention dont les inscriptions sont ouvertes."),
    ({"convention": "1"}, "convention", "Choisissez une Convention dont les inscriptions sont ouvertes."),
]


@pytest.mark.parametrize(("typed", "field", "sentence"), WRONG)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(client, local, convention, typed, field, sentence):
    builders.convention(slug="brouillon", state="draft")
    enter(client, local, "contributor")
    answer = client.post(PATH, GOOD | typed)
    assert answer.status_code == 400
    assert errors(answer)[field][0] == sentence
    assert sentence in text(answer)
    for kept in set(GOOD) - {"convention", *typed}:
        assert f'value="{GOOD[kept]}"' in answer.content.decode()
    assert (rows(), Owed.objects.count()) == ([], 0)


def test_an_address_too_long_is_refused(client, local, convention):
    enter(client, local, "contributor")
    answer = client.post(PATH, GOOD | {"email": f"{'a' * 250}@test.invalid"})
    assert (answer.status_code, "email" in errors(answer)) == (400, True)


def test_a_colleague_who_is_registered_already_is_a_conflict_at_the_address(client, local, convention):
    enter(client, local, "contributor")
    client.post(PATH, GOOD)
    answer = client.post(PATH, GOOD | {"name": "Ana Bis", "email": "ANA@test.invalid"})
    assert (answer.status_code, errors(answer)) == (409, {"email": ["Cette personne est déjà inscrite."]})
    assert 'value="Ana Bis"' in answer.content.decode()
    assert rows() == [("Ana Essai", "ana@test.invalid", "confirmed")]


def test_a_convention_that_closed_while_one_typed_is_said_at_its_field(client, local, convention):
    enter(client, local, "contributor")
    convention.closes_at = timezone.now()
    convention.save()
    builders.convention(slug="autre")
    answer = client.post(PATH, GOOD)
    assert (answer.status_code, list(errors(answer))) == (400, ["convention"])
    assert 'type="radio" name="convention" value="autre"' in answer.content.decode()
    assert rows() == []


def test_without_an_open_convention_the_page_says_so(client, local):
    enter(client, local, "contributor")
    assert "Aucune Convention n’est ouverte aux inscriptions en ce moment." in text(client.get(PATH))
    assert client.post(PATH, GOOD).status_code == 400


def test_a_contributor_cancels_for_a_colleague_and_comes_back_to_the_list(client, local, convention):
    enter(client, local, "contributor")
    client.post(PATH, GOOD)
    registration = Registration.objects.get()
    answer = client.post(f"/conventions/essai/inscription/{registration.public_id}/annuler/")
    assert (answer.status_code, answer.headers["Location"]) == (302, PATH)
    assert rows() == [("Ana Essai", "ana@test.invalid", "cancelled")]


def test_the_page_costs_the_same_number_of_queries_for_one_and_for_many(
    client, local, convention, django_assert_num_queries
):
    enter(client, local, "contributor")
    client.get(PATH)
    for number in (1, 20):
        for _ in range(number):
            builders.registration(convention, builders.attendee(organisation=local), status="waiting")
        with django_assert_num_queries(8):
            client.get(PATH)


def test_a_long_list_has_pages(client, local, convention):
    enter(client, local, "contributor")
    for _ in range(51):
        builders.registration(convention, builders.attendee(organisation=local), status="waiting")
    answer = client.get(f"{PATH}?page=2")
    assert (len(answer.context["page"]), "Page 2 sur 2" in text(answer)) == (1, True)
    assert client.get(f"{PATH}?page=zzz\x00").status_code == 200


def test_whoever_registers_colleagues_finds_the_tickets_of_those_who_have_a_seat(client, local, convention):
    enter(client, local, "contributor")
    client.post(PATH, GOOD)
    client.post(PATH, GOOD | {"name": "Bo", "email": "bo@test.invalid"})
    seated, waiting = Registration.objects.order_by("pk")
    assert [row.ticket for row in client.get(PATH).context["page"]] == [ticket_path(seated), ""]
    page = client.get(PATH).content.decode()
    assert f'href="{ticket_path(seated)}"' in page
    assert ticket_path(waiting) not in page
    assert client.get(ticket_path(seated)).status_code == 200
    convention.state = "cancelled"
    convention.save()
    assert "/billet/" not in client.get(PATH).content.decode()


def test_whoever_registers_colleagues_ranks_workshops_for_them(client, local, convention):
    enter(client, local, "contributor")
    client.post(PATH, GOOD)
    wishes = f"/conventions/essai/ateliers/voeux/{Registration.objects.get().public_id}/"
    assert wishes not in client.get(PATH).content.decode()
    Convention.objects.update(wishes_open_at=timezone.now(), wishes_close_at=timezone.now() + timedelta(days=2))
    assert wishes in client.get(PATH).content.decode()
    assert client.get(wishes).status_code == 200


def test_an_agent_who_is_a_reader_there_reads_the_tickets_of_nobody_else(client, local):
    convention = builders.convention()
    agent = builders.staff(full_name="Dominique Essai")
    builders.membership(agent, local, "reader")
    builders.registration(convention, builders.attendee(name="Ana", organisation=local))
    own = builders.registration(convention, builders.attendee(organisation=local, user=agent))
    builders.sign_in(client, agent)
    tickets = {row.pk: row.ticket for row in client.get(PATH).context["page"]}
    assert {pk for pk, ticket in tickets.items() if ticket} == {own.pk}
    assert len(tickets) == 2
