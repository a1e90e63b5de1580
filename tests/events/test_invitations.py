"""Invitations: the exact list that was shown, a link for each person, nobody twice."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alliance.outbox.delivery import deliver_all_due
from alliance.outbox.models import Owed
from events.actions.guests import come
from events.actions.invitations import drop_round, extend_round, list_again, stop_round
from events.models import Guest, InvitationRound
from partners.actions.mail_wishes import resend
from partners.models import Bounce, MailRefusal
from tests import builders
from tests.events.inviting import draft, invited, listed, network_of_two, on_invitation, refused, send

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


def test_a_network_is_invited_with_its_members(convention, agent, network):
    made = draft(convention, agent, organisation=network)
    assert listed(made) == [("armor@test.invalid", ""), ("tete@test.invalid", "")]


def test_an_organisation_a_region_a_departement(convention, agent, network):
    member = type(network).objects.get(slug="armor")
    for aim in ({"reach": "organisation", "organisation": member}, {"reach": "region", "region": member.region},
                {"reach": "department", "department": member.department}):  # fmt: skip
        assert listed(draft(convention, agent, **aim)) == [("armor@test.invalid", "")]


def test_a_delegate_reaches_the_organisations_of_the_perimeter_only(convention, network):
    elsewhere = builders.staff(regions=[builders.region("11", "Île-de-France", slug="ile-de-france")])
    assert listed(draft(convention, elsewhere, organisation=network)) == []


def test_those_set_apart_are_listed_with_the_reason(convention, agent, network):
    def person(email, **fields):
        made = builders.user(email, **fields)
        builders.membership(made, network, "administrator")
        return made

    person("a@test.invalid", is_active=False)
    MailRefusal.objects.create(person=person("b@test.invalid"), kind="invitation")
    Bounce.objects.create(address="c@test.invalid", person=person("c@test.invalid"), kind="refused")
    builders.registration(convention, builders.attendee(email="D@test.invalid", user=person("d@test.invalid")))
    builders.organisation(slug="vide", parent=network)
    builders.membership(person("e@test.invalid"), builders.organisation(slug="autre", parent=network), "administrator")
    assert listed(draft(convention, agent, organisation=network)) == [
        ("", "nobody"), ("a@test.invalid", "inactive"), ("armor@test.invalid", ""), ("b@test.invalid", "declined"),
        ("c@test.invalid", "bounced"), ("d@test.invalid", "registered"), ("e@test.invalid", ""),
        ("e@test.invalid", "twice"), ("tete@test.invalid", ""),
    ]  # fmt: skip


def test_nothing_leaves_before_it_is_confirmed(convention, agent, network):
    draft(convention, agent, organisation=network)
    assert (Owed.objects.count(), Guest.objects.invited().count()) == (0, 0)


def test_what_leaves_is_the_list_that_was_shown(convention, agent, network):
    made = draft(convention, agent, organisation=network)
    builders.membership(builders.user("tard@test.invalid"), network, "administrator")
    assert refused(send, made, agent) == "changed"
    assert Owed.objects.count() == 0
    assert len(listed(list_again(draft=made))) == 3


def test_a_second_confirmation_changes_nothing(convention, agent, network):
    made = draft(convention, agent, organisation=network)
    send(made, agent)
    send(made, agent)
    assert Owed.objects.filter(work="events.send_invitation").count() == 2


def test_nobody_is_invited_twice_whatever_the_rounds(convention, agent, network):
    first, second = (draft(convention, agent, organisation=network) for _ in range(2))
    send(first, agent)
    assert refused(send, second, agent) == "changed"
    assert {aside for _, aside in listed(list_again(draft=second))} == {"invited"}
    second.refresh_from_db()
    assert refused(send, second, agent) == "nobody"


def test_letters_leave_by_so_many_a_minute(convention, agent, network, settings):
    settings.MAILING_PER_MINUTE = 1
    at = timezone.now()
    send(draft(convention, agent, organisation=network), agent, at)
    assert list(Owed.objects.order_by("pk").values_list("due_at", flat=True)) == [at, at + timedelta(minutes=1)]


def test_each_letter_holds_a_link_of_its_own(convention, agent, network):
    invited(convention, agent, network)
    deliver_all_due()
    links = [line for letter in mail.outbox for line in letter.body.splitlines() if "/invitation-a-une" in line]
    assert (len(links), len(set(links))) == (2, 2)
    letter = next(each for each in mail.outbox if each.to == ["armor@test.invalid"])
    assert letter.subject == "Invitation : Convention d’essai"
    assert "Venez nombreux." in letter.body
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert Guest.objects.filter(sent_at__isnull=False).count() == 2


def test_what_is_stopped_does_not_leave_nor_register(convention, agent, network):
    guest = invited(convention, agent, network)
    stop_round(sent=guest.round)
    deliver_all_due()
    assert mail.outbox == []
    assert refused(come, guest=guest, name="Armor", at=timezone.now()) == "ended"
    assert refused(stop_round, sent=guest.round) == "not_sent"


def test_whoever_registered_meanwhile_gets_no_invitation(convention, agent, network):
    guest = invited(convention, agent, network)
    builders.registration(convention, builders.attendee(email=guest.email))
    deliver_all_due()
    assert [letter.to for letter in mail.outbox] == [["tete@test.invalid"]]


def test_a_draft_changes_or_goes_until_it_leaves(convention, agent, network):
    made = draft(convention, agent, organisation=network)
    draft(convention, agent, organisation=network, draft=made, roles=["reader"])
    assert listed(made) == [("", "nobody"), ("", "nobody")]
    drop_round(draft=made)
    assert InvitationRound.objects.count() == 0


def test_what_has_left_does_not_change(convention, agent, network):
    made = send(draft(convention, agent, organisation=network), agent)
    assert refused(draft, convention, agent, organisation=network, draft=made) == "not_draft"
    assert [refused(drop_round, draft=made), refused(list_again, draft=made)] == ["not_draft", "not_draft"]


def test_a_term_is_to_come_and_before_the_start(convention, agent, network):
    for expires_at in (timezone.now() - timedelta(minutes=1), convention.starts_at + timedelta(minutes=1)):
        with pytest.raises(ValidationError):
            draft(convention, agent, organisation=network, expires_at=expires_at)
    with time_machine.travel(convention.starts_at):
        assert refused(draft, convention, agent, organisation=network) == "past"


def test_a_term_is_put_off_and_links_that_had_expired_count_again(convention, agent, network):
    guest, at = invited(convention, agent, network), timezone.now()
    later = at + timedelta(days=12)
    assert not guest.is_standing(at + timedelta(days=10))
    extend_round(sent=guest.round, expires_at=later, at=at + timedelta(days=10))
    guest = Guest.objects.select_related("round").get(pk=guest.pk)
    assert (guest.is_standing(later - timedelta(hours=1)), guest.is_standing(later)) == (True, False)


def test_a_term_is_never_brought_forward_nor_put_off_beyond_the_start(convention, agent, network):
    made, at = draft(convention, agent, organisation=network), timezone.now()
    assert refused(extend_round, sent=made, expires_at=at + timedelta(days=12), at=at) == "not_sent"
    send(made, agent)
    for wrong in (made.expires_at, at, convention.starts_at + timedelta(minutes=1)):
        with pytest.raises(ValidationError) as error:
            extend_round(sent=made, expires_at=wrong, at=at)
        assert list(error.value.message_dict) == ["expires_at"]
    assert refused(extend_round, sent=made, expires_at=at, at=convention.starts_at) == "past"
    assert InvitationRound.objects.get().expires_at == made.expires_at


def test_an_agent_puts_the_term_off_and_the_page_says_who_did(client, convention, agent, network):
    made = invited(convention, agent, network).round
    builders.sign_in(client, agent)
    here = f"/gestion/conventions/c26/invitations/{made.public_id}/"
    wrong = client.post(here, {"act": "extend", "expires_at": "2020-01-01T10:00"})
    assert (wrong.status_code, "après le terme actuel" in wrong.content.decode()) == (400, True)
    assert client.post(here, {"act": "extend", "expires_at": "demain"}).status_code == 400
    later = timezone.localtime(made.expires_at + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assert client.post(here, {"act": "extend", "expires_at": later}).status_code == 302
    page = client.get(here).content.decode()
    assert f"par {agent}" in page.split("Prolongé")[1]


def test_an_aim_is_asked_for(convention, agent):
    with pytest.raises(ValidationError):
        draft(convention, agent)


ROUND = {"reach": "network", "network": "halles", "roles": ["administrator"], "words": "Venez."}


def test_agents_choose_read_the_list_and_send_it(client, convention, agent, network):
    builders.sign_in(client, agent)
    here = "/gestion/conventions/c26/invitations/"
    term = timezone.localtime(timezone.now() + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")
    assert "Personne n’est encore invité" in client.get(here).content.decode()
    answer = client.post(here + "nouvelles/", ROUND | {"expires_at": term})
    made = InvitationRound.objects.get()
    assert answer.headers["Location"] == f"{here}{made.public_id}/"
    page = client.get(answer.headers["Location"]).content.decode().replace("\xa0", " ")
    assert "2 personnes seront invitées" in page
    assert "armor@test.invalid" in page
    assert client.post(f"{here}{made.public_id}/", {"act": "send", "shown": "autre"}).status_code == 409
    assert f'name="shown" value="{made.digest}"' in page
    assert client.post(f"{here}{made.public_id}/", {"act": "send", "shown": made.digest}).status_code == 302
    assert "2 personnes invitées" in client.get(here).content.decode().replace("\xa0", " ")
    assert client.post(f"{here}{made.public_id}/", {"act": "stop"}).status_code == 302
    assert InvitationRound.objects.get().state == "stopped"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"network": ""}, "Choisissez le réseau à inviter."),
        ({"reach": "organisation", "organisation": "Inconnue"}, "Aucune organisation de votre périmètre"),
        ({"reach": "region"}, "Choisissez la région à inviter."),
        ({"expires_at": "2020-01-01T10:00"}, "Choisissez un moment à venir"),
        ({"roles": []}, "obligatoire"),
    ],
)
def test_a_wrong_choice_says_what_is_missing(client, convention, agent, network, fields, sentence):
    builders.sign_in(client, agent)
    term = timezone.localtime(timezone.now() + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")
    answer = client.post("/gestion/conventions/c26/invitations/nouvelles/", ROUND | {"expires_at": term} | fields)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert InvitationRound.objects.count() == 0


def test_the_invitations_of_another_delegate_are_none(client, convention, agent, network):
    made = draft(convention, agent, organisation=network)
    builders.sign_in(client, builders.staff(regions=[builders.region()]))
    assert client.get(f"/gestion/conventions/c26/invitations/{made.public_id}/").status_code == 404


def test_the_list_costs_as_much_for_three_rounds_as_for_one(client, convention, agent, network):
    builders.sign_in(client, agent)
    counts = []
    for _ in range(2):
        draft(convention, agent, organisation=network)
        draft(convention, agent, organisation=network)
        with CaptureQueriesContext(connection) as queries:
            client.get("/gestion/conventions/c26/invitations/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_an_agent_may_send_a_letter_anew_under_another_message_id(convention, agent, network):
    invited(convention, agent, network)
    deliver_all_due()
    first = Owed.objects.order_by("pk").first()
    again = resend(owed=first, motive="Non reçue.", by=agent)
    deliver_all_due()
    ids = [letter.extra_headers["Message-ID"] for letter in mail.outbox]
    assert (len(set(ids)), ids[-1]) == (3, again.message_id)
