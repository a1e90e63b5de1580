"""One organisation absorbs another, and gives everything back: nothing is lost, every old address leads on."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.portal.actions.merge import merge_organisations, undo_merge
from alliance.portal.actions.merge_plan import plan
from charter.models import Signature
from events.models import Attendee, Guest, InvitationRound
from partners.models import (
    FormerAddress,
    IdentityEvent,
    Membership,
    Merge,
    Organisation,
    PartnerNote,
    Project,
    ProposedChange,
)
from tests import builders
from tests.portal.attached import Field, dump
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(db):
    return builders.staff()


@pytest.fixture
def pair(db):
    """What the network of Brest is called, twice."""
    brest = builders.commune()
    keep = builders.organisation(kind="regional", name="Atelier des liens", slug="atelier", commune=brest)
    gone = builders.organisation(
        kind="regional", name="Atelier des Liens (Brest)", slug="atelier-brest", siren="000000018",
        summary="On répare.",
    )  # fmt: skip
    return keep, gone


def merged(pair, agent, **fields) -> Merge:
    return merge_organisations(keep=pair[0], gone=pair[1], by=agent, motive="Deux fiches pour une seule.", **fields)


@pytest.mark.parametrize("size", [3, pytest.param(200, id="two_hundred_of_each")])
def test_merge_then_undo_leaves_every_table_as_it_was(pair, agent, size):
    field = Field(size)
    for organisation in pair:
        field.attach(organisation)
    before = dump()
    merge = merged(pair, agent)
    assert Project.objects.filter(lead=pair[0]).count() == 2 * size
    assert PartnerNote.objects.filter(organisation=pair[0]).count() == 2 * size
    assert Membership.objects.live().filter(organisation=pair[1]).count() == 0
    assert Signature.objects.filter(organisation=pair[1]).count() == size
    undone = undo_merge(merge=merge, by=agent, motive="Ce n’étaient pas les mêmes.")
    assert undone.refused == []
    after = dump()
    assert {table for table in before if before[table] != after[table]} == set()


def test_nothing_is_lost_in_between(pair, agent):
    """Rows that a twin already had are kept in the merger itself."""
    field = Field(3)
    for organisation in pair:
        field.attach(organisation)
    before = {table: len(rows) for table, rows in dump().items()}
    merge = merged(pair, agent)
    lost = {table: before[table] - len(rows) for table, rows in dump().items() if before[table] > len(rows)}
    kept = {step["table"]: len(step["dropped"]) for step in merge.moved if "dropped" in step}
    assert lost == kept
    assert kept == {"partners_projectpartner": 3, "charter_concerned": 1, "charter_deliberation": 1}


def test_control_a_row_that_did_not_come_back_is_seen(pair, agent):
    PartnerNote.objects.create(organisation=pair[1], author=agent, text="Note")
    before = dump()
    merge = merged(pair, agent)
    merge.moved = [step for step in merge.moved if step["table"] != "partners_partnernote"]
    merge.save()
    undo_merge(merge=merge, by=agent, motive="Essai.")
    after = dump()
    assert {table for table in before if before[table] != after[table]} == {"partners_partnernote"}


def test_the_kept_row_takes_what_it_lacks_and_the_other_is_hidden(pair, agent):
    merge = merged(pair, agent)
    keep, gone = (Organisation.objects.get(pk=each.pk) for each in pair)
    assert (keep.name, keep.siren, keep.summary) == ("Atelier des liens", "000000018", "On répare.")
    assert (gone.siren, gone.is_public, gone.absorbed_into) == ("", False, keep)
    told = list(IdentityEvent.objects.order_by("organisation_id").values_list("organisation", "kind", "motive"))
    assert told == [(each.pk, "merged", "Deux fiches pour une seule.") for each in pair]
    assert merge.by == agent


def test_the_preview_says_what_the_merger_does(pair, agent):
    Field(2).attach(pair[1])
    told = {share.noun: (len(share.moved), share.left) for share in plan(*pair).shares}
    merge_moves = {"projets territoriaux": (2, 0), "notes internes": (2, 0), "signatures": (0, 2), "mandats": (0, 2)}
    assert {noun: told[noun] for noun in merge_moves} == merge_moves
    assert Organisation.objects.get(pk=pair[1].pk).absorbed_into is None


def test_somebody_in_both_keeps_the_role_once(pair, agent):
    person = builders.user()
    for organisation in pair:
        builders.membership(person, organisation, "administrator")
    merge = merged(pair, agent)
    assert list(Membership.objects.live().filter(user=person).values_list("organisation", "role")) == [
        (pair[0].pk, "administrator")
    ]
    undo_merge(merge=merge, by=agent, motive="Essai.")
    assert Membership.objects.live().filter(user=person).count() == 2


def test_the_network_absorbed_is_no_longer_above(pair, agent):
    network = builders.organisation(kind="network", name="Réseau", slug="reseau")
    Organisation.objects.filter(pk=pair[1].pk).update(parent=network)
    merged(pair, agent)
    assert Organisation.objects.get(pk=pair[0].pk).parent == network
    assert Organisation.objects.get(pk=pair[1].pk).parent is None


def refused(pair, agent, code: str) -> None:
    with pytest.raises(Conflict) as refusal:
        merged(pair, agent)
    assert refusal.value.code == code
    assert Merge.objects.count() == 0


def test_no_row_absorbs_itself(pair, agent):
    refused((pair[0], pair[0]), agent, "same")


def test_no_row_is_absorbed_twice(pair, agent):
    merged(pair, agent)
    with pytest.raises(Conflict) as refusal:
        merged(pair, agent)
    assert refusal.value.code == "absorbed"


def test_the_one_that_signed_is_kept(pair, agent):
    builders.signature(pair[1])
    refused(pair, agent, "signed_by_gone")
    merged(pair[::-1], agent)


def test_members_need_a_network_above_them(pair, agent):
    Organisation.objects.filter(pk=pair[0].pk).update(kind="local")
    builders.organisation(kind="local", parent=pair[1])
    refused(pair, agent, "members_rank")


def test_two_profiles_that_wait_are_decided_first(pair, agent):
    for organisation in pair:
        ProposedChange.objects.create(organisation=organisation, proposed_by=builders.user())
    refused(pair, agent, "doubled")


@pytest.mark.parametrize("motive", ["", "  ", "x" * 501, "a\x00b"])
def test_a_motive_is_given(pair, agent, motive):
    with pytest.raises(ValidationError):
        merge_organisations(keep=pair[0], gone=pair[1], by=agent, motive=motive)


def test_a_merger_is_taken_back_once_and_within_thirty_days(pair, agent):
    merge = merged(pair, agent)
    with pytest.raises(Conflict) as refusal:
        undo_merge(merge=merge, by=agent, motive="Tard.", at=timezone.now() + timedelta(days=31))
    assert refusal.value.code == "too_late"
    undo_merge(merge=merge, by=agent, motive="À temps.")
    with pytest.raises(Conflict) as refusal:
        undo_merge(merge=merge, by=agent, motive="Encore.")
    assert refusal.value.code == "undone"


def test_a_later_merger_is_taken_back_first(pair, agent):
    merge = merged(pair, agent)
    third = builders.organisation(kind="regional", name="Troisième", slug="troisieme")
    later = merge_organisations(keep=third, gone=pair[0], by=agent, motive="Aussi.")
    assert Client().get("/annuaire/atelier-brest/").headers["Location"] == "/annuaire/troisieme/"
    with pytest.raises(Conflict) as refusal:
        undo_merge(merge=merge, by=agent, motive="Non.")
    assert refusal.value.code == "merged_since"
    undo_merge(merge=later, by=agent, motive="Non.")
    undo_merge(merge=merge, by=agent, motive="Non.")
    assert FormerAddress.objects.count() == 0


def test_what_was_changed_since_is_left_alone_and_told(pair, agent):
    project = builders.project(lead=pair[1], title="Halle")
    merge = merged(pair, agent)
    third = builders.organisation(name="Troisième")
    Project.objects.filter(pk=project.pk).update(lead=third)
    undone = undo_merge(merge=merge, by=agent, motive="Essai.")
    assert undone.refused == ["projet territorial « Halle » : modifié depuis la fusion, laissé tel quel."]
    assert Project.objects.get(pk=project.pk).lead == third
    assert Organisation.objects.get(pk=pair[1].pk).is_public


ADDRESSES = ["/annuaire/{}/", "/annuaire/{}/signaler/", "/api/v1/organisations/{}/"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_old_address_leads_on_and_comes_back(pair, agent, client, address):
    merge = merged(pair, agent)
    for former in ("atelier-brest", str(pair[1].public_id)):
        answer = client.get(address.format(former) + "?a=1")
        assert (answer.status_code, answer.headers["Location"]) == (301, address.format("atelier") + "?a=1")
    assert client.get(answer.headers["Location"]).status_code == 200
    undo_merge(merge=merge, by=agent, motive="Essai.")
    assert client.get(address.format("atelier-brest")).status_code == 200


def test_a_space_leads_on_for_its_own_people_only(pair, agent):
    person = builders.user()
    builders.membership(person, pair[1], "contributor")
    merged(pair, agent)
    answer = signed_in(person).get("/espace/atelier-brest/projets/")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/espace/atelier/projets/")
    assert signed_in(person).get("/espace/atelier/projets/").status_code == 200
    stranger = signed_in(builders.user())
    answers = [stranger.get(f"/espace/{slug}/projets/") for slug in ("atelier-brest", "atelier", "rien-ici")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_the_attestation_keeps_the_name_of_the_day(pair, agent, client):
    version = builders.charter_version()
    for organisation in pair:
        builders.signature(organisation, version)
    signature = Signature.objects.get(organisation=pair[1])
    facts = Signature.objects.filter(pk=signature.pk).values().get()
    before = client.get(reverse("charter:verify_code", args=[signature.code]))
    merge = merged(pair, agent)
    assert Signature.objects.filter(pk=signature.pk).values().get() == facts
    after = client.get(reverse("charter:verify_code", args=[signature.code]))
    assert after.status_code == before.status_code == 200
    assert "Atelier des Liens (Brest)" in after.content.decode()
    undo_merge(merge=merge, by=agent, motive="Essai.")
    assert Signature.objects.filter(pk=signature.pk).values().get() == facts


def test_whatever_changes_a_name_a_number_or_an_address_leaves_a_dated_fact(pair, client):
    Organisation.objects.filter(pk=pair[1].pk).update(name="Nouveau nom", siren="000000026", slug="nouveau")
    told = IdentityEvent.objects.order_by("kind").values_list("kind", "old", "new", "on")
    today = timezone.localdate()
    assert list(told) == [
        ("address", "atelier-brest", "nouveau", today),
        ("renamed", "Atelier des Liens (Brest)", "Nouveau nom", today),
        ("siren", "000000018", "000000026", today),
    ]
    assert client.get("/annuaire/atelier-brest/").headers["Location"] == "/annuaire/nouveau/"
    Organisation.objects.filter(pk=pair[1].pk).update(slug="atelier-brest")
    assert list(FormerAddress.objects.values_list("slug", flat=True)) == ["nouveau"]


def test_colleagues_without_an_address_are_not_taken_for_one_and_invitations_follow(pair, agent):
    for organisation in pair:
        builders.attendee(name="Sans adresse", email="", organisation=organisation)
    convention = builders.convention()
    sent = InvitationRound.objects.create(
        convention=convention, reach="organisation", organisation=pair[1], expires_at=convention.starts_at
    )
    guest = Guest.objects.create(round=sent, convention=convention, email="convive@test.invalid", organisation=pair[1])
    merged(pair, agent)
    guest.refresh_from_db()
    assert (guest.organisation, Attendee.objects.filter(organisation=pair[0]).count()) == (pair[0], 2)
