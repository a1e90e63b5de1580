"""« Signataire depuis 2014, réengagé en 2020 »: one sentence for each organisation, in one query."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from charter.models import Signature
from charter.models.history import histories
from tests import builders
from tests.charter.campaigns import replica

pytestmark = pytest.mark.django_db


def at(year: int, month: int = 6, day: int = 1) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


@pytest.fixture
def versions():
    return builders.charter_version("2014", effective_on=date(2014, 10, 14)), builders.charter_version("2020")


def words(organisation, version) -> str | None:
    found = histories([organisation.pk], version).get(organisation.pk)
    return found and found.words


def test_signed_then_renewed(versions):
    old, new = versions
    organisation = builders.organisation()
    builders.signature(organisation, old, signed_at=at(2014))
    assert words(organisation, old) == "Signataire depuis 2014"
    assert words(organisation, new) == "A signé en 2014"
    builders.signature(organisation, new, signed_at=at(2020))
    assert words(organisation, new) == "Signataire depuis 2014, réengagé en 2020"


def test_signed_left_and_came_back(versions):
    old, new = versions
    organisation = builders.organisation()
    builders.signature(organisation, old, signed_at=at(2014), withdrawn_at=at(2018))
    assert words(organisation, new) == "Signataire de 2014 à 2018"
    builders.signature(organisation, new, signed_at=at(2021))
    assert words(organisation, new) == "Signataire de 2014 à 2018, puis signataire depuis 2021"


def test_one_withdrawal_ends_the_whole_chain(versions):
    organisation = builders.organisation()
    builders.signature(organisation, versions[0], signed_at=at(2014), withdrawn_at=at(2022))
    builders.signature(organisation, versions[1], signed_at=at(2020), withdrawn_at=at(2022))
    assert words(organisation, versions[1]) == "Signataire de 2014 à 2022, réengagé en 2020"


def test_what_was_carried_over_still_stands(versions):
    organisation = builders.organisation()
    signature = builders.signature(organisation, versions[1], signed_at=at(2020))
    corrected = builders.charter_version("2023", effective_on=date(2023, 1, 1), kind="editorial")
    assert words(organisation, corrected) == "A signé en 2020"
    builders.carried_over(signature, corrected)
    assert words(organisation, corrected) == "Signataire depuis 2020"


def test_refused_contested_and_pending_signatures_tell_nothing(versions):
    pending, refused, contested = (builders.organisation() for _ in range(3))
    builders.signature(pending, versions[1], countersigned=False)
    builders.signature(refused, versions[1], countersigned=False, refused_at=timezone.now(), motive="non")
    builders.signature(contested, versions[1], contested_at=timezone.now())
    assert histories([pending.pk, refused.pk, contested.pk], versions[1]) == {}


def test_a_year_is_that_of_paris(versions):
    organisation = builders.organisation()
    builders.signature(organisation, versions[1], signed_at=datetime(2020, 12, 31, 23, 30, tzinfo=UTC))
    assert words(organisation, versions[1]) == "Signataire depuis 2021"


@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_one_query_whatever_the_number(versions, rows, django_assert_num_queries):
    made = [builders.signature(version=versions[1]).organisation_id for _ in range(rows)]
    with django_assert_num_queries(1):
        assert len(histories(made, versions[1])) == rows


def test_the_register_and_the_page_of_the_organisation_tell_it(client, versions):
    organisation = builders.organisation(slug="atelier")
    builders.signature(organisation, versions[0], signed_at=at(2014))
    builders.signature(organisation, versions[1], signed_at=at(2020))
    for path in ("/charte/signataires/", "/annuaire/atelier/"):
        assert "Signataire depuis 2014, réengagé en 2020" in client.get(path).content.decode(), path


def test_a_single_signature_is_not_told_twice(client, versions):
    builders.signature(builders.organisation(slug="atelier"), versions[1], signed_at=timezone.now() - timedelta(days=2))
    html = client.get("/annuaire/atelier/").content.decode()
    assert html.count("Signataire depuis") == 1


def test_renewal_is_told_from_the_opening_to_the_last_day_of_grace_and_only_while_nothing_stands(versions):
    old, new = versions
    silent, answered, left = (builders.organisation() for _ in range(3))
    for organisation in (silent, answered, left):
        builders.signature(organisation, old, signed_at=at(2014))
    builders.signature(answered, new, signed_at=at(2020))
    Signature.objects.filter(organisation=left).update(withdrawn_at=at(2021))
    campaign = builders.campaign(new, concerned=[silent, answered, left])
    told = ["A signé en 2014, réengagement en cours", "Signataire depuis 2014, réengagé en 2020"]
    assert [words(each, new) for each in (silent, answered, left)] == [*told, "Signataire de 2014 à 2021"]
    assert histories([silent.pk], new)[silent.pk].is_long
    today = timezone.localdate()
    over = {"opens_on": today - timedelta(days=9), "closes_on": today - timedelta(days=2)}
    for grace_on, said in ((today, told[0]), (today - timedelta(days=1), "A signé en 2014")):
        with replica():
            type(campaign).objects.update(**over, grace_on=grace_on)
        assert words(silent, new) == said


def test_nothing_is_said_of_who_was_only_invited_nor_before_the_opening(versions):
    old, new = versions
    organisation = builders.organisation()
    builders.signature(organisation, old, signed_at=at(2014))
    campaign = builders.campaign(new, concerned=[organisation], opened=False)
    assert words(organisation, new) == "A signé en 2014"
    campaign.concerned.update(origin="invited")
    campaign.opened_at, campaign.opened_by = timezone.now(), campaign.prepared_by
    campaign.save()
    assert words(organisation, new) == "A signé en 2014"
