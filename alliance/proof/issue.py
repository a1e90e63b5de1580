"""How a sealed paper is issued: drawn, sealed, stamped when the authority answers, kept as a revision, journaled.

Nobody waits for it: an act stands without seal or time, and its paper says what is missing.
"""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.utils import timezone

from alliance.proof import journal, keys, seal, timestamps

ONCE_SECONDS = 86_400


@dataclass(frozen=True, kw_only=True)
class Series:
    """One sort of paper, of rows that have a ``code`` and a ``last_fact_at``.

    ``papers``: the model of its revisions, with ``objects.current(row)``; ``of``: its foreign key to the row that a
    paper tells. ``whole(pk)``: that row with what the paper says, ``locked(pk)``: the same, held until the transaction
    ends. ``draw(row, seal_words)``: the PDF. ``note(paper)``: what the room writes beside it, in its transaction.
    """

    papers: type[models.Model]
    of: str
    reason: str
    whole: Callable
    locked: Callable
    draw: Callable
    note: Callable = lambda paper: None

    def seal_now(self, pk: int, *, patient: bool = False, at: datetime | None = None) -> bool:
        """Issue the sealed paper that is due, stamped when the authority answers. False when none is due.

        A key that is missing, wrong or expired raises SealUnavailable; a missing time does not: the paper says so.
        Nothing is held while it is drawn; the row is locked to keep it.
        """
        at, row = at or timezone.now(), self.whole(pk)
        if self.papers.objects.current(row):
            return False
        loaded = seal.load(at)
        try:
            content = self._sealed(row, loaded, timestamps.Authority(patient=patient))
        except timestamps.TimestampUnavailable:
            content = self._sealed(row, loaded, None)
        return self._keep(row, content, loaded, at, instead_of=None)

    def stamp_now(self, paper_id: int, *, at: datetime | None = None) -> bool:
        """A new revision of a paper that has no time yet, sealed and stamped. False when another came first.

        Raises TimestampUnavailable, SealUnavailable.
        """
        at, paper = at or timezone.now(), self.papers.objects.get(pk=paper_id)
        row = self.whole(getattr(paper, f"{self.of}_id"))
        if self.papers.objects.current(row) != paper or paper.stamped_at:
            return False
        loaded = seal.load(at)
        content = self._sealed(row, loaded, timestamps.Authority(patient=True))
        return self._keep(row, content, loaded, at, instead_of=paper)

    def _sealed(self, row, loaded: seal.SealKey, authority: timestamps.Authority | None) -> bytes:
        words = {"seal_name": loaded.name, "seal_fingerprint": loaded.fingerprint, "stamped": bool(authority)}
        return seal.seal(self.draw(row, words), loaded, reason=self.reason, authority=authority)

    def _keep(self, row, content: bytes, loaded: seal.SealKey, at: datetime, *, instead_of) -> bool:
        """Concurrent calls queue on the row; whoever comes second throws its work away."""
        found, digest = seal.examine(content), hashlib.sha256(content).hexdigest()
        with transaction.atomic():
            locked = self.locked(row.pk)
            if locked.last_fact_at != row.last_fact_at or self.papers.objects.current(locked) != instead_of:
                return False
            last = self.papers.objects.filter(**{self.of: locked}).order_by("revision").last()
            paper = self.papers(
                **{self.of: locked},
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
            self.note(paper)
            keys.announce_seal(loaded)
            _record(paper, locked.code)
        return True


def _record(paper, code: str) -> None:
    told = {"revision": paper.revision, "digest": paper.digest}
    sealed = told | {"seal": paper.seal_fingerprint, "sealed_at": journal.instant(paper.sealed_at)}
    journal.append(kind="sealed", subject=code, facts=sealed)
    if paper.stamped_at:
        stamped = told | {"gen_time": journal.instant(paper.stamped_at), "authority": paper.authority}
        journal.append(kind="timestamped", subject=code, facts=stamped)


def alarm(log: logging.Logger, name: str, error: seal.SealUnavailable, waiting: int) -> None:
    """An error in the logs once a day for each cause, however many papers wait. ``name``: whose papers they are."""
    if cache.add(f"{name}.alarm.{error.code}", True, ONCE_SECONDS):
        log.error("seal: nothing is sealed: %s", error, extra={"code": error.code, "waiting": waiting})
