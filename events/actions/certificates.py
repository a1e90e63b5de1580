"""Certify that somebody was there; take it back when it turns out that they were not."""

from datetime import datetime
from functools import partial

from django.db import transaction

from alliance import outbox
from alliance.lib.errors import Conflict
from alliance.proof import journal
from events.models import Certificate, Convention, Registration


def certify_attendance(*, registration: Registration, at: datetime) -> Certificate:
    """Their certificate, the one that they have or a new one; whoever comes second gets that of the first.

    Raises Conflict "not_over", "not_present", "withdrawn". Their letter leaves with the sealed paper.
    """
    with transaction.atomic():
        rows = Registration.objects.with_entry().select_related("convention", "attendee__organisation")
        held = rows.select_for_update(of=("self",), no_key=True).get(pk=registration.pk)
        certificate = Certificate.objects.filter(registration=held).first()
        if certificate and certificate.withdrawn_at:
            raise Conflict("Cette attestation a été retirée : écrivez à l’équipe.", code="withdrawn")
        if held.convention.ends_at > at or held.convention.state != Convention.State.PUBLISHED:
            raise Conflict("L’attestation se délivre après la rencontre.", code="not_over")
        if held.entered_at is None:
            raise Conflict("Aucune entrée n’est enregistrée à ce nom.", code="not_present")
        return certificate or _issue(held, at)


def _issue(registration: Registration, at: datetime) -> Certificate:
    convention, attendee = registration.convention, registration.attendee
    certificate = Certificate.objects.create(
        registration=registration, arrived_at=min(registration.entered_at, at), issued_at=at
    )
    outbox.owe("events.send_certificate", certificate.pk)
    personal = {"attendee_name": attendee.name}
    if organisation := attendee.organisation.name if attendee.organisation else attendee.affiliation:
        personal["organisation_name"] = organisation
    journal.append(
        kind="attendance_certified",
        subject=certificate.code,
        facts={"convention": str(convention.public_id), "issued_at": journal.instant(at)},
        personal=personal,
    )
    return certificate


def certify_everyone(*, convention: Convention, at: datetime) -> int:
    """Owe a certificate to everyone who came and has none; how many. Done twice, it gives each the same one.

    One by one, since each waits for the journal: nobody who signs meanwhile waits for five hundred. Raises "not_over".
    """
    if convention.ends_at > at or convention.state != Convention.State.PUBLISHED:
        raise Conflict("L’attestation se délivre après la rencontre.", code="not_over")
    due = Registration.objects.filter(convention=convention, certificate__isnull=True).present().order_by("pk")
    with transaction.atomic():
        people = list(due.values_list("pk", flat=True))
        for pk in people:
            outbox.owe("events.certify_attendance", pk)
    return len(people)


def withdraw_certificate(*, certificate: Certificate, because: str, at: datetime) -> Certificate:
    """It stays verifiable, as withdrawn. Raises Conflict "already_withdrawn"; ValidationError without a motive."""
    with transaction.atomic():
        held = Certificate.objects.select_for_update(no_key=True).get(pk=certificate.pk)
        if held.withdrawn_at:
            raise Conflict("Cette attestation est déjà retirée.", code="already_withdrawn")
        held.withdrawn_at, held.withdrawn_because = at, because.strip()
        held.full_clean(exclude=["registration"])
        held.save(update_fields=["withdrawn_at", "withdrawn_because"])
        outbox.owe("events.send_certificate_withdrawn", held.pk)
        facts = {"withdrawn_at": journal.instant(at)}
        journal.append(kind="attendance_withdrawn", subject=held.code, facts=facts)
    return held


def forget_names(attendees) -> None:
    """Of these people, who want to be forgotten: names leave the journal, sealed files the storage once committed.

    Codes and digests stay: whoever was given a paper may still verify it.
    """
    for certificate in Certificate.objects.filter(registration__attendee__in=attendees).prefetch_related("papers"):
        journal.erase(subject=certificate.code)
        for paper in certificate.papers.all():
            transaction.on_commit(partial(paper.file.storage.delete, paper.file.name))
