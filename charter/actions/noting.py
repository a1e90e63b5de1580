"""What the acts write in the chain of evidence. Always before their leaf: a chain is locked first, the journal last."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from alliance import outbox
from alliance.proof import journal
from charter.actions.codes import session_digest
from charter.actions.passkeys import Approval, assertion_digest
from charter.models import CharterVersion, EvidenceEvent, Mandate, Signature, SigningCode, Withdrawal
from charter.models.evidence import Fact, Kind, hold, note_all, subject_version
from partners.models import Organisation, User


def owe_letter(
    work: str, *args, letter: str, to: User, signature: Signature | None = None, at=None, due_at=None
) -> Fact:
    """Owe the letter, and the event that says so, to be noted by the caller."""
    outbox.owe(work, *args, due_at=due_at)
    due = {"due_at": journal.instant(due_at)} if due_at else {}
    return Fact(Kind.MAIL_QUEUED, to, signature, at, details={"letter": letter} | due)


def note_signed(signature: Signature, presence: SigningCode | Approval | None, letter: Fact) -> str:
    """The digest that the leaf of the signature bears: the head of its chain when it was signed."""
    signer, at = signature.signer, signature.signed_at
    facts = [
        *presence_facts(presence, signature, signer, at),
        Fact(Kind.CONSENTED, signer, signature, at, details=consent_details("sign", signature.consent_text)),
        Fact(Kind.SIGNED, signer, signature, at, details=power_details(signature)),
        letter,
    ]
    events = note_all(organisation=signature.organisation, version=signature.version, facts=facts)
    return events[-2].after


def note_withdrawn(
    signatures: Iterable[Signature], withdrawal: Withdrawal, presence: SigningCode | Approval | None, letter: Fact
) -> dict[int, str]:
    """In the chain of each signature that ends; ``{signature id: head when it was withdrawn}``."""
    signer, at, heads = withdrawal.signer, withdrawal.signed_at, {}
    for signature in sorted(signatures, key=lambda each: each.version_id):
        details = power_details(withdrawal) | {"withdrawal": str(withdrawal.public_id)}
        private = {"motive": withdrawal.motive} if withdrawal.motive else {}
        facts = [
            *presence_facts(presence, signature, signer, at),
            Fact(Kind.CONSENTED, signer, signature, at, details=consent_details("withdraw", withdrawal.consent_text)),
            Fact(Kind.WITHDRAWN, signer, signature, at, private, details),
            Fact(letter.kind, letter.person, signature, letter.at, details=letter.details),
        ]
        events = note_all(organisation=signature.organisation, version=signature.version, facts=facts)
        heads[signature.pk] = events[-2].after
    return heads


def presence_facts(presence: SigningCode | Approval | None, signature: Signature, signer: User, at) -> list[Fact]:
    if presence is None:
        return []
    if isinstance(presence, Approval):
        details = {
            "act": str(presence.challenge.act),
            "challenge": presence.challenge.challenge,
            "assertion_digest": assertion_digest(presence.assertion),
            "session": presence.challenge.session_digest,
        }
        return [Fact(Kind.PASSKEY_VERIFIED, signer, signature, at, details=details)]
    details = {
        "act": str(presence.act),
        "sent_at": journal.instant(presence.sent_at),
        "wrong_tries": presence.tries,
        "session": presence.session_digest,
    }
    return [Fact(Kind.CODE_VERIFIED, signer, signature, at, details=details)]


def consent_details(act: str, text: str) -> dict[str, str]:
    return {"act": act, "consent_digest": hashlib.sha256(text.encode()).hexdigest()}


def power_details(act: Signature | Withdrawal) -> dict[str, str]:
    return {"mandate": str(act.mandate.public_id), "mandate_kind": act.mandate.kind, "proof_level": act.proof_level}


def note_mandate(
    kind: str, mandate: Mandate, by: User, at, *, letter: Fact | None = None, signatures: Iterable[Signature] = ()
) -> None:
    """In the chains of ``signatures``, or else in that of the version which the mandate is about, if there is any."""
    details = {"mandate": str(mandate.public_id), "mandate_kind": mandate.kind}
    if mandate.document_digest:
        details["document_digest"] = mandate.document_digest
    private = {"holder": str(mandate.person)} | ({"motive": mandate.motive} if mandate.motive else {})
    for version, signature in _chains(mandate, at, signatures):
        facts = [Fact(kind, by, signature, at, private, details)]
        facts += [Fact(letter.kind, letter.person, signature, letter.at, details=letter.details)] if letter else []
        note_all(organisation=mandate.organisation, version=version, facts=facts)


def _chains(mandate: Mandate, at, signatures: Iterable[Signature]) -> list[tuple[CharterVersion, Signature | None]]:
    found = sorted(signatures, key=lambda each: each.version_id)
    if found:
        return [(signature.version, signature) for signature in found]
    version = subject_version(timezone.localdate(at))
    return [(version, None)] if version else []


def note_opening(
    *,
    organisation: Organisation,
    version: CharterVersion,
    person: User,
    session: str,
    marked: bool,
    opened_at: datetime | None = None,
    methods: Iterable[str] = (),
) -> None:
    """The page to sign was shown to a person, once for a browser session and a version.

    ``opened_at``, ``methods``: when and how the session was opened, if that is known.
    """
    session = session_digest(session)
    displayed = EvidenceEvent.objects.of_chain(organisation, version).filter(
        kind=Kind.DISPLAYED, details__session=session
    )
    if displayed.exists():
        return
    facts = []
    if opened_at and methods:
        recognised = {"session": session, "methods": list(methods)}
        facts.append(Fact(Kind.AUTHENTICATED, person, at=opened_at, details=recognised))
    facts.append(Fact(Kind.OPENED, person, details={"session": session}))
    shown = {"session": session, "digest": version.digest, "marked": marked}
    facts.append(Fact(Kind.DISPLAYED, person, details=shown))
    with transaction.atomic():
        hold(organisation, version)
        if not displayed.exists():  # two tabs at once
            note_all(organisation=organisation, version=version, facts=facts)
