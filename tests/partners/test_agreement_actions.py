"""Agreements are put in force and ended by a person, within the perimeter; their periods never overlap."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from alliance.lib.errors import Conflict
from partners.actions.agreements import activate_agreement, end_agreement
from partners.models import Agreement, AgreementEvent, AgreementVersion
from tests import builders

pytestmark = pytest.mark.django_db


def signed(agreement=None, **fields) -> AgreementVersion:
    """A version that everybody has signed, and nobody put in force yet."""
    agreement = agreement or builders.agreement(state="draft", starts_on=None)
    fields.setdefault("starts_on", date(2026, 1, 1))
    kind = fields.setdefault("kind", "initial")
    if kind == "initial":
        AgreementVersion.objects.filter(agreement=agreement).delete()
    else:
        fields.setdefault("number", 1)
    Agreement.objects.filter(pk=agreement.pk, shared_at=None).update(shared_at="2025-12-01T00:00Z")
    return builders.agreement_version(agreement, stage="signed", shared_at="2025-12-01T00:00Z", **fields)


def refused(code, **arguments):
    act = activate_agreement if "version" in arguments else end_agreement
    with pytest.raises(Conflict) as refusal:
        act(by=builders.staff(), **arguments)
    assert refusal.value.code == code


def test_a_signed_version_is_put_in_force_for_the_period_it_says():
    version = activate_agreement(version=signed(ends_on=date(2027, 12, 31)), by=builders.staff())
    agreement = Agreement.objects.get()
    assert (version.stage, version.runs_from, version.runs_until) == ("active", date(2026, 1, 1), date(2027, 12, 31))
    assert (agreement.state, agreement.starts_on, agreement.ends_on) == (
        "active",
        version.runs_from,
        date(2027, 12, 31),
    )
    assert [event.kind for event in AgreementEvent.objects.all()] == ["activated"]


def test_what_cannot_be_put_in_force_is_a_conflict():
    refused("not_signed", version=builders.agreement(state="draft").versions.get())
    refused("no_start", version=signed(starts_on=None))


def test_an_amendment_ends_the_period_before_it_on_its_eve():
    agreement = builders.agreement(starts_on=date(2025, 1, 1), ends_on=date(2026, 12, 31))
    amendment = signed(agreement, kind="amendment", starts_on=date(2026, 3, 1), ends_on=date(2027, 6, 30))
    activate_agreement(version=amendment, by=builders.staff())
    agreement.refresh_from_db()
    periods = list(agreement.versions.order_by("number").values_list("runs_from", "runs_until"))
    assert periods == [(date(2025, 1, 1), date(2026, 2, 28)), (date(2026, 3, 1), date(2027, 6, 30))]
    assert (agreement.starts_on, agreement.ends_on) == (date(2025, 1, 1), date(2027, 6, 30))


@pytest.mark.parametrize(("day", "version"), [(date(2026, 2, 28), 0), (date(2026, 3, 1), 1), (date(2027, 7, 1), None)])
def test_the_version_in_force_follows_from_the_day_alone(day, version):
    agreement = builders.agreement(starts_on=date(2025, 1, 1), ends_on=date(2026, 2, 28))
    builders.agreement_version(
        agreement, runs=True, kind="amendment", number=1, starts_on=date(2026, 3, 1), ends_on=date(2027, 6, 30)
    )
    assert AgreementVersion.objects.in_force(day).values_list("number", flat=True).first() == version


def test_an_amendment_that_would_leave_no_day_to_what_runs_overlaps():
    agreement = builders.agreement(starts_on=date(2025, 1, 1))
    refused("overlap", version=signed(agreement, kind="amendment", starts_on=date(2025, 1, 1)))


def test_a_renewal_that_begins_before_the_term_overlaps_and_nothing_changes():
    agreement = builders.agreement(starts_on=date(2025, 1, 1), ends_on=date(2026, 12, 31))
    renewal = signed(agreement, kind="renewal", starts_on=date(2026, 12, 31), ends_on=date(2027, 12, 31))
    refused("overlap", version=renewal)
    renewal.refresh_from_db()
    assert (renewal.stage, Agreement.objects.get().ends_on) == ("signed", date(2026, 12, 31))


def overlap():
    agreement = builders.agreement(starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))
    builders.agreement_version(agreement, runs=True, kind="renewal", number=1, starts_on=date(2025, 12, 31))


def test_the_database_refuses_two_periods_of_one_agreement_on_one_day():
    with pytest.raises(IntegrityError, match="agreement_periods_apart"), transaction.atomic():
        overlap()


def test_control_without_the_constraint_they_overlap():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE partners_agreementversion DROP CONSTRAINT agreement_periods_apart")
    overlap()
    assert AgreementVersion.objects.in_force(date(2025, 12, 31)).count() == 2


def test_two_agreements_of_one_organisation_run_at_the_same_time():
    lead = builders.organisation()
    for _ in range(2):
        builders.agreement(lead)
    assert Agreement.objects.in_force(date(2026, 1, 1)).count() == 2


@time_machine.travel("2026-03-01 10:00:00Z")
@pytest.mark.parametrize(
    ("agreed", "kept"),
    [(None, date(2026, 3, 1)), (date(2026, 12, 31), date(2026, 3, 1)), (date(2026, 2, 1), date(2026, 2, 1))],
)
def test_an_ended_agreement_keeps_its_last_day(agreed, kept):
    agreement = builders.agreement(ends_on=agreed)
    agreement = end_agreement(agreement=agreement, by=builders.staff(), motive="D’un commun accord.")
    version = agreement.versions.get()
    assert (agreement.state, agreement.ends_on, version.runs_until) == ("ended", kept, kept)
    assert [(event.kind, event.motive) for event in agreement.events.all()] == [("ended", "D’un commun accord.")]


@time_machine.travel("2026-03-01 10:00:00Z")
def test_the_end_drops_what_was_prepared_and_what_was_to_come():
    agreement = builders.agreement(ends_on=date(2026, 12, 31))
    builders.agreement_version(agreement, runs=True, kind="renewal", number=1, starts_on=date(2027, 1, 1))
    builders.agreement_version(agreement, kind="amendment", number=2)
    agreement.refresh_from_db()
    end_agreement(agreement=agreement, by=builders.staff(), motive="Fin.")
    assert [version.stage for version in agreement.versions.order_by("number")] == ["active", "dropped", "dropped"]
    assert Agreement.objects.get().ends_on == date(2026, 3, 1)


@time_machine.travel("2026-03-01 10:00:00Z")
def test_what_cannot_be_ended_is_a_conflict():
    refused("not_active", agreement=builders.agreement(state="ended"), motive="Fin.")
    refused("future_end", agreement=builders.agreement(), motive="Fin.", on=date(2026, 3, 2))
    refused("before_start", agreement=builders.agreement(), motive="Fin.", on=date(2024, 12, 31))


def test_a_delegate_of_another_region_ends_nothing():
    agreement = builders.agreement(builders.organisation(commune=builders.commune()))
    elsewhere = builders.staff(regions=[builders.region("11", "Île-de-France", slug="idf")])
    with pytest.raises(PermissionDenied):
        end_agreement(agreement=agreement, by=elsewhere, motive="Fin.")


@pytest.mark.parametrize("change", [{"text": "Autre."}, {"amount_cents": 1}, {"ends_on": date(2030, 1, 1)}])
def test_what_was_signed_cannot_be_rewritten(change):
    signed()
    with pytest.raises(IntegrityError, match="not allowed"), transaction.atomic():
        AgreementVersion.objects.update(**change)
