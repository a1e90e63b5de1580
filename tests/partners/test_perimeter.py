"""Organisations of the perimeter are found first, by their indexes: the rows are those that joining them gives."""

import pytest
from django.db.models import Exists, OuterRef, Q

from charter.models import Mandate, Signature
from partners.models import Agreement, LikelyPair, Membership, Organisation, ProposedChange
from partners.models.perimeter import readable, writable
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    """A delegate, beside organisations and projects of every place, each with a row of every noun."""
    away = builders.department("75", "Paris", builders.region("11", "Île-de-France", slug="idf"))
    here, there = builders.commune(), builders.commune("75056", "Paris", away)
    person = builders.staff(regions=[builders.region()])
    for number, (kind, commune) in enumerate(
        [(kind, commune) for kind in ("network", "regional", "local") for commune in (here, there, None)]
    ):
        organisation = builders.organisation(name=f"O{number}", kind=kind, commune=commune)
        builders.membership(builders.user(), organisation, "reader")
        builders.agreement(organisation, **({"shared_at": None, "state": "draft"} if number % 2 else {}))
        builders.signature(organisation)
        ProposedChange.objects.create(organisation=organisation, proposed_by=person, note="x")
        project = builders.project(title=f"P{number}", lead=organisation, commune=commune)
        ProposedChange.objects.create(project=project, proposed_by=person, note="x")
    own = Organisation.objects.get(name="O4")
    builders.membership(person, own, "administrator")
    Mandate.objects.filter(organisation__name="O7").update(person=person)
    pks = list(Organisation.objects.order_by("pk").values_list("pk", flat=True))
    LikelyPair.objects.bulk_create(
        LikelyPair(first_id=first, second_id=second, score=60, reasons=["même nom"])
        for first in pks for second in pks if first < second
    )  # fmt: skip
    return person


def joined(user, path: str = "organisation") -> Q:
    """What ``readable`` stands for."""
    places = Q((f"{path}__region__isnull", True)) | Q((f"{path}__region__in", user.region_codes))
    return Q((f"{path}__isnull", False)) & (places | Q((f"{path}__kind", "network")))


def keys(rows) -> list:
    return sorted(rows.values_list("pk", flat=True))


@pytest.mark.parametrize("model", [Agreement, Membership, Signature, Mandate, ProposedChange])
def test_what_is_read_through_an_organisation_is_what_joining_gives(agent, model):
    found = keys(model.objects.filter(readable(agent, "organisation")))
    assert found == keys(model.objects.filter(joined(agent)))
    assert 0 < len(found) < model.objects.filter(organisation__isnull=False).count()


def test_with_one_s_own_beside_the_perimeter(agent):
    own = Q(organisation__in=agent.organisation_ids)
    expected = {
        Agreement: own & Q(shared_at__isnull=False),
        Signature: own,
        Mandate: Q(person=agent) | Q(entered_by=agent),
    }
    for model, mine in expected.items():
        assert keys(model.objects.visible_to(agent)) == keys(model.objects.filter(mine | joined(agent)))


def test_proposed_changes_of_projects_and_profiles(agent):
    profiles = Q(organisation__isnull=False) & writable(agent, "organisation")
    placed = Q(project__region__in=agent.region_codes)
    rows = ProposedChange.objects
    assert keys(rows.writable_by(agent)) == keys(rows.filter(placed | profiles))
    ids = agent.organisation_ids
    own = Q(project__lead__in=ids) | Q(organisation__in=ids)
    placeless = Q(project__isnull=False, project__region__isnull=True)
    assert keys(rows.visible_to(agent)) == keys(rows.filter(own | placeless | placed | profiles))


def test_pairs_of_which_both_are_the_agent_s_to_change(agent):
    absorbed = Organisation.objects.get(name="O3")
    absorbed.is_public, absorbed.absorbed_into = False, Organisation.objects.get(name="O6")
    absorbed.save()
    mine = Organisation.objects.writable_by(agent).filter(absorbed_into__isnull=True)
    rows = LikelyPair.objects.filter(
        Exists(mine.filter(pk=OuterRef("first"))), Exists(mine.filter(pk=OuterRef("second")))
    )
    assert keys(LikelyPair.objects.writable_by(agent)) == keys(rows)
    builders.organisation(name="Encore", commune=builders.commune())
    first, second = Organisation.objects.get(name="O6"), Organisation.objects.get(name="Encore")
    LikelyPair.objects.create(first=first, second=second, score=60, reasons=["même nom"])
    assert [(pair.first.name, pair.second.name) for pair in LikelyPair.objects.writable_by(agent)] == [("O6", "Encore")]
