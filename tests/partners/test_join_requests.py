"""Asking to act for an organisation: recognised by its number, confirmed, decided; nobody learns who is a member."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from partners import arrival_mails
from partners.actions import join_requests as joining
from partners.forms.arrival import company_number
from partners.models import JoinRequest, MutedLetter, Organisation, User
from tests import builders

pytestmark = pytest.mark.django_db
SIRET, SIREN = "00000001600001", "000000018"


@pytest.fixture
def organisation():
    return builders.organisation(name="Atelier des Marais", slug="marais", siren=SIREN, commune=builders.commune())


@pytest.fixture
def ana(organisation):
    person = builders.user("ana@test.invalid", full_name="Ana Test")
    builders.membership(person, organisation, "administrator")
    return person


def ask(organisation=None, **given) -> JoinRequest:
    told = {"email": "Bob@Test.invalid", "full_name": "Bob Test", "at": timezone.now()} | given
    return joining.ask_to_join(organisation=organisation, **told)


def waiting(organisation=None, **given) -> JoinRequest:
    return joining.confirm_join_request(join_request=ask(organisation, **given), at=timezone.now())


def accept(asked, by, role="contributor", **given):
    return joining.accept_join_request(join_request=asked, by=by, role=role, at=timezone.now(), **given)


def works() -> list[str]:
    return list(Owed.objects.order_by("pk").values_list("work", flat=True))


def code(act, *args, **given) -> str:
    with pytest.raises(Conflict) as conflict:
        act(*args, **given)
    return conflict.value.code


@pytest.mark.parametrize("typed", ["000 000 018", "000.000.018", "000-000-018", "000\u202f000\u00a0018"])
def test_a_number_is_read_however_it_is_cut(typed):
    assert company_number(typed) == SIREN


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("12", "vous en avez écrit 2"), ("000000019", "mal recopié"), ("abc", "écrit 0"), ("٠٠٠٠٠٠٠١٨", "écrit 0")],
)
def test_a_number_that_is_none_is_told_why(typed, sentence):
    with pytest.raises(ValidationError) as error:
        company_number(typed)

    assert sentence in error.value.messages[0]


def test_nobody_is_told_before_the_address_is_confirmed(organisation, ana):
    asked = ask(organisation)

    assert (asked.state, works()) == ("unconfirmed", ["partners.send_join_confirmation"])
    assert not JoinRequest.objects.waiting().exists()


def test_confirmed_the_administrators_and_the_agents_are_told(organisation, ana):
    asked = waiting(organisation)
    joining.confirm_join_request(join_request=asked, at=timezone.now())

    assert (asked.state, asked.escalated_at) == ("waiting", None)
    assert works()[1:] == ["partners.send_join_request", "partners.send_join_request_to_agents"]
    assert Owed.objects.get(work="partners.send_join_request").args == [asked.pk, ana.pk]


def test_without_administrator_it_is_the_agents_to_decide_at_once(organisation):
    assert waiting(organisation).escalated_at is not None


def test_without_answer_in_five_days_it_becomes_the_agents(organisation, ana):
    asked = waiting(organisation)
    now = timezone.now()

    assert joining.escalate_join_requests(at=now + timedelta(days=4)) == 0
    assert joining.escalate_join_requests(at=now + timedelta(days=5, minutes=1)) == 1
    assert joining.escalate_join_requests(at=now + timedelta(days=6)) == 0
    assert list(JoinRequest.objects.for_staff()) == [asked]


def test_who_is_a_member_already_is_told_so_in_their_own_mailbox_only(organisation, ana):
    asked = ask(organisation, email="ana@test.invalid")

    assert asked.state == "unconfirmed", "the page answers as to anybody"
    assert code(joining.confirm_join_request, join_request=asked, at=timezone.now()) == "already_member"


def test_two_requests_of_one_person_are_one(organisation, ana):
    waiting(organisation)

    assert code(waiting, organisation) == "already_waiting"


def test_accepted_the_person_enters_and_is_written_to(organisation, ana, smtp_server):
    asked = waiting(organisation, job_title="trésorier")

    membership = accept(asked, ana)
    arrival_mails.send_join_decision(asked.pk, message_id="<one@test>")

    assert (membership.user.email, membership.role, membership.job_title) == (
        "bob@test.invalid",
        "contributor",
        "trésorier",
    )
    assert works()[-1] == "partners.send_join_decision"
    assert "est acceptée" in smtp_server.messages[0].get_body(("plain",)).get_content()
    assert code(accept, asked, ana) == "decided"


def test_a_refusal_has_a_motive_that_the_person_reads(organisation, ana, smtp_server):
    asked = waiting(organisation)
    given = {"join_request": asked, "by": ana, "at": timezone.now()}
    with pytest.raises(ValidationError):
        joining.refuse_join_request(motive=" ", **given)

    joining.refuse_join_request(motive="Nous ne vous connaissons pas.", **given)
    arrival_mails.send_join_decision(asked.pk, message_id="<one@test>")

    assert "Nous ne vous connaissons pas." in smtp_server.messages[0].get_body(("plain",)).get_content()
    assert not User.objects.filter(email="bob@test.invalid").exists()


def test_neither_a_contributor_nor_a_delegate_elsewhere_decides(organisation, ana):
    asked = waiting(organisation)
    contributor = builders.user()
    builders.membership(contributor, organisation, "contributor")
    elsewhere = builders.staff(regions=[builders.region("11", "Île-de-France", slug="ile-de-france")])

    for person in (contributor, elsewhere):
        with pytest.raises(PermissionDenied):
            accept(asked, person)
    assert accept(asked, builders.staff(regions=[organisation.commune.region])).organisation == organisation


def test_an_unknown_number_proposes_an_organisation_that_the_national_team_creates(smtp_server):
    commune = builders.commune()
    asked = waiting(number=SIREN, name="Les Jardins", commune=commune)
    with pytest.raises(PermissionDenied):
        accept(asked, builders.staff(regions=[commune.region]))

    membership = accept(asked, builders.staff(), role="administrator", kind="local")

    made = Organisation.objects.get(siren=SIREN)
    assert (made.name, made.is_public, made.commune, made.kind) == ("Les Jardins", False, commune, "local")
    assert (membership.organisation, membership.role) == (made, "administrator")


@pytest.mark.parametrize("name", ["Compte", "Signer"])
def test_an_organisation_may_be_called_like_one_of_our_addresses(name):
    asked = waiting(number=SIREN, name=name, commune=builders.commune())
    accept(asked, builders.staff(), role="administrator", kind="local")
    assert Organisation.objects.get(siren=SIREN).slug == f"{name.lower()}-2"


def test_a_hidden_organisation_is_called_what_the_person_called_it(organisation, ana):
    Organisation.objects.filter(pk=organisation.pk).update(is_public=False)

    asked = waiting(number=SIREN, name="Mon atelier")

    assert (asked.organisation, asked.label) == (organisation, "Mon atelier")
    assert works()[1] == "partners.send_join_request"


def test_who_does_not_want_these_letters_gets_none(organisation, ana, smtp_server):
    asked = waiting(organisation)
    arrival_mails.send_join_request(asked.pk, ana.pk, message_id="<one@test>")
    MutedLetter.objects.create(user=ana, kind="team")
    arrival_mails.send_join_request(asked.pk, ana.pk, message_id="<two@test>")

    assert [letter["To"] for letter in smtp_server.messages] == ["ana@test.invalid"]


def test_the_page_recognises_a_public_organisation_and_no_other(client, organisation):
    builders.organisation(name="Cachée", siren="000000026", is_public=False)

    seen = client.get("/rejoindre/?numero=000 000 018").content.decode()
    hidden, unknown = (client.get(f"/rejoindre/?numero={number}").content for number in ("000000026", "000000034"))

    assert "Atelier des Marais" in seen
    assert hidden.replace(b"000000026", b"~") == unknown.replace(b"000000034", b"~")
    assert client.get("/rejoindre/?numero=12").status_code == 400


def test_the_page_answers_alike_whoever_has_an_account_or_is_a_member(client, organisation, ana):
    page = "/rejoindre/organisation/marais/"
    answers = [
        client.post(page, {"email": email, "full_name": "Quelqu’un"})
        for email in ("ana@test.invalid", "new@test.invalid")
    ]

    assert [(each.status_code, each["Location"]) for each in answers] == [(302, "/rejoindre/demandee/")] * 2
    assert set(JoinRequest.objects.values_list("state", flat=True)) == {"unconfirmed"}


def test_the_link_of_the_letter_shows_and_its_button_confirms(client, organisation, ana):
    asked = ask(organisation)
    page = f"/rejoindre/confirmer/{asked.public_id}/"

    assert "Confirmer votre demande" in client.get(page).content.decode()
    asked.refresh_from_db()
    assert asked.state == "unconfirmed"
    assert "attend sa réponse" in client.post(page, follow=True).content.decode()


def test_who_is_signed_in_asks_at_once_with_their_account(client, organisation, ana):
    builders.sign_in(client, builders.user("bob@test.invalid", full_name="Bob Test"))

    client.post("/rejoindre/organisation/marais/", {"full_name": "Bob Test", "email": "eve@test.invalid"})

    assert JoinRequest.objects.get().email == "bob@test.invalid"
    assert JoinRequest.objects.get().state == "waiting"


def test_only_who_is_signed_in_needs_the_token_of_the_form(organisation):
    """A visitor's form sets no cookie, and acts for no account; nobody asks in the name of somebody signed in."""
    visitor, person = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    page, typed = "/rejoindre/organisation/marais/", {"full_name": "Bob Test", "email": "bob@test.invalid"}
    assert (visitor.get(page).status_code, list(visitor.cookies)) == (200, [])
    assert visitor.post(page, typed).status_code == 302
    builders.sign_in(person, builders.user("eve@test.invalid"))
    assert person.post(page, typed).status_code == 403
    assert "csrfmiddlewaretoken" in person.get(page).content.decode()
    assert [each.email for each in JoinRequest.objects.all()] == ["bob@test.invalid"]


def test_proposing_asks_for_a_number_a_name_and_a_commune(client):
    builders.commune()
    given = {"numero": SIREN, "name": "Les Jardins", "commune": "Brest", "full_name": "Bob", "email": "b@test.invalid"}

    refused = client.post("/rejoindre/proposer/", {})
    answer = client.post("/rejoindre/proposer/", given)

    assert refused.status_code == 400
    assert (answer.status_code, JoinRequest.objects.get().name) == (302, "Les Jardins")


def test_an_administrator_decides_on_the_page(client, organisation, ana):
    asked = waiting(organisation)
    builders.sign_in(client, ana)
    page = f"/espace/marais/equipe/demandes/{asked.public_id}/"

    assert client.post(page, {"act": "refuser"}).status_code == 400
    assert client.post(page, {"act": "accepter"}).status_code == 400
    assert client.post(page, {"act": "accepter", "role": "reader"}).status_code == 302
    assert client.post(page, {"act": "accepter", "role": "reader"}).status_code == 409
    assert User.objects.get(email="bob@test.invalid").roles_in(organisation) == {"reader"}
