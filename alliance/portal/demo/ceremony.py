"""What a signatory of the demonstration did on the page before signing, so that each dossier de preuve is whole."""

from datetime import datetime, timedelta

from alliance.portal.demo import keys
from alliance.proof import journal
from charter.actions.codes import LIFETIME, session_digest
from charter.actions.passkeys import Approval
from charter.models import CharterVersion, SigningCode
from charter.models.evidence import Fact, Kind, note_all
from partners.models import Organisation, User

OPENED, READ, SENT = timedelta(minutes=12), timedelta(minutes=11), timedelta(minutes=2)


def lived(organisation: Organisation, version: CharterVersion, person: User, at: datetime) -> SigningCode | Approval:
    """The session opened, the text displayed; then presence: the answer of an access key, or a code asked for before.

    No letter really left.
    """
    digest = session_digest(f"demonstration {organisation.pk} {version.pk} {journal.instant(at)}")
    session, sent_at = {"session": digest}, at - SENT
    with_key = keys.has_key(at)
    opened = session | {"methods": ["passkey" if with_key else "code"]}
    shown = session | {"digest": version.digest, "marked": True}
    facts = [
        Fact(Kind.AUTHENTICATED, person, at=at - OPENED, details=opened),
        Fact(Kind.OPENED, person, at=at - READ, details=session),
        Fact(Kind.DISPLAYED, person, at=at - READ, details=shown),
    ]
    if not with_key:
        facts.append(Fact(Kind.CODE_SENT, person, at=sent_at, details=session | {"act": "sign"}))
    note_all(organisation=organisation, version=version, facts=facts)
    if with_key:
        return keys.approval(organisation, version, person, at, digest)
    return SigningCode.objects.create(
        user=person,
        organisation=organisation,
        version=version,
        session_digest=digest,
        code_hash=digest,
        sent_at=sent_at,
        expires_at=sent_at + LIFETIME,
    )
