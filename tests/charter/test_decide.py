"""After the signature: countersigned by another, or refused with a motive."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from alliance.proof.models import JournalEntry
from charter.actions.decide import countersign, refuse_signature
from charter.models import Signature
from tests import builders


@pytest.fixture
def pending(case) -> Signature:
    return builders.signature(
        case.organisation, case.version, signer=case.signer, mandate=case.mandate, countersigned=False
    )


def code_of(action, **arguments) -> str:
    with pytest.raises(Conflict) as refusal:
        action(**arguments)
    return refusal.value.code


def test_a_countersigned_signature_stands(pending):
    agent = builders.staff()
    signature = countersign(signature=pending, by=agent)
    assert (signature.state, signature.countersigned_by) == ("standing", agent)
    assert list(Owed.objects.values_list("work", "args")) == [("charter.send_countersigned", [pending.pk])]
    entry = JournalEntry.objects.get()
    assert (entry.kind, entry.subject) == ("countersigned", pending.code)
    assert agent.email not in entry.leaf


def test_the_earlier_signature_is_superseded_in_the_journal(case, pending):
    old = builders.charter_version("2014", effective_on=case.version.effective_on - timedelta(days=2000))
    earlier = builders.signature(case.organisation, old, signed_at=timezone.now() - timedelta(days=900))
    countersign(signature=pending, by=builders.staff())
    assert list(JournalEntry.objects.values_list("kind", "subject")) == [
        ("countersigned", pending.code),
        ("superseded", earlier.code),
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"withdrawn_at": timezone.now()}, "withdrawn"),
        ({"contested_at": timezone.now()}, "contested"),
        ({"refused_at": timezone.now(), "motive": "non"}, "refused"),
    ],
)
def test_what_is_no_longer_pending_is_not_decided(pending, change, code):
    Signature.objects.update(**change)
    assert code_of(countersign, signature=pending, by=builders.staff()) == code
    assert code_of(refuse_signature, signature=pending, by=builders.staff(), motive="non") == code


def test_a_standing_signature_is_not_countersigned_twice(pending):
    countersign(signature=pending, by=builders.staff())
    assert code_of(countersign, signature=pending, by=builders.staff()) == "standing"


def test_nobody_decides_of_their_own_signature(case):
    agent = builders.staff()
    own = builders.signature(case.organisation, case.version, signer=agent, countersigned=False)
    assert code_of(countersign, signature=own, by=agent) == "own_signature"
    assert code_of(refuse_signature, signature=own, by=agent, motive="non") == "own_signature"


def test_only_agents_of_the_perimeter_decide(case, pending):
    delegate = builders.staff(regions=[builders.region()])
    for person in (delegate, builders.user()):
        with pytest.raises(PermissionDenied):
            countersign(signature=pending, by=person)
        with pytest.raises(PermissionDenied):
            refuse_signature(signature=pending, by=person, motive="non")
    assert pending.state == "pending"


def test_a_delegate_countersigns_in_their_own_region(case):
    organisation = builders.organisation(commune=builders.commune())
    delegate = builders.staff(regions=[builders.region()])
    signature = builders.signature(organisation, case.version, countersigned=False)
    assert countersign(signature=signature, by=delegate).state == "standing"


def test_a_refusal_says_why_and_leaves_room_to_sign_again(case, pending):
    with pytest.raises(ValidationError) as refusal:
        refuse_signature(signature=pending, by=builders.staff(), motive=" ")
    assert list(refusal.value.message_dict) == ["motive"]

    refused = refuse_signature(signature=pending, by=builders.staff(), motive="pouvoir à préciser")
    assert (refused.state, refused.motive) == ("refused", "pouvoir à préciser")
    assert list(Owed.objects.values_list("work", "args")) == [("charter.send_refused", [pending.pk])]
    entry = JournalEntry.objects.get()
    assert (entry.kind, "pouvoir" in entry.leaf) == ("refused", False)
    builders.signature(case.organisation, case.version, signer=case.signer, mandate=case.mandate)
