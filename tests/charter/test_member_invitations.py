"""The link of an invitation: what it records, and all that it refuses; lists sent once, lines taken back."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from alliance.lib.errors import Conflict
from charter import jobs
from charter.actions.adhesions import adhere, adhere_by_link, decline_by_link
from charter.actions.member_invitations import prepare_list, revoke_invitation, send_list
from charter.adhesion_mails import send_adhesion_receipt
from charter.models import Adhesion, CharterVersion, InvitationList, MemberInvitation, adhesion_text
from charter.models.adhesion import adhering_only
from tests import builders
from tests.charter import adhering

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return builders.charter_version("2020")


@pytest.fixture
def network(version):
    made = builders.organisation(kind="network", name="Réseau des essais", slug="reseau")
    builders.signature(made, version)
    return made


@pytest.fixture
def member(network):
    return builders.organisation(name="Atelier", slug="atelier", parent=network)


@pytest.fixture
def person(member):
    made = builders.user("ana@test.invalid", full_name="Ana Essai")
    builders.membership(made, member, "administrator", job_title="directrice")
    return made


def consent(member, network):
    return adhesion_text(member.name, network.name, CharterVersion.objects.get(label="2020"))


def adhered(member, network, person, **fields) -> Adhesion:
    return adhere(organisation=member, network=network, by=person, consent=consent(member, network), **fields)


def test_by_the_link_of_an_invitation_nobody_needs_an_account(member, network, version):
    invitation = adhering.member_invitation(network, member, email="bo@test.invalid")
    adhesion = adhere_by_link(invitation=invitation, name="Bo", job_title="", consent=consent(member, network))
    assert (adhesion.means, adhesion.person, adhesion.person_name) == ("link", None, "Bo")
    invitation.refresh_from_db()
    assert invitation.answer == "adhered"


def test_an_unknown_organisation_is_made_and_stays_hidden_until_agents_publish_it(network, version):
    invitation = adhering.member_invitation(network, None, name="Toute neuve", siren="")
    words = adhesion_text("Toute neuve", network.name, version)
    adhesion = adhere_by_link(invitation=invitation, name="Bo", job_title="", consent=words)
    made = adhesion.organisation
    assert (made.name, made.parent, made.is_public, made.kind) == ("Toute neuve", network, False, "local")
    assert adhering_only(version) == 0


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"revoked_at": timezone.now()}, "revoked"),
        ({"sent_at": timezone.now() - timedelta(60), "expires_at": timezone.now() - timedelta(1)}, "expired"),
        ({"answered_at": timezone.now(), "answer": "declined"}, "declined"),
        ({"answered_at": timezone.now(), "answer": "adhered"}, "adhered"),
    ],
)
def test_a_link_that_is_over_records_nothing(fields, code, member, network):
    invitation = adhering.member_invitation(network, member, **fields)
    for act in (
        lambda: adhere_by_link(invitation=invitation, name="Bo", job_title="", consent=consent(member, network)),
        lambda: decline_by_link(invitation=invitation),
    ):
        with pytest.raises(Conflict) as refusal:
            act()
        assert refusal.value.code == code
    assert Adhesion.objects.count() == 0


def test_where_somebody_answers_for_the_organisation_the_link_does_not(member, network, person):
    invitation = adhering.member_invitation(network, member)
    with pytest.raises(Conflict) as refusal:
        adhere_by_link(invitation=invitation, name="Bo", job_title="", consent=consent(member, network))
    assert refusal.value.code == "answers_in_space"


def test_a_link_about_a_former_text_is_refused(member, network, version):
    older = builders.charter_version("2014", effective_on=version.effective_on - timedelta(99))
    invitation = adhering.member_invitation(network, member, version=older)
    with pytest.raises(Conflict) as refusal:
        adhere_by_link(invitation=invitation, name="Bo", job_title="", consent=consent(member, network))
    assert refusal.value.code == "new_version"


def test_a_siren_of_somebody_else_is_no_way_in(network, version):
    invitation = adhering.member_invitation(network, None, name="Usurpée", siren="000000018")
    builders.organisation(siren="000000018")
    with pytest.raises(Conflict) as refusal:
        adhere_by_link(
            invitation=invitation, name="Bo", job_title="", consent=adhesion_text("Usurpée", network.name, version)
        )
    assert refusal.value.code == "not_member"


def test_the_holder_of_a_link_gives_a_name(member, network):
    invitation = adhering.member_invitation(network, member)
    with pytest.raises(ValidationError) as refusal:
        adhere_by_link(invitation=invitation, name=" ", job_title="", consent=consent(member, network))
    assert list(refusal.value.error_dict) == ["name"]


def test_declining_is_an_answer(member, network):
    assert decline_by_link(invitation=adhering.member_invitation(network, member)).answer == "declined"


@pytest.fixture
def lead(network):
    made = builders.user()
    builders.membership(made, network, "signatory")
    return made


def listed(network, lead, **fields) -> InvitationList:
    return prepare_list(network=network, rows=[(1, ["Atelier", "ana@test.invalid"])], by=lead, **fields)


def code_of(act) -> str:
    with pytest.raises(Conflict) as refusal:
        act()
    return refusal.value.code


def test_a_list_leaves_once_and_only_while_it_is_true(network, member, lead):
    old = listed(network, lead, at=timezone.now() - timedelta(hours=25))
    first, second = listed(network, lead), listed(network, lead)
    assert code_of(lambda: send_list(prepared=old, by=lead)) == "over"
    assert send_list(prepared=first, by=lead) == 1
    assert code_of(lambda: send_list(prepared=first, by=lead)) == "sent"
    assert code_of(lambda: send_list(prepared=second, by=lead)) == "empty"
    assert MemberInvitation.objects.sent().count() == 1


def test_an_invitation_that_is_over_gives_way(network, member, lead):
    over = adhering.member_invitation(
        network, member, sent_at=timezone.now() - timedelta(60), expires_at=timezone.now() - timedelta(1)
    )
    assert send_list(prepared=listed(network, lead), by=lead) == 1
    over.refresh_from_db()
    assert over.revoked_at is not None


def test_an_invitation_is_taken_back_unless_it_has_its_answer(network, member, lead):
    invitation = adhering.member_invitation(network, member)
    revoke_invitation(invitation=invitation, by=lead)
    assert code_of(lambda: revoke_invitation(invitation=invitation, by=lead)) == "revoked"
    answered = {"answered_at": timezone.now(), "answer": "declined"}
    given = adhering.member_invitation(network, member, **answered)
    assert code_of(lambda: revoke_invitation(invitation=given, by=lead)) == "answered"


def test_only_who_decides_for_the_network_invites(network, member, lead):
    stranger, prepared = builders.user(), listed(network, lead)
    for act in (
        lambda: listed(network, stranger),
        lambda: send_list(prepared=prepared, by=stranger),
        lambda: revoke_invitation(invitation=adhering.member_invitation(network, member), by=stranger),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_lists_that_never_left_go_and_settled_addresses_after_ninety_days(network, member):
    now = timezone.now()
    long_ago, lately = now - timedelta(days=91), now - timedelta(days=89)
    over = {"sent_at": now - timedelta(days=140), "expires_at": long_ago}
    adhering.member_invitation(network, email="echue@test.invalid", **over)
    adhering.member_invitation(network, email="reprise@test.invalid", revoked_at=long_ago)
    adhering.member_invitation(network, email="decline@test.invalid", answered_at=long_ago, answer="declined")
    adhering.member_invitation(network, email="hier@test.invalid", answered_at=lately, answer="declined")
    adhering.member_invitation(network, email="adhere@test.invalid", answered_at=long_ago, answer="adhered")
    adhering.member_invitation(network, email="attend@test.invalid")
    InvitationList.objects.update(problems=[{"line": 1, "text": "ana@test.invalid", "sentence": "Non."}])
    InvitationList.objects.filter(invitations__email="echue@test.invalid").update(
        prepared_at=long_ago, sent_at=long_ago
    )
    kept = {"network": network, "version": CharterVersion.objects.get(label="2020"), "prepared_by": builders.user()}
    InvitationList.objects.create(prepared_at=now - timedelta(days=3), **kept)
    fresh = InvitationList.objects.create(prepared_at=now, **kept)

    assert jobs.forget_invitations() == 3

    left = set(MemberInvitation.objects.exclude(email="").values_list("email", flat=True))
    assert left == {"hier@test.invalid", "adhere@test.invalid", "attend@test.invalid"}
    assert list(InvitationList.objects.filter(sent_at=None)) == [fresh]
    assert InvitationList.objects.filter(sent_at__isnull=False, problems=[]).count() == 1


def test_no_receipt_leaves_for_an_address_that_is_erased(network, member, mailoutbox):
    adhesion = adhering.adhesion(member, network)
    MemberInvitation.objects.update(email="")

    send_adhesion_receipt(adhesion.pk, message_id="<a@test.invalid>")

    assert mailoutbox == []
