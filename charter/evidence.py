"""The evidence of one signature as one document, ``alliance-evidence/1`` (docs/evidence.md): for those who may read it.

Every field is there and filled for every signature: what has not happened yet is said in words, never left empty.
"""

import hashlib
from datetime import datetime

import rfc8785

from alliance.lib.errors import Conflict
from alliance.proof import journal
from alliance.proof.models import Clear, JournalEntry
from charter import pdf, prose
from charter.models import CarriedOver, EvidenceEvent, Mandate, Paper, Signature
from charter.models.evidence import Kind
from charter.models.paper import UNSEALED

SCHEMA = "alliance-evidence/1"
NO_EVIDENCE = "Cette signature n’a pas d’événements de preuve."
UNSTAMPED = "horodatage en attente"
NATURE = (
    "Signature électronique simple, accompagnée de ce dossier : il dit comment elle a été recueillie, et ne prouve pas "
    "l’identité civile du signataire."
)
LEVELS = {
    "code": "Compte nominatif, rattaché à l’organisation ; adresse électronique prouvée au moment de signer par un "
    "code à usage unique ; pouvoir vérifié par un agent de La Poste.",
    "passkey": "Compte nominatif, rattaché à l’organisation ; présence prouvée au moment de signer par une clé d’accès "
    "enregistrée sur ce compte, déverrouillée par la personne ; pouvoir vérifié par un agent de La Poste.",
}
type Document = dict[str, "str | int | bool | list | Document"]


def document(signature: Signature) -> Document:
    """Everything that is known of how ``signature`` came to be and what became of it, as JSON without a float.

    Raises Conflict "no_evidence" for a signature that was never noted.
    """
    chosen = Signature.objects.select_related(
        "organisation", "version", "signer", "mandate__person", "mandate__entered_by", "mandate__verified_by",
        "countersigned_by", "refused_by", "withdrawal",
    )  # fmt: skip
    signature = chosen.get(pk=signature.pk)
    events = list(
        EvidenceEvent.objects.of_chain(signature.organisation, signature.version).select_related(
            "organisation", "version", "signature"
        )
    )
    leaves = list(JournalEntry.objects.filter(subject=signature.code).order_by("position"))
    return {
        "schema": SCHEMA,
        "nature": NATURE,
        "signature": _signature(signature),
        "signer": {
            "name": signature.signer_name,
            "email": _of_that_day(signature.code, "signed", "signer_email") or signature.signer.email,
            "job_title": signature.signer_job_title,
        },
        "organisation": _organisation(signature),
        "document": _text(signature),
        "consent": {"text": signature.consent_text, "digest": _digest(signature.consent_text)},
        "mandate": _mandate(signature.mandate),
        "identification": _identification(signature, events),
        "presence": _presence(signature, events),
        "attestation": _attestation(signature),
        "life": _life(signature, events),
        "events": [_event(event) for event in events],
        "chain": _chain(signature, events),
        "journal": [_leaf(entry) for entry in leaves],
    }


def canonical(signature: Signature) -> bytes:
    """The document as RFC 8785 writes it: one form, byte for byte."""
    return rfc8785.dumps(document(signature))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _signature(signature: Signature) -> Document:
    return {
        "code": signature.code,
        "signed_at": journal.instant(signature.signed_at),
        "state": signature.state,
        "state_words": pdf.STATES[signature.state],
        "state_since": journal.instant(signature.last_fact_at),
        "proof_level": signature.proof_level,
        "demonstration": signature.is_demo,
        "verify_url": pdf.verify_url(signature),
    }


def _organisation(signature: Signature) -> Document:
    """``identifier``: its SIREN, or the portal's own where it has none."""
    public_id = str(signature.organisation.public_id)
    siren = signature.organisation_siren
    identifier = {"kind": "siren", "value": siren} if siren else {"kind": "public_id", "value": public_id}
    return {"public_id": public_id, "name": signature.organisation_name, "identifier": identifier}


def _text(signature: Signature) -> Document:
    version = signature.version
    return {
        "title": version.title,
        "version": version.label,
        "kind": version.kind,
        "effective_on": version.effective_on.isoformat(),
        "digest": signature.document_digest,
        "placeholder": version.is_placeholder,
    }


def _mandate(mandate: Mandate) -> Document:
    ends = {"kind": "none", "words": "sans date de fin"}
    if mandate.ends_on:
        ends = {"kind": "date", "on": mandate.ends_on.isoformat()}
    paper = {"kind": "none", "words": "aucune pièce n’est jointe"}
    known = _of_that_day(str(mandate.public_id), "mandate_verified", "holder_email")
    if mandate.document_digest:
        paper = {"kind": "file", "type": mandate.document_type, "digest": mandate.document_digest}
    return {
        "public_id": str(mandate.public_id),
        "kind": mandate.kind,
        "kind_words": mandate.get_kind_display(),
        "state": mandate.state,
        "holder": _person(mandate.person) | ({"email": known} if known else {}),
        "job_title": mandate.job_title,
        "starts_on": mandate.starts_on.isoformat(),
        "ends": ends,
        "paper": paper,
        "entered_by": _person(mandate.entered_by),
        "entered_at": journal.instant(mandate.entered_at),
        "verified_by": _person(mandate.verified_by),
        "verified_at": journal.instant(mandate.verified_at),
    }


def _of_that_day(subject: str, kind: str, name: str) -> str:
    """What the journal committed to, as long as it was not erased: a person's address may have changed since."""
    clear = Clear.objects.filter(entry__subject=subject, entry__kind=kind, name=name).first()
    return clear.value if clear else ""


def _person(person) -> Document:
    return {"name": str(person), "email": person.email}


def _identification(signature: Signature, events: list[EvidenceEvent]) -> Document:
    """What was known of the person: the level reached, and how the session had been opened."""
    own = [e for e in events if e.kind == Kind.AUTHENTICATED and e.person_id == signature.signer_id]
    opened = next((e for e in reversed(own) if e.at <= signature.signed_at), None)
    session = {"kind": "unrecorded", "words": "la façon dont la session a été ouverte n’a pas été notée"}
    if opened:
        session = {
            "kind": "recorded",
            "opened_at": journal.instant(opened.at),
            "methods": opened.details["methods"],
            "words": prose.methods(opened),
        }
    return {
        "level": signature.proof_level,
        "words": LEVELS.get(signature.proof_level, signature.proof_level),
        "session": session,
    }


def _presence(signature: Signature, events: list[EvidenceEvent]) -> Document:
    """The fresh proof that the person was there: the event that told it, and the key's own answer when it was a key."""
    told = (Kind.CODE_VERIFIED, Kind.PASSKEY_VERIFIED)
    proven = [e for e in events if e.kind in told and e.signature_id == signature.pk and e.details["act"] == "sign"]
    event = {"kind": "unrecorded", "words": "présence affirmée par le registre, sans événement"}
    if proven:
        event = {"kind": "recorded", "position": proven[-1].position, "digest": proven[-1].after}
    words = pdf.HOW.get(signature.proof_level, signature.proof_level)
    presence = {"level": signature.proof_level, "words": words, "event": event}
    return presence | ({"assertion": signature.assertion} if signature.assertion else {})


def _attestation(signature: Signature) -> Document:
    """Its seal and its time: those of the file that tells the last fact."""
    paper = Paper.objects.current(signature)
    if paper is None:
        return {
            "seal": {"state": "pending", "words": UNSEALED},
            "time": {"state": "pending", "words": UNSTAMPED},
        }
    sealed = {
        "state": "sealed",
        "revision": paper.revision,
        "file_digest": paper.digest,
        "sealed_at": journal.instant(paper.sealed_at),
        "certificate": paper.seal_name,
        "certificate_digest": paper.seal_fingerprint,
    }
    time = {"state": "pending", "words": UNSTAMPED}
    if paper.stamped_at:
        time = {"state": "stamped", "at": journal.instant(paper.stamped_at), "authority": paper.authority}
    return {"seal": sealed, "time": time}


def _life(signature: Signature, events: list[EvidenceEvent]) -> list[Document]:
    """The dated facts of the signature, oldest first; it begins with the signature itself."""
    motive = {"motive": signature.motive} if signature.motive else {}
    dated: list[tuple[str, datetime | None, Document]] = [
        ("signed", signature.signed_at, {"by": signature.signer_name}),
        ("countersigned", signature.countersigned_at, {"by": str(signature.countersigned_by)}),
        ("refused", signature.refused_at, {"by": str(signature.refused_by)} | motive),
        ("contested", signature.contested_at, {"motive": signature.mandate.motive}),
    ]
    if signature.withdrawal:
        why = {"motive": signature.withdrawal.motive} if signature.withdrawal.motive else {}
        words = {"consent": signature.withdrawal.consent_text}
        dated.append(("withdrawn", signature.withdrawn_at, {"by": signature.withdrawal.signer_name} | words | why))
    elif signature.withdrawn_at:
        dated.append(("withdrawn", signature.withdrawn_at, {}))
    for carried in CarriedOver.objects.filter(signature=signature).select_related("version"):
        dated.append(("carried_over", carried.carried_at, {"to": carried.version.label}))
    ended = [event for event in events if event.kind == Kind.SUPERSEDED and event.signature_id == signature.pk]
    dated += [("superseded", event.at, {"by_signature": event.details["by"]}) for event in ended]
    happened = sorted((each for each in dated if each[1]), key=lambda each: each[1])
    return [{"fact": fact, "at": journal.instant(at)} | told for fact, at, told in happened]


def _event(event: EvidenceEvent) -> Document:
    """All that its digest covers, and beside it: the digest (``after``), who, and the sentence (``words``)."""
    return event.hashed() | {"after": event.after, "who": _who(event), "words": prose.sentence(event)}


def _who(event: EvidenceEvent) -> Document:
    if not event.commitment:
        return {"kind": "portal"}
    if event.private is None:
        return {"kind": "erased"}
    return {"kind": "person", "clear": event.private, "salt": bytes(event.salt).hex()}


def _chain(signature: Signature, events: list[EvidenceEvent]) -> Document:
    signed = next((e for e in events if e.kind == Kind.SIGNED and e.signature_id == signature.pk), None)
    if signed is None:
        raise Conflict(NO_EVIDENCE, code="no_evidence")
    return {"length": len(events), "head_at_signing": signed.after, "head": events[-1].after}


def _leaf(entry: JournalEntry) -> Document:
    return {
        "position": entry.position,
        "kind": entry.kind,
        "recorded_at": journal.instant(entry.recorded_at),
        "leaf": entry.leaf,
        "leaf_hash": bytes(entry.leaf_hash).hex(),
    }
