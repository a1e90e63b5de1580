"""The attestation as a file that lasts: sealed, stamped, kept, one revision for each fact.

Nobody waits for it: an act stands without seal or time, and its paper says what is missing.
"""

import hashlib
import logging
from datetime import datetime

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from alliance.proof import cms, journal, keys, seal, timestamps, trust
from charter import pdf
from charter.models import Signature
from charter.models.evidence import Fact, Kind, note_all
from charter.models.paper import Paper, unsealed

ONCE_SECONDS = 86_400
REASON = "Attestation de signature de la charte"
log = logging.getLogger("alliance.charter")


def waiting() -> int:
    """How many signatures wait for their seal."""
    return unsealed(Signature.objects.all()).count()


def read(signature: Signature) -> bytes:
    """The sealed file of the day, or the paper drawn now, which says that its seal is awaited."""
    paper = Paper.objects.current(signature)
    return paper.read() if paper else pdf.attestation(signature)


def is_time_trusted(paper: Paper) -> bool:
    """Whether the authority of its time leads to TSA_ROOTS; without roots, or without the file, nobody says so."""
    try:
        token = seal.examine(paper.read()).token
        return bool(token and token.trusted)
    except (OSError, cms.Untrue, trust.Unreadable):
        return False


def seal_now(signature_id: int, *, patient: bool = False, at: datetime | None = None) -> bool:
    """Issue the sealed paper that is due for a signature, stamped when the authority answers. False when none is due.

    A key that is missing, wrong or expired raises SealUnavailable; a missing time does not: the paper says so.
    Nothing is held while it is drawn; the row is locked to keep it.
    """
    at = at or timezone.now()
    signature = Signature.objects.select_related("organisation", "version", "signer", "mandate").get(pk=signature_id)
    if Paper.objects.current(signature):
        return False
    loaded = seal.load(at)
    try:
        content = _sealed(signature, loaded, timestamps.Authority(patient=patient))
    except timestamps.TimestampUnavailable:
        content = _sealed(signature, loaded, None)
    return _keep(signature, content, loaded, at, instead_of=None)


def stamp_now(paper_id: int, *, at: datetime | None = None) -> bool:
    """A new revision of a paper that has no time yet, sealed and stamped. False when another came first.

    Raises TimestampUnavailable, SealUnavailable.
    """
    at = at or timezone.now()
    paper = Paper.objects.select_related("signature").get(pk=paper_id)
    signature = Signature.objects.select_related("organisation", "version", "signer", "mandate").get(
        pk=paper.signature_id
    )
    if Paper.objects.current(signature) != paper or paper.stamped_at:
        return False
    loaded = seal.load(at)
    content = _sealed(signature, loaded, timestamps.Authority(patient=True))
    return _keep(signature, content, loaded, at, instead_of=paper)


def _sealed(signature: Signature, loaded: seal.SealKey, authority: timestamps.Authority | None) -> bytes:
    words = {"seal_name": loaded.name, "seal_fingerprint": loaded.fingerprint, "stamped": bool(authority)}
    return seal.seal(pdf.attestation(signature, seal=words), loaded, reason=REASON, authority=authority)


def _keep(
    signature: Signature, content: bytes, loaded: seal.SealKey, at: datetime, *, instead_of: Paper | None
) -> bool:
    """Concurrent calls queue on the signature's row; whoever comes second throws its work away."""
    found, digest = seal.examine(content), hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        chosen = Signature.objects.select_related("organisation", "version")
        locked = chosen.select_for_update(of=("self",), no_key=True).get(pk=signature.pk)
        if locked.last_fact_at != signature.last_fact_at or Paper.objects.current(locked) != instead_of:
            return False
        last = Paper.objects.filter(signature=locked).order_by("revision").last()
        paper = Paper(
            signature=locked,
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
        _note(paper)
        keys.announce_seal(loaded)
        _record(paper)
    return True


def _note(paper: Paper) -> None:
    signature, about = paper.signature, {"revision": paper.revision, "digest": paper.digest}
    sealed = about | {"certificate": paper.seal_name, "certificate_digest": paper.seal_fingerprint}
    facts = [Fact(Kind.SEALED, None, signature, paper.sealed_at, details=sealed)]
    if paper.stamped_at:
        stamped = about | {"gen_time": journal.instant(paper.stamped_at), "authority": paper.authority}
        facts.append(Fact(Kind.TIMESTAMPED, None, signature, details=stamped))
    note_all(organisation=signature.organisation, version=signature.version, facts=facts)


def _record(paper: Paper) -> None:
    facts = {"revision": paper.revision, "digest": paper.digest}
    journal.append(
        kind="sealed",
        subject=paper.signature.code,
        facts=facts | {"seal": paper.seal_fingerprint, "sealed_at": journal.instant(paper.sealed_at)},
    )
    if paper.stamped_at:
        journal.append(
            kind="timestamped",
            subject=paper.signature.code,
            facts=facts | {"gen_time": journal.instant(paper.stamped_at), "authority": paper.authority},
        )


def alarm(error: seal.SealUnavailable, count: int) -> None:
    """An error in the logs once a day for each cause, however many papers wait."""
    if cache.add(f"charter.papers.alarm.{error.code}", True, ONCE_SECONDS):
        log.error("seal: nothing is sealed: %s", error, extra={"code": error.code, "waiting": count})
