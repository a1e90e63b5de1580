"""The certificate of attendance as a paper: drawn, sealed as attestations are, kept, one revision for each fact."""

import hashlib
import logging
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from alliance.lib import french, pdf
from alliance.proof import journal, keys, seal, timestamps
from alliance.proof.models import JournalEntry
from events.models import Certificate, CertificatePaper

ONCE_SECONDS = 86_400
REASON = "Attestation de présence"
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


def seal_now(certificate_id: int, *, at: datetime | None = None) -> bool:
    """Issue the sealed paper that is due, stamped when the authority answers. False when none is due.

    A key that is missing, wrong or expired raises SealUnavailable; a missing time does not: the paper says so.
    """
    at = at or timezone.now()
    certificate = whole(certificate_id)
    if CertificatePaper.objects.current(certificate):
        return False
    loaded = seal.load(at)
    try:
        content = _sealed(certificate, loaded, timestamps.Authority(patient=False))
    except timestamps.TimestampUnavailable:
        content = _sealed(certificate, loaded, None)
    return _keep(certificate, content, loaded, at, instead_of=None)


def stamp_now(paper_id: int, *, at: datetime | None = None) -> bool:
    """A new revision of a paper that has no time yet. False when another came first.

    Raises TimestampUnavailable, SealUnavailable.
    """
    at = at or timezone.now()
    paper = CertificatePaper.objects.get(pk=paper_id)
    certificate = whole(paper.certificate_id)
    if CertificatePaper.objects.current(certificate) != paper or paper.stamped_at:
        return False
    loaded = seal.load(at)
    return _keep(
        certificate, _sealed(certificate, loaded, timestamps.Authority(patient=True)), loaded, at, instead_of=paper
    )


def _sealed(certificate: Certificate, loaded: seal.SealKey, authority: timestamps.Authority | None) -> bytes:
    words = {"seal_name": loaded.name, "seal_fingerprint": loaded.fingerprint, "stamped": bool(authority)}
    return seal.seal(draw(certificate, words), loaded, reason=REASON, authority=authority)


def _keep(certificate, content: bytes, loaded: seal.SealKey, at: datetime, *, instead_of) -> bool:
    """Concurrent calls queue on the certificate's row; whoever comes second throws its work away."""
    found, digest = seal.examine(content), hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        locked = Certificate.objects.select_for_update(no_key=True).get(pk=certificate.pk)
        moved = locked.last_fact_at != certificate.last_fact_at
        if moved or CertificatePaper.objects.current(locked) != instead_of:
            return False
        last = CertificatePaper.objects.last_of(locked)
        paper = CertificatePaper(
            certificate=locked,
            revision=last.revision + 1 if last else 1,
            facts_at=locked.last_fact_at,
            digest=digest,
            sealed_at=at,
            seal_name=found.name[:200],
            seal_fingerprint=found.fingerprint,
            stamped_at=found.stamped_at,
            authority=found.authority[:200],
        )
        paper.file.save(digest, ContentFile(content), save=False)
        paper.save()
        keys.announce_seal(loaded)
        _record(paper)
    return True


def _record(paper: CertificatePaper) -> None:
    told = {"revision": paper.revision, "digest": paper.digest}
    sealed = told | {"seal": paper.seal_fingerprint, "sealed_at": journal.instant(paper.sealed_at)}
    journal.append(kind="sealed", subject=paper.certificate.code, facts=sealed)
    if paper.stamped_at:
        stamped = told | {"gen_time": journal.instant(paper.stamped_at), "authority": paper.authority}
        journal.append(kind="timestamped", subject=paper.certificate.code, facts=stamped)


def alarm(error: seal.SealUnavailable, count: int) -> None:
    """An error in the logs once a day for each cause, however many papers wait."""
    if cache.add(f"events.certificates.alarm.{error.code}", True, ONCE_SECONDS):
        log.error("seal: nothing is sealed: %s", error, extra={"code": error.code, "waiting": count})
