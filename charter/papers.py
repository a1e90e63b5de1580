"""The attestation as a file that lasts: sealed, stamped, kept, one revision for each fact.

Nobody waits for it: an act stands without seal or time, and its paper says what is missing.
"""

import logging

from alliance.proof import cms, issue, journal, seal, trust
from charter import pdf
from charter.models import Signature
from charter.models.evidence import Fact, Kind, note_all
from charter.models.paper import Paper, unsealed

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


def whole(signature_id: int) -> Signature:
    """With what its paper says."""
    return Signature.objects.select_related("organisation", "version", "signer", "mandate").get(pk=signature_id)


def _locked(signature_id: int) -> Signature:
    chosen = Signature.objects.select_related("organisation", "version")
    return chosen.select_for_update(of=("self",), no_key=True).get(pk=signature_id)


def _draw(signature: Signature, seal_words: dict) -> bytes:
    return pdf.attestation(signature, seal=seal_words)


def _note(paper: Paper) -> None:
    signature, about = paper.signature, {"revision": paper.revision, "digest": paper.digest}
    sealed = about | {"certificate": paper.seal_name, "certificate_digest": paper.seal_fingerprint}
    facts = [Fact(Kind.SEALED, None, signature, paper.sealed_at, details=sealed)]
    if paper.stamped_at:
        stamped = about | {"gen_time": journal.instant(paper.stamped_at), "authority": paper.authority}
        facts.append(Fact(Kind.TIMESTAMPED, None, signature, details=stamped))
    note_all(organisation=signature.organisation, version=signature.version, facts=facts)


def alarm(error: seal.SealUnavailable, count: int) -> None:
    """An error in the logs once a day for each cause, however many papers wait."""
    issue.alarm(log, "charter.papers", error, count)


SERIES = issue.Series(
    papers=Paper,
    of="signature",
    reason="Attestation de signature de la charte",
    whole=whole,
    locked=_locked,
    draw=_draw,
    note=_note,
)
seal_now, stamp_now = SERIES.seal_now, SERIES.stamp_now
