"""Adhering under a network: who may, what is kept, what counts, and how it ends."""

import json
import uuid
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from alliance.proof.models import JournalEntry
from charter import adhesion_mails
from charter.actions.adhesions import adhere, networks_of, withdraw_adhesion
from charter.models import Adhesion, CharterVersion, adhering_filter, adhesion_text
from charter.models.adhesion import adhering_only, equivalents, members
from partners.models import Organisation
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


def test_a_member_adheres_without_a_mandate_and_the_journal_has_its_own_kind_of_leaf(member, network, person, version):
    adhesion = adhered(member, network, person)
    assert (adhesion.means, adhesion.person_name, adhesion.person_job_title) == ("space", "Ana Essai", "directrice")
    assert adhesion.document_digest == version.digest
    entry = JournalEntry.objects.get(kind="adhered")
    assert entry.subject == str(adhesion.public_id)
    assert json.loads(entry.leaf)["facts"]["network"] == str(network.public_id)
    assert "Ana" not in entry.leaf
    assert [(owed.work, owed.args) for owed in Owed.objects.all()] == [("charter.send_adhesion_receipt", [adhesion.pk])]


def test_an_adhesion_is_never_a_signature(member, network, person, version):
    adhered(member, network, person)
    assert member.signatures.count() == 0
    assert adhering_only(version) == 1
    assert list(Organisation.objects.filter(adhering_filter(version))) == [member]


def test_who_signed_and_adheres_counts_once_as_a_signatory(member, network, person, version):
    adhered(member, network, person)
    builders.signature(member, version)
    assert adhering_only(version) == 0


def test_an_organisation_of_two_networks_is_one_member_and_one_adhering(member, network, person, version):
    other = builders.organisation(kind="network", name="Autre réseau")
    builders.signature(other, version)
    adhered(member, network, person)
    invitation = adhering.member_invitation(other, member)
    adhered(member, other, person)
    invitation.refresh_from_db()
    assert invitation.answer == "adhered"
    assert list(members([network.pk, other.pk])) == [member]
    assert adhering_only(version) == 1


def told_by_reading_all(ids: list[int]) -> list[str]:
    """What ``members`` stands for."""
    adhering = Adhesion.objects.live().filter(network__in=ids, organisation=OuterRef("pk"))
    below = Q(parent__in=ids) | Q(parent__parent__in=ids)
    rows = Organisation.objects.public().filter(below | Exists(adhering)).exclude(pk__in=ids).order_by("name")
    return [row.name for row in rows]


def test_members_are_the_tree_below_and_those_who_adhere_neither_hidden_nor_elsewhere(member, network, person):
    other = builders.organisation(kind="network", name="Autre réseau")
    middle = builders.organisation(kind="regional", name="Union", parent=network)
    for name, parent in (("Feuille", middle), ("Ailleurs", other), ("Seule", None)):
        builders.organisation(name=name, parent=parent)
    builders.organisation(name="Cachée", parent=middle, is_public=False)
    outside = builders.organisation(name="Du dehors")
    adhered(member, network, person)
    for organisation, withdrawn in ((outside, None), (Organisation.objects.get(name="Seule"), timezone.now())):
        side = {"withdrawn_at": withdrawn, "withdrawn_side": "member"} if withdrawn else {}
        row = Adhesion.objects.get(organisation=member)
        row.pk, row.public_id, row.organisation = None, uuid.uuid4(), organisation
        for field, value in side.items():
            setattr(row, field, value)
        row.save(force_insert=True)
    for ids in ([network.pk], [other.pk], [network.pk, other.pk], [middle.pk], []):
        assert [row.name for row in members(ids).order_by("name")] == told_by_reading_all(ids)
    assert "Du dehors" in told_by_reading_all([network.pk])
    assert "Seule" not in told_by_reading_all([network.pk])


@pytest.mark.parametrize("role", ["contributor", "reader"])
def test_other_roles_do_not_adhere(role, member, network):
    somebody = builders.user()
    builders.membership(somebody, member, role)
    with pytest.raises(PermissionDenied):
        adhered(member, network, somebody)


def test_it_is_refused_without_the_words_ticked(member, network, person):
    with pytest.raises(ValidationError) as refusal:
        adhere(organisation=member, network=network, by=person, consent="oui")
    assert list(refusal.value.error_dict) == ["consent"]


def test_it_is_refused_a_second_time(member, network, person):
    adhered(member, network, person)
    with pytest.raises(Conflict) as refusal:
        adhered(member, network, person)
    assert refusal.value.code == "already_adheres"


def test_it_is_refused_under_a_network_that_is_not_its_own(member, person, version, network):
    other = builders.organisation(kind="network")
    builders.signature(other, version)
    with pytest.raises(Conflict) as refusal:
        adhered(member, other, person)
    assert refusal.value.code == "not_member"


def test_it_is_refused_under_a_network_that_has_not_signed(version):
    network = builders.organisation(kind="network")
    member = builders.organisation(parent=network)
    somebody = builders.user()
    builders.membership(somebody, member, "signatory")
    with pytest.raises(Conflict) as refusal:
        adhered(member, network, somebody)
    assert refusal.value.code == "network_not_signatory"


def test_it_is_refused_while_no_version_is_in_force(member, network, person):
    before = timezone.now() - timedelta(days=40_000)
    with pytest.raises(Conflict) as refusal:
        adhered(member, network, person, at=before)
    assert refusal.value.code == "no_version"


def test_it_stops_counting_by_itself_when_its_network_leaves_the_charter(member, network, person, version):
    adhesion = adhered(member, network, person)
    network.signatures.update(withdrawn_at=timezone.now())
    assert list(Adhesion.objects.standing(version)) == []
    assert list(Adhesion.objects.live()) == [adhesion]


def test_an_editorial_version_keeps_it_and_a_substantive_one_does_not(version):
    editorial = builders.charter_version("2021", kind="editorial", effective_on=version.effective_on + timedelta(9))
    substantive = builders.charter_version("2022", effective_on=version.effective_on + timedelta(18))
    assert equivalents(editorial) == [editorial.pk, version.pk]
    assert equivalents(substantive) == [substantive.pk]
    assert equivalents(None) == []


def test_a_member_leaves_and_may_come_back(member, network, person):
    withdraw_adhesion(adhesion=adhered(member, network, person), side="member", by=person)
    entry = JournalEntry.objects.get(kind="adhesion_withdrawn")
    assert json.loads(entry.leaf)["facts"]["by"] == "member"
    adhered(member, network, person)
    assert Adhesion.objects.live().count() == 1


def test_a_network_ends_it_with_a_motive(member, network, person):
    head = builders.user()
    builders.membership(head, network, "administrator")
    adhesion = adhered(member, network, person)
    with pytest.raises(ValidationError) as refusal:
        withdraw_adhesion(adhesion=adhesion, side="network", by=head)
    assert list(refusal.value.error_dict) == ["motive"]
    ended = withdraw_adhesion(adhesion=adhesion, side="network", by=head, motive="Partie")
    assert (ended.withdrawn_side, ended.motive) == ("network", "Partie")
    with pytest.raises(Conflict) as refusal:
        withdraw_adhesion(adhesion=adhesion, side="member", by=person)
    assert refusal.value.code == "withdrawn"


def test_nobody_ends_it_for_somebody_else(member, network, person):
    adhesion = adhered(member, network, person)
    for side, by in (("network", person), ("member", builders.user()), ("network", None)):
        with pytest.raises(PermissionDenied):
            withdraw_adhesion(adhesion=adhesion, side=side, by=by, motive="x")


def refused_by(constraint: str, act):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        act()
    assert error.value.__cause__.diag.constraint_name == constraint


def test_the_database_refuses_what_no_action_writes(member, network, person):
    adhesion = adhered(member, network, person)
    rows = Adhesion.objects.filter(pk=adhesion.pk)
    refused_by("adhesion_is_frozen", lambda: rows.update(person_name="Autre"))
    refused_by("adhesion_is_frozen", rows.delete)
    refused_by("adhesion_withdrawn_by_someone", lambda: rows.update(withdrawn_at=timezone.now()))
    adhesion.pk = None
    adhesion.public_id = "00000000-0000-4000-8000-000000000000"
    refused_by("adhesion_live_once", lambda: adhesion.save(force_insert=True))
    adhesion.organisation = network
    refused_by("adhesion_under_another", lambda: adhesion.save(force_insert=True))
    adhesion.organisation, adhesion.network = network, member
    refused_by("adhesion_under_a_network", lambda: adhesion.save(force_insert=True))


def test_networks_are_those_above_and_those_that_invite(member, network):
    inviting = builders.organisation(kind="network", name="Autre")
    adhering.member_invitation(inviting, member)
    assert networks_of(member) == [inviting, network]


def test_the_receipt_withdraws_and_is_not_sent_once_withdrawn(member, network, person):
    adhesion = adhered(member, network, person)
    adhesion_mails.send_adhesion_receipt(adhesion.pk, message_id="<a@test.invalid>")
    withdraw_adhesion(adhesion=adhesion, side="member", by=person)
    adhesion_mails.send_adhesion_receipt(adhesion.pk, message_id="<a@test.invalid>")
    assert [letter.to for letter in mail.outbox] == [["ana@test.invalid"]]
    assert f"/adhesion/{adhesion.token}/retirer/" in mail.outbox[0].body


@pytest.mark.django_db(transaction=True)
def test_two_who_adhere_at_once_queue_on_the_organisation(member, network, person):
    begun, outcome = Event(), []

    def rival():
        begun.set()
        try:
            adhered(member, network, person)
        except Conflict as conflict:
            outcome.append(conflict.code)
        finally:
            connection.close()

    with transaction.atomic():
        adhered(member, network, person)
        thread = Thread(target=rival)
        thread.start()
        begun.wait(5)
        thread.join(0.3)
        assert thread.is_alive()
    thread.join(10)
    assert outcome == ["already_adheres"]
