"""The marker of what waits for its seal says exactly what signatures and sealed papers say, whoever writes first."""

from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Thread

import pytest
from django.db import connection, connections, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Greatest

from charter.models import Paper, Signature, Unsealed
from charter.models.paper import FACTS, unsealed
from events.models import Certificate, CertificatePaper, UnsealedCertificate
from tests import builders
from tests.events import coming

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NUMBERS = count(1)


def paper(signature: Signature, facts_at: datetime, revision: int = 1) -> Paper:
    return Paper.objects.create(signature=signature, revision=revision, facts_at=facts_at, **sealed())


def sealed() -> dict:
    words = {"seal_name": "Essai", "seal_fingerprint": "0" * 64, "sealed_at": NOON + 90 * HOUR}
    return words | {"file": "attestations/x", "digest": f"{next(NUMBERS):064d}"}


def told_by_reading_all() -> list[Signature]:
    """What the marker stands for."""
    told = Paper.objects.filter(signature=OuterRef("pk"), facts_at=OuterRef("last_fact"))
    return list(Signature.objects.annotate(last_fact=Greatest(*FACTS)).filter(~Exists(told)).order_by("pk"))


def check(*expected: Signature) -> None:
    assert list(unsealed(Signature.objects.all())) == told_by_reading_all() == list(expected)


def signed(**fields) -> Signature:
    given = {"signed_at": NOON, "countersigned": False} | fields
    return builders.signature(builders.organisation(), **given)


@pytest.mark.django_db
def test_each_fact_marks_its_signature_and_its_paper_unmarks_it():
    first, other = signed(), signed()
    check(first, other)
    paper(first, NOON)
    check(other)
    for number, fact in enumerate(("contested_at", "withdrawn_at"), 2):
        Signature.objects.filter(pk=first.pk).update(**{fact: NOON + number * HOUR})
        check(first, other)
        paper(first, NOON + number * HOUR, number)
        check(other)


@pytest.mark.django_db
def test_a_paper_that_tells_an_earlier_fact_does_not_unmark():
    signature = signed(contested_at=NOON + HOUR)
    paper(signature, NOON)
    check(signature)
    paper(signature, NOON + HOUR, 2)
    check()


@pytest.mark.django_db
def test_a_contest_that_is_lifted_goes_back_to_the_paper_of_before():
    signature = signed()
    paper(signature, NOON)
    Signature.objects.update(contested_at=NOON + HOUR)
    check(signature)
    Signature.objects.update(contested_at=None)
    check()


@pytest.mark.django_db
def test_what_is_not_a_fact_changes_no_marker():
    first, other = signed(), signed()
    paper(first, NOON)
    Signature.objects.update(motive="Relue")
    check(other)
    assert Unsealed.objects.count() == 1


@pytest.mark.django_db
def test_those_of_a_perimeter_are_those_of_its_signatures():
    here, elsewhere = signed(), signed()
    assert list(unsealed(Signature.objects.filter(pk=here.pk))) == [here]
    assert unsealed(Signature.objects.filter(pk=elsewhere.pk)).get().last_fact == NOON


@pytest.mark.django_db
def test_the_marker_of_a_certificate_follows_its_withdrawal_and_its_papers():
    registration = coming.present(coming.gone_by(title="Convention d’essai"), name="Ana", email="ana@test.invalid")
    row = Certificate.objects.create(registration=registration, arrived_at=NOON, issued_at=NOON)
    assert list(Certificate.objects.unsealed()) == [row]
    CertificatePaper.objects.create(certificate=row, revision=1, facts_at=NOON, **sealed())
    assert list(Certificate.objects.unsealed()) == []
    Certificate.objects.update(withdrawn_at=NOON + HOUR, withdrawn_because="Erreur de badge")
    assert [each.last_fact for each in Certificate.objects.unsealed()] == [NOON + HOUR]
    CertificatePaper.objects.create(certificate=row, revision=2, facts_at=NOON + HOUR, **sealed())
    assert UnsealedCertificate.objects.count() == 0


def beside_a_fact_being_written(signature: Signature) -> None:
    """A paper of the fact before is added while a new one is not yet committed."""

    def rival():
        try:
            paper(signature, NOON)
        finally:
            connections.close_all()

    thread = Thread(target=rival)
    with transaction.atomic():
        Signature.objects.filter(pk=signature.pk).update(contested_at=NOON + HOUR)
        thread.start()
        thread.join(0.2)
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.django_db(transaction=True)
def test_a_paper_added_beside_a_new_fact_does_not_unmark_it():
    signature = signed()
    beside_a_fact_being_written(signature)
    check(signature)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_of_the_paper_the_new_fact_would_be_forgotten():
    signature = signed()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('charter_paper_seals'::regproc)")
        locked = cursor.fetchone()[0]
        cursor.execute(locked.replace("FOR NO KEY UPDATE", ""))
    try:
        beside_a_fact_being_written(signature)
        assert (list(unsealed(Signature.objects.all())), told_by_reading_all()) == ([], [signature])
    finally:
        with connection.cursor() as cursor:
            cursor.execute(locked)
