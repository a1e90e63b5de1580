"""Completing sealed attestations for the long term: the state of their certificates and a later time over all.

A copy is made beside the attestation, whose file stays as it was handed out (decision 16).
"""

import hashlib
import logging
from datetime import datetime

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from alliance.proof import archive, journal, revocation, seal, timestamps, trust
from charter.models import Archive, Paper

log = logging.getLogger("alliance.charter")


def archive_now(paper_id: int, *, at: datetime | None = None) -> bool:
    """Make the next archive copy of a stamped paper. False when another came first, or when it would gain nothing.

    Raises RevocationUnavailable, TimestampUnavailable. Nothing is held while others are asked.
    """
    at = at or timezone.now()
    paper = Paper.objects.get(pk=paper_id)
    last = _last(paper)
    former = (last or paper).read()
    evidence = _missing(seal.examine(former), at)
    authority = timestamps.Authority(patient=True)
    try:
        content = archive.write(former, evidence, authority.room(), lambda digest: authority.stamp(digest).der)
    except archive.Malformed as error:
        raise timestamps.TimestampUnavailable(f"The copy could not be stamped: {error}.", code="wrong") from error
    found = seal.examine(content).last_token
    if last and found.certificate.not_valid_after_utc <= last.ends_at:
        return False
    return _keep(paper, last, content, found)


def _last(paper: Paper) -> Archive | None:
    return Archive.objects.filter(paper=paper).order_by("number").last()


def _missing(found: seal.Sealed, at: datetime) -> archive.Evidence:
    """What is not in the file yet: of the seal and its time first, later of the last time over all."""
    known = archive.Evidence()
    for _, evidence in found.archives:
        known = known.with_more(evidence)
    tokens = [found.last_token] if found.archives else [found.token]
    leaves = [each.certificate for each in tokens]
    others = [*found.others, *(other for each in tokens for other in each.others), *_known(at)]
    if not found.archives:
        leaves.insert(0, found.certificate)
    return revocation.evidence(leaves, others, at).without(known)


def _known(at: datetime) -> list:
    """Issuers that the files name without carrying them: those in SEAL_P12 and TSA_ROOTS."""
    try:
        known = list(trust.roots(settings.TSA_ROOTS))
    except trust.Unreadable as error:
        raise revocation.RevocationUnavailable("TSA_ROOTS cannot be read.", code="incomplete") from error
    try:
        return known + list(seal.load(at).chain)
    except seal.SealUnavailable:
        return known


def _keep(paper: Paper, last: Archive | None, content: bytes, token: timestamps.Token) -> bool:
    """Concurrent calls queue on the paper's row; whoever comes second throws its work away."""
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        locked = Paper.objects.select_for_update(of=("self",), no_key=True).select_related("signature").get(pk=paper.pk)
        if _last(locked) != last:
            return False
        copy = Archive(
            paper=locked,
            number=last.number + 1 if last else 1,
            digest=digest,
            archived_at=token.gen_time,
            authority=seal.name_of(token.certificate)[:200],
            ends_at=token.certificate.not_valid_after_utc,
        )
        copy.file.save(digest, ContentFile(content), save=False)
        copy.save()
        journal.append(
            kind="archived",
            subject=locked.signature.code,
            facts={
                "revision": locked.revision,
                "number": copy.number,
                "paper": locked.digest,
                "digest": digest,
                "gen_time": journal.instant(copy.archived_at),
                "authority": copy.authority,
            },
        )
    return True


def alarm(error: revocation.RevocationUnavailable | timestamps.TimestampUnavailable, count: int) -> None:
    """A revoked certificate is a matter for people; the rest waits for a service, or is as it must be."""
    level = {"revoked": logging.ERROR, "none": logging.INFO}.get(error.code, logging.WARNING)
    log.log(level, "archive: not completed: %s", error, extra={"code": error.code, "waiting": count})
