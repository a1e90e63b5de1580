"""Somebody invited: one click comes or declines; who may register where invitations are needed."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from alliance.outbox.delivery import deliver_all_due
from alliance.outbox.models import Owed
from events.actions import cancel, register
from events.actions.guests import ask_invitation, come, decline, forget_guests
from events.guest_mails import guest_path
from events.models import Convention, Guest, Registration
from events.models.offer_links import offer_path
from tests import builders
from tests.events.inviting import draft, invited, network_of_two, on_invitation, refused
from tests.events.reading import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    return builders.staff()


@pytest.fixture
def network():
    return network_of_two()


@pytest.fixture
def convention():
    return on_invitation()


def test_a_click_registers_the_person_for_their_organisation(client, convention, agent, network):
    guest = invited(convention, agent, network)
    path = guest_path(guest)
    page = client.get(path)
    assert "Venez nombreux." in page.content.decode()
    assert "Set-Cookie" not in page.headers
    assert client.post(path, {"act": "come", "name": "Ana Armor"}).headers["Location"] == path
    registration = Registration.objects.get()
    assert (registration.status, registration.attendee.name, registration.attendee.email) == (
        "confirmed", "Ana Armor", "armor@test.invalid",
    )  # fmt: skip
    assert registration.attendee.organisation.slug == "armor"
    guest.refresh_from_db()
    assert (guest.answer, guest.registration) == ("comes", registration)
    assert "Votre place est confirmée" in client.get(path).content.decode()
    assert client.post(path, {"act": "come", "name": "Ana"}).status_code == 409
    assert client.post(path, {"act": "cancel"}).status_code == 302
    assert Registration.objects.get().status == "cancelled"


def test_one_may_decline_and_change_ones_mind(client, convention, agent, network):
    guest = invited(convention, agent, network)
    assert client.post(guest_path(guest), {"act": "decline"}).status_code == 302
    assert "Vous ne venez pas" in client.get(guest_path(guest)).content.decode()
    come(guest=guest, name="Ana", at=timezone.now())
    assert refused(decline, guest=guest, at=timezone.now()) == "comes"


@pytest.mark.parametrize(("body", "status"), [({}, 400), ({"act": "rien"}, 400), ({"act": "come", "name": ""}, 400)])
def test_wrong_answers_register_nobody(client, convention, agent, network, body, status):
    guest = invited(convention, agent, network)
    assert client.post(guest_path(guest), body).status_code == status
    assert Registration.objects.count() == 0


def test_get_and_head_answer_nothing(client, convention, agent, network):
    guest = invited(convention, agent, network)
    client.get(guest_path(guest) + "?act=come&name=Ana")
    client.head(guest_path(guest))
    assert Registration.objects.count() == 0


def test_a_link_ends_with_its_term(client, convention, agent, network):
    guest = invited(convention, agent, network)
    with time_machine.travel(guest.round.expires_at, tick=False):
        assert "n’est plus ouverte" in client.get(guest_path(guest)).content.decode()
        assert client.post(guest_path(guest), {"act": "come", "name": "Ana"}).status_code == 409


def test_a_link_that_nobody_wrote_is_none(client, convention, agent, network):
    made = draft(convention, agent, organisation=network)
    listed_only = made.guests.first()
    assert client.get(guest_path(listed_only)).status_code == 404
    assert client.get("/invitation-a-une-rencontre/rien/").status_code == 404


def sign_up(convention, email, organisation=None, by=None):
    return register(convention=convention, name="Ana", email=email, organisation=organisation, by=by, at=timezone.now())


def test_on_invitation_only_the_invited_and_their_colleagues_register(convention, agent, network):
    guest = invited(convention, agent, network)
    assert refused(sign_up, convention, "x@test.invalid") == "not_invited"
    stranger = builders.organisation(slug="ailleurs")
    assert refused(sign_up, convention, "x@test.invalid", stranger, guest.person) == "not_invited"
    assert sign_up(convention, "armor@test.invalid").status == "confirmed"
    assert sign_up(convention, "y@test.invalid", guest.organisation, guest.person).status == "confirmed"
    assert sign_up(convention, "z@test.invalid", None, agent).status == "confirmed"


def test_for_members_an_organisation_is_enough(convention, agent, network):
    convention.open_to = "members"
    convention.save()
    assert sign_up(convention, "x@test.invalid", network).status == "confirmed"
    assert refused(sign_up, convention, "y@test.invalid") == "not_invited"


def test_open_to_all_a_link_is_asked_for_without_account(client):
    convention = builders.convention(slug="c27")
    path = "/conventions/c27/inscription/sans-compte/"
    assert "Recevoir mon lien" in client.get(path).content.decode()
    assert client.post(path, {"email": "Neuf@test.invalid"}).headers["Location"] == f"{path}?envoye"
    deliver_all_due()
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (["neuf@test.invalid"], f"Votre lien pour vous inscrire : {convention.title}")
    guest = Guest.objects.get()
    client.post(guest_path(guest), {"act": "come", "name": "Neuf"})
    assert Registration.objects.get().attendee.email == "neuf@test.invalid"


def test_asking_again_sends_the_same_link_and_the_registered_get_none():
    convention = builders.convention()
    first, second = (ask_invitation(convention=convention, email="a@test.invalid", at=timezone.now()) for _ in range(2))
    assert first == second
    builders.registration(convention, builders.attendee(email="b@test.invalid"))
    assert ask_invitation(convention=convention, email="B@test.invalid", at=timezone.now()) is None
    assert Owed.objects.count() == 2


def test_when_registration_is_open_longer_links_that_people_ask_for_hold_as_long(client):
    convention = builders.convention(slug="c27", closes_at=timezone.now() + timedelta(days=1))
    ask_invitation(convention=convention, email="tot@test.invalid", at=timezone.now())
    Convention.objects.update(closes_at=timezone.now() + timedelta(days=5))
    with time_machine.travel(timezone.now() + timedelta(days=3), tick=False):
        client.post("/conventions/c27/inscription/sans-compte/", {"email": "tard@test.invalid"})
        deliver_all_due()
        assert {letter.to[0] for letter in mail.outbox} == {"tot@test.invalid", "tard@test.invalid"}
        for guest in Guest.objects.all():
            assert client.post(guest_path(guest), {"act": "come", "name": "Ana"}).status_code == 302
    assert Registration.objects.count() == 2


def test_whoever_gave_their_seat_back_may_come_again(convention, agent, network):
    guest = invited(convention, agent, network)
    cancel(registration=come(guest=guest, name="Ana", at=timezone.now()), by=None, at=timezone.now())
    assert come(guest=guest, name="Ana", at=timezone.now()).status == "confirmed"


def test_whoever_gives_their_seat_back_reads_that_it_is_done(client, convention, agent, network):
    guest = invited(convention, agent, network)
    come(guest=guest, name="Ana", at=timezone.now())
    page = text(client.post(guest_path(guest), {"act": "cancel"}, follow=True))
    assert "Votre inscription est annulée" in page
    assert "C’est fait, merci de l’avoir dit. Vous pouvez revenir" in page
    assert "Vous êtes invité" not in page


def test_whoever_is_offered_a_seat_finds_it_by_the_link_of_their_invitation(client, convention, agent, network):
    guest = invited(convention, agent, network)
    seat, at = come(guest=guest, name="Ana", at=timezone.now()), timezone.now()
    offered = {"status": "offered", "confirmed_at": None, "offered_at": at, "offer_ends_at": at + timedelta(hours=5)}
    Registration.objects.filter(pk=seat.pk).update(**offered)
    seat.refresh_from_db()
    response = client.get(guest_path(guest))
    page = text(response)
    assert "Une place vous est proposée" in page
    assert f'href="{offer_path(seat)}"' in response.content.decode()
    assert ("liste d’attente" in page, "Rendre ma place" in page, "pour votre agenda" in page) == (False, False, False)


def test_where_invitations_are_needed_no_link_is_asked_for(client, convention):
    assert client.get("/conventions/c26/inscription/sans-compte/").status_code == 404


def test_asking_is_answered_alike_and_not_for_ever(client):
    builders.convention(slug="c27")
    path = "/conventions/c27/inscription/sans-compte/"
    assert [client.post(path, {"email": "a@test.invalid"}).status_code for _ in range(4)] == [302, 302, 302, 429]
    assert client.post(path, {"email": "non"}).status_code == 400


def test_ninety_days_after_nobody_is_named_and_numbers_stay(convention, agent, network):
    guest = invited(convention, agent, network)
    come(guest=guest, name="Ana", at=timezone.now())
    end = convention.ends_at + timedelta(days=90)
    assert [forget_guests(at=at) for at in (end - timedelta(minutes=1), end, end)] == [0, 2, 0]
    guest.refresh_from_db()
    assert (guest.email, guest.name, guest.person, guest.answer) == ("", "", None, "comes")
