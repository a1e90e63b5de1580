"""An editorial version carries standing signatures over, recorded as such; a substantive one does not."""

import json
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.proof.models import JournalEntry
from charter.actions import (
    countersign,
    invite_to_sign,
    propose_version,
    publish_version,
    record_signature,
    record_withdrawal,
    send_signing_code,
)
from charter.models import CarriedOver, Signature, signatory_filter, signatory_state
from partners.models import Organisation
from tests import builders
from tests.charter.signing import SESSION, html_of

pytestmark = pytest.mark.django_db


def publish(label: str, kind="editorial", effective_on=None):
    draft = builders.charter_version(
        label, published=False, kind=kind, effective_on=effective_on or date(int(label[:4]), 1, 1)
    )
    return publish_version(version=propose_version(version=draft, by=builders.staff()), by=builders.staff())


@pytest.fixture
def signed(case) -> Signature:
    return builders.signature(case.organisation, case.version, signer=case.signer, mandate=case.mandate)


def carried() -> list[tuple[str, str]]:
    return list(CarriedOver.objects.order_by("pk").values_list("signature__code", "version__label"))


def states(version) -> dict[str, str]:
    return dict(Signature.objects.with_standing(version).values_list("code", "standing_state"))


def test_an_editorial_version_carries_what_stands_and_nothing_else(case, signed):
    for change in (
        {"countersigned": False},
        {"contested_at": timezone.now()},
        {"withdrawn_at": timezone.now()},
    ):
        builders.signature(version=case.version, **change)
    version = publish("2021")
    assert carried() == [(signed.code, "2021")]
    leaf = json.loads(JournalEntry.objects.get(kind="carried_over").leaf)
    assert leaf["subject"] == signed.code
    assert (leaf["facts"]["version"], leaf["facts"]["digest"]) == ("2021", version.digest)


def test_a_substantive_version_carries_nothing(case, signed):
    version = publish("2021", kind="substantive")
    assert carried() == []
    assert states(version) == {signed.code: "superseded"}
    assert list(Signature.objects.current(version)) == []


def test_who_is_carried_over_is_a_current_signatory(case, signed):
    version = publish("2021")
    assert list(Signature.objects.current(version)) == [signed]
    assert states(version) == {signed.code: "standing"}
    assert Organisation.objects.annotate(signatory=signatory_state(version)).get().signatory == "current"
    assert list(Organisation.objects.filter(signatory_filter("current", version))) == [case.organisation]
    assert not Organisation.objects.filter(signatory_filter("former", version)).exists()


def test_two_editorial_versions_in_a_row_carry_and_a_substantive_one_stops(case, signed):
    first, second = publish("2021"), publish("2022")
    assert carried() == [(signed.code, "2021"), (signed.code, "2022")]
    stop, after = publish("2023", kind="substantive"), publish("2024")
    assert carried() == [(signed.code, "2021"), (signed.code, "2022")]
    expected = [(first, "standing"), (second, "standing"), (stop, "superseded"), (after, "superseded")]
    assert [(version, states(version)[signed.code]) for version, _ in expected] == expected


def test_a_signature_countersigned_after_the_publication_is_carried_then(case):
    pending = builders.signature(
        case.organisation, case.version, signer=case.signer, mandate=case.mandate, countersigned=False
    )
    publish("2021")
    publish("2022")
    publish("2023", kind="substantive")
    assert carried() == []
    countersign(signature=pending, by=builders.staff())
    assert carried() == [(pending.code, "2021"), (pending.code, "2022")]
    assert list(JournalEntry.objects.filter(subject=pending.code).values_list("kind", flat=True)) == [
        "countersigned",
        "carried_over",
        "carried_over",
    ]


def test_leaving_ends_what_was_carried_over(case, signed):
    version = publish("2021")
    record_withdrawal(
        organisation=case.organisation, signer=case.signer, mandate=case.mandate, proof_level="code", at=timezone.now()
    )
    assert states(version) == {signed.code: "withdrawn"}
    assert list(Signature.objects.current(version)) == []
    assert len(carried()) == 1


def test_who_is_carried_over_is_not_asked_to_sign_again(case, signed, signer):
    version = publish("2021")
    act = {"organisation": case.organisation, "version": version}
    for ask in (
        lambda: record_signature(
            **act, signer=case.signer, mandate=case.mandate, proof_level="code", at=timezone.now()
        ),
        lambda: send_signing_code(**act, user=case.signer, session=SESSION),
        lambda: invite_to_sign(**act, by=builders.staff()),
    ):
        with pytest.raises(Conflict) as refusal:
            ask()
        assert refusal.value.code == "already_signed"
    html = html_of(signer.get("/espace/reseau-d-essai/signer/"))
    assert "Votre signature de la version 2020 est reportée sur la version 2021" in html
    assert "Signer la charte, version" not in html_of(signer.get("/espace/"))


def test_the_verification_names_the_versions_that_it_counts_for(client, case, signed):
    publish("2021")
    html = client.get(f"/verifier/{signed.code}/").content.decode()
    assert "Cette signature est valable" in html
    assert "sur la version 2021, éditoriale" in html


@pytest.mark.parametrize("kind", ["substantive", "editorial"])
def test_the_database_itself_refuses_to_carry_what_may_not_be(case, kind):
    """The negative control: whatever writes the row."""
    pending = builders.signature(case.organisation, case.version, countersigned=False)
    standing = builders.signature(version=case.version)
    version = builders.charter_version("2021", kind=kind, effective_on=date(2021, 1, 1))
    wrong = standing if kind == "substantive" else pending
    with pytest.raises(IntegrityError, match="Seule une signature contresignée"), transaction.atomic():
        builders.carried_over(wrong, version)
    if kind == "editorial":
        row = builders.carried_over(standing, version)
        for change in (
            lambda: CarriedOver.objects.update(carried_at=timezone.now() - timedelta(days=1)),
            row.delete,
        ):
            with pytest.raises(IntegrityError, match="ne change pas"), transaction.atomic():
                change()


@pytest.mark.parametrize("rows", [1, 3])
def test_states_cost_one_query_whatever_the_number(case, rows, django_assert_num_queries):
    for _ in range(rows):
        builders.signature(version=case.version)
    version = publish("2021")
    with django_assert_num_queries(1):
        assert set(states(version).values()) == {"standing"}
    with django_assert_num_queries(1):
        list(Organisation.objects.annotate(signatory=signatory_state(version)))
