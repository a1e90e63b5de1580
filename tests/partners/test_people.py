"""Who may sign in, and for which organisation."""

import threading
import time
from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, connections, transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from partners.actions import people
from partners.actions.invitations import accept_invitation, invite_member
from partners.models import Membership, User
from tests import builders

pytestmark = pytest.mark.django_db
ADMINISTRATOR = Membership.Role.ADMINISTRATOR


@pytest.fixture
def organisation():
    return builders.organisation(name="Atelier des Marais")


@pytest.fixture
def administrator(organisation):
    return builders.membership(builders.user("ana@test.invalid", full_name="Ana Test"), organisation, ADMINISTRATOR)


def invite(organisation, by, email="Bob@Test.invalid", **fields):
    """Invited, and arrived."""
    given = {"full_name": "Bob Test", "role": "contributor"} | fields
    invitation = invite_member(organisation=organisation, email=email, by=by, **given)
    return accept_invitation(invitation=invitation, at=timezone.now())


def test_a_person_is_created_with_an_address_that_counts_as_verified():
    person = people.create_person(email=" Ana@TEST.invalid ", full_name=" Ana Test ")

    assert (person.email, person.full_name, person.has_usable_password()) == ("ana@test.invalid", "Ana Test", False)
    assert list(EmailAddress.objects.values_list("user", "email", "verified", "primary")) == [
        (person.pk, "ana@test.invalid", True, True)
    ]


def test_one_address_is_one_person_whatever_the_case_of_its_letters():
    people.create_person(email="ana@test.invalid")

    with pytest.raises(Conflict) as conflict:
        people.create_person(email="ANA@test.invalid")

    assert conflict.value.code == "exists"
    assert (User.objects.count(), EmailAddress.objects.count()) == (1, 1)


def test_an_address_that_is_none_creates_nobody():
    with pytest.raises(ValidationError):
        people.create_person(email="ana")

    assert not User.objects.exists()


def test_an_accepted_invitation_makes_the_account_and_the_membership(organisation, administrator):
    membership = invite(organisation, administrator.user, job_title=" chargé de projet ")

    person = User.objects.get(email="bob@test.invalid")
    assert (membership.user, membership.role, membership.job_title) == (person, "contributor", "chargé de projet")


def test_who_has_an_account_keeps_it_and_its_name(organisation, administrator):
    person = builders.user("bob@test.invalid", full_name="Robert Test")

    membership = invite(organisation, administrator.user, full_name="Autre Nom")
    person.refresh_from_db()

    assert membership.user == person
    assert person.full_name == "Robert Test"


def test_the_same_role_twice_is_a_conflict_and_writes_nothing(organisation, administrator):
    invite(organisation, administrator.user)

    with pytest.raises(Conflict) as conflict:
        invite(organisation, administrator.user)

    assert conflict.value.code == "already_member"
    assert (Membership.objects.count(), Owed.objects.count()) == (2, 1)


def test_another_role_beside_is_welcome(organisation, administrator):
    invite(organisation, administrator.user)
    invite(organisation, administrator.user, role="signatory")

    person = User.objects.get(email="bob@test.invalid")
    assert person.roles_in(organisation) == {"contributor", "signatory"}


def test_a_closed_account_is_not_opened_by_an_invitation(organisation, administrator):
    builders.user("bob@test.invalid", is_active=False)

    with pytest.raises(Conflict) as conflict:
        invite(organisation, administrator.user)

    assert conflict.value.code == "inactive"
    assert not User.objects.get(email="bob@test.invalid").memberships.exists()


@pytest.mark.parametrize("role", ["owner", "", "administrator\x00"])
def test_an_unknown_role_is_refused(organisation, administrator, role):
    with pytest.raises(ValidationError):
        invite(organisation, administrator.user, role=role)

    assert User.objects.count() == 1


@pytest.mark.parametrize("role", ["signatory", "contributor", "reader"])
def test_only_administrators_invite(organisation, administrator, role):
    member = builders.membership(builders.user(), organisation, role)

    with pytest.raises(PermissionDenied):
        invite(organisation, member.user)
    with pytest.raises(PermissionDenied):
        people.end_membership(membership=administrator, by=member.user)


def test_an_administrator_of_elsewhere_is_a_stranger(organisation, administrator):
    elsewhere = builders.membership(builders.user(), builders.organisation(), ADMINISTRATOR)

    with pytest.raises(PermissionDenied):
        invite(organisation, elsewhere.user)
    with pytest.raises(PermissionDenied):
        people.end_membership(membership=administrator, by=elsewhere.user)


def test_agents_invite_within_their_perimeter():
    brest = builders.organisation(commune=builders.commune())
    inside = builders.staff(regions=[builders.region()])
    outside = builders.staff(regions=[builders.region("84", "Auvergne-Rhône-Alpes")])

    assert invite(brest, inside).organisation == brest
    with pytest.raises(PermissionDenied):
        invite(brest, outside, email="eve@test.invalid")
    assert invite(brest, builders.staff(), email="eve@test.invalid").organisation == brest


def test_a_membership_ends_at_once_and_is_kept(organisation, administrator):
    membership = invite(organisation, administrator.user)

    ended = people.end_membership(membership=membership, by=administrator.user)

    assert (ended.ends_on, ended.ended_at is None) == (timezone.localdate(), False)
    assert ended.user.roles_in(organisation) == frozenset()
    assert Membership.objects.filter(pk=membership.pk).exists()


def test_a_membership_planned_to_end_lives_through_its_last_day(organisation):
    last = date(2026, 11, 30)
    membership = builders.membership(builders.user(), organisation, starts_on=date(2026, 1, 1), ends_on=last)

    assert list(Membership.objects.live(last)) == [membership]
    assert list(Membership.objects.live(last + timedelta(days=1))) == []


def test_who_left_can_come_back(organisation, administrator):
    first = invite(organisation, administrator.user)
    people.end_membership(membership=first, by=administrator.user)

    again = invite(organisation, administrator.user)

    assert again.pk != first.pk
    assert again.user.roles_in(organisation) == {"contributor"}


def test_ending_twice_is_a_conflict(organisation, administrator):
    membership = invite(organisation, administrator.user)
    people.end_membership(membership=membership, by=administrator.user)

    with pytest.raises(Conflict) as conflict:
        people.end_membership(membership=membership, by=administrator.user)

    assert conflict.value.code == "ended"


def test_the_last_administrator_stays(organisation, administrator):
    builders.membership(builders.user(is_active=False), organisation, ADMINISTRATOR)

    with pytest.raises(Conflict) as conflict:
        people.end_membership(membership=administrator, by=administrator.user)

    assert conflict.value.code == "last_administrator"
    assert administrator.user.roles_in(organisation) == {"administrator"}


def test_with_a_second_administrator_the_first_may_leave(organisation, administrator):
    invite(organisation, administrator.user, role=ADMINISTRATOR)

    people.end_membership(membership=administrator, by=administrator.user)

    assert administrator.user.roles_in(organisation) == frozenset()


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_leave_at_once_queue(organisation, administrator):
    """The first act holds the organisation's row: the rival waits, then finds itself the last."""
    other = invite(organisation, administrator.user, role=ADMINISTRATOR)
    refusals = []

    def rival():
        try:
            people.end_membership(membership=other, by=other.user)
        except Conflict as conflict:
            refusals.append(conflict.code)
        connections.close_all()

    thread = threading.Thread(target=rival)
    with transaction.atomic():
        people.end_membership(membership=administrator, by=administrator.user)
        thread.start()
        assert wait_for_a_lock()
        assert refusals == []
    thread.join(10)

    assert refusals == ["last_administrator"]


def wait_for_a_lock() -> bool:
    """Whether somebody waits for a lock of ours within two seconds."""
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
            if cursor.fetchone()[0]:
                return True
        time.sleep(0.02)
    return False
