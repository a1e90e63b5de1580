"""The certificate of attendance as a paper: drawn, sealed as attestations are, kept, one revision for each fact."""

import logging

from django.conf import settings
from django.urls import reverse

from alliance.lib import french, pdf
from alliance.proof import issue, seal
from alliance.proof.models import JournalEntry
from events.models import Certificate, CertificatePaper

UNSEALED = {"seal_name": "", "seal_fingerprint": "", "stamped": False}
log = logging.getLogger("alliance.events")


def whole(certificate_id: int) -> Certificate:
    """With what its paper says."""
    related = ("registration__convention", "registration__attendee__organisation")
    return Certificate.objects.select_related(*related).get(pk=certificate_id)


def file_name(certificate: Certificate) -> str:
    return f"presence-{certificate.code}.pdf"


def verify_url(certificate: Certificate) -> str:
    return f"{settings.SITE_URL}{reverse('charter:verify_code', args=[certificate.code])}"


def facts(certificate: Certificate, seal_words: dict = UNSEALED) -> dict:
    """What the paper says, ready for the template. ``seal_words``: what it says of the seal that it is to receive."""
    convention, attendee = certificate.registration.convention, certificate.registration.attendee
    leaf = JournalEntry.objects.filter(subject=certificate.code, kind="attendance_certified").first()
    url = verify_url(certificate)
    return {
        "code": certificate.code,
        "url": url,
        "qr": pdf.qr_svg(url),
        "name": attendee.name,
        "organisation": attendee.organisation.name if attendee.organisation else attendee.affiliation,
        "convention": convention.title,
        "kind": convention.get_kind_display(),
        "when": convention.when,
        "place": ", ".join(filter(None, [convention.place, convention.address])),
        "issued": french.long_date(certificate.issued_at),
        "withdrawn": french.long_date(certificate.withdrawn_at) if certificate.withdrawn_at else "",
        "leaf": leaf.position if leaf else None,
        "leaf_digest": bytes(leaf.leaf_hash).hex() if leaf else "",
        "demo": convention.is_demo,
    } | seal_words


def draw(certificate: Certificate, seal_words: dict = UNSEALED) -> bytes:
    """The PDF, not sealed yet."""
    at = certificate.last_fact_at.replace(microsecond=0)
    return pdf.render("pdf/events/certificate.typ", facts(certificate, seal_words), at=at)


def read(certificate: Certificate) -> bytes:
    """The sealed file of the day, or the paper drawn now, which says that its seal is awaited."""
    paper = CertificatePaper.objects.current(certificate)
    try:
        return paper.read() if paper else draw(certificate)
    except FileNotFoundError:  # erased with the name that it bore
        return draw(certificate)


def _locked(certificate_id: int) -> Certificate:
    return Certificate.objects.select_for_update(no_key=True).get(pk=certificate_id)


def alarm(error: seal.SealUnavailable, count: int) -> None:
    """An error in the logs once a day for each cause, however many papers wait."""
    issue.alarm(log, "events.certificates", error, count)


SERIES = issue.Series(
    papers=CertificatePaper,
    of="certificate",
    reason="Attestation de présence",
    whole=whole,
    locked=_locked,
    draw=draw,
)
seal_now, stamp_now = SERIES.seal_now, SERIES.stamp_now
