"""The dossier de preuve as a paper: the evidence told in French prose, with the document itself attached.

It is drawn when somebody asks for it, sealed when the key is there, and says so when it is not.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from alliance.lib.pdf import render
from alliance.proof import journal, keys, seal, timestamps
from charter import evidence, papers, pdf
from charter.models import Signature
from charter.models.evidence import Kind
from charter.models.paper import SEALED, SEALED_AND_STAMPED, UNSEALED

TEMPLATE = "pdf/charter/dossier.typ"
REASON = "Dossier de preuve d’une signature de la charte"
SEAL_WORDS = {
    ("pending", "pending"): UNSEALED,
    ("sealed", "pending"): SEALED,
    ("sealed", "stamped"): SEALED_AND_STAMPED,
}
LEAVES = {
    "signed": "signature",
    "sealed": "scellement de l’attestation",
    "timestamped": "horodatage de l’attestation",
    "countersigned": "contresignature",
    "refused": "refus de contresigner",
    "withdrawn": "retrait",
    "contested": "contestation du mandat",
    "superseded": "remplacement par une signature plus récente",
    "carried_over": "report sur une version éditoriale",
    "evidence_read": "lecture du dossier de preuve",
}


def file_name(signature: Signature) -> str:
    return f"dossier-de-preuve-{signature.code}.pdf"


def dossier(signature: Signature, *, at: datetime | None = None) -> bytes:
    """The file, sealed and stamped as far as can be now. Raises Conflict "no_evidence"."""
    at = at or timezone.now()
    document = evidence.document(signature)
    try:
        loaded = seal.load(at)
    except seal.SealUnavailable as error:
        papers.alarm(error, papers.waiting())
        return drawn(signature, document)
    with transaction.atomic():
        keys.announce_seal(loaded)
    try:
        return _sealed(signature, document, loaded, timestamps.Authority())
    except timestamps.TimestampUnavailable:
        return _sealed(signature, document, loaded, None)


def _sealed(signature, document, loaded: seal.SealKey, authority: timestamps.Authority | None) -> bytes:
    words = {"seal_name": loaded.name, "seal_fingerprint": loaded.fingerprint, "stamped": bool(authority)}
    return seal.seal(drawn(signature, document, words), loaded, reason=REASON, authority=authority)


def drawn(signature: Signature, document: evidence.Document, words: dict | None = None) -> bytes:
    """Not sealed yet; the same bytes for the same document."""
    at = max(signature.last_fact_at, *(_moment(event["at"]) for event in document["events"]))
    return render(TEMPLATE, facts(signature, document, words), at=at.replace(microsecond=0))


def facts(signature: Signature, document: evidence.Document, words: dict | None = None) -> dict:
    """What the paper says, ready for the template. ``words`` as ``pdf.facts`` takes them."""
    states = (document["attestation"]["seal"]["state"], document["attestation"]["time"]["state"])
    return pdf.facts(signature, words) | {
        "schema": document["schema"],
        "nature": document["nature"],
        "evidence": journal.canonical(document),
        "entered_by": document["mandate"]["entered_by"]["name"],
        "verified_by": document["mandate"]["verified_by"]["name"],
        "consent_digest": document["consent"]["digest"],
        "level": document["identification"]["words"],
        "session": document["identification"]["session"]["words"],
        "seal_words": SEAL_WORDS[states].capitalize() + ".",
        "events": [_event(event, signature) for event in document["events"]],
        "leaves": [_leaf(leaf) for leaf in document["journal"]],
    }


def _leaf(leaf: evidence.Document) -> dict:
    kind, at = LEAVES.get(leaf["kind"], leaf["kind"]), pdf.exact_moment(_moment(leaf["recorded_at"]))
    return {"position": leaf["position"], "words": f"{kind}, le {at}", "hash": leaf["leaf_hash"]}


def _event(event: evidence.Document, signature: Signature) -> dict:
    """``own``: the act itself, told in another colour."""
    return {
        "number": event["position"] + 1,
        "at": pdf.exact_moment(_moment(event["at"])),
        "words": event["words"],
        "before": event["before"],
        "after": event["after"],
        "own": event["kind"] == Kind.SIGNED and event.get("signature") == signature.code,
    }


def _moment(instant: str) -> datetime:
    return datetime.fromisoformat(instant)
