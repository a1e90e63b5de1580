"""« Signataire depuis »: the first signature of the chain. A withdrawal breaks it, a later version continues it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from charter.models import Signature, signatory_filter, signatory_state, since
from partners.models import Organisation
from tests import builders

pytestmark = pytest.mark.django_db


def at(year: int, month: int = 1) -> datetime:
    return datetime(year, month, 1, 12, tzinfo=UTC)


@pytest.fixture
def versions():
    return builders.charter_version("2014", effective_on=date(2014, 10, 14)), builders.charter_version("2020")


def since_of(organisation) -> datetime | None:
    annotated = Organisation.objects.annotate(since=since()).get(pk=organisation.pk).since
    assert Signature.objects.signed_since([organisation.pk]).get(organisation.pk) == annotated
    return annotated


def test_a_later_version_continues_the_chain(versions):
    organisation = builders.organisation()
    builders.signature(organisation, versions[0], signed_at=at(2015))
    builders.signature(organisation, versions[1], signed_at=at(2021))
    assert since_of(organisation) == at(2015)


def test_a_pending_signature_counts_from_its_countersignature_only(versions):
    organisation = builders.organisation()
    signature = builders.signature(organisation, versions[1], signed_at=at(2021), countersigned=False)
    assert since_of(organisation) is None
    Signature.objects.update(countersigned_at=at(2022), countersigned_by=signature.mandate.verified_by)
    assert since_of(organisation) == at(2021)


def test_a_withdrawal_breaks_the_chain(versions):
    organisation = builders.organisation()
    builders.signature(organisation, versions[0], signed_at=at(2015), withdrawn_at=at(2018))
    assert since_of(organisation) is None
    builders.signature(organisation, versions[1], signed_at=at(2021))
    assert since_of(organisation) == at(2021)


def test_a_withdrawal_breaks_what_came_before_even_if_it_was_left_live(versions):
    organisation = builders.organisation()
    builders.signature(organisation, versions[0], signed_at=at(2015))
    builders.signature(organisation, versions[1], signed_at=at(2021), withdrawn_at=at(2022))
    assert since_of(organisation) is None


def test_refused_and_contested_signatures_do_not_count(versions):
    organisation = builders.organisation()
    refused = {"refused_at": at(2016), "motive": "non", "countersigned": False}
    builders.signature(organisation, versions[0], signed_at=at(2015), **refused)
    builders.signature(organisation, versions[1], signed_at=at(2021), contested_at=at(2022))
    assert since_of(organisation) is None


def test_the_past_is_told_as_it_was(versions):
    organisation = builders.organisation()
    builders.signature(organisation, versions[0], signed_at=at(2015), withdrawn_at=at(2018))
    signed_since = Signature.objects.signed_since
    assert signed_since([organisation.pk], at(2017)) == {organisation.pk: at(2015)}
    assert signed_since([organisation.pk], at(2014)) == signed_since([organisation.pk], at(2019)) == {}


@pytest.mark.parametrize("rows", [1, 3])
def test_since_and_state_cost_one_query_whatever_the_number(versions, rows, django_assert_num_queries):
    for _ in range(rows):
        builders.signature(version=versions[1])
    with django_assert_num_queries(1):
        list(Organisation.objects.annotate(since=since(), signatory=signatory_state(versions[1])))
    with django_assert_num_queries(1):
        Signature.objects.signed_since([1, 2, 3])


def test_each_organisation_has_one_state_and_the_filter_agrees(versions):
    old, new = versions
    made = {name: builders.organisation(name=name) for name in ("current", "pending", "former", "left", "none")}
    builders.signature(made["current"], new)
    builders.signature(made["pending"], old, signed_at=at(2015))
    builders.signature(made["pending"], new, countersigned=False)
    builders.signature(made["former"], old, signed_at=at(2015))
    builders.signature(made["left"], new, withdrawn_at=timezone.now() + timedelta(seconds=1))

    annotated = Organisation.objects.annotate(signatory=signatory_state(new)).values_list("name", "signatory")
    assert dict(annotated) == {name: name for name in made} | {"left": "former"}
    for state in ("current", "pending", "former", "none"):
        expected = {name for name, known in annotated if known == state}
        found = Organisation.objects.filter(signatory_filter(state, new))
        assert {organisation.name for organisation in found} == expected
