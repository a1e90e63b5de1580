"""Presence proven by an access key: the act's id is reserved, the key signs what the act will say, the answer is kept.

PostgreSQL is all it needs: neither post, nor broker, nor seal, nor authority.
"""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import rfc8785
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from alliance.lib import passkeys
from alliance.lib.codes import new_code
from alliance.lib.errors import Conflict, Throttled
from charter.actions.codes import LIFETIME, session_digest
from charter.models import PasskeyChallenge, Signature, SigningCode, consent_text, withdrawal_text
from charter.models.challenge import challenge_of
from partners.models import Organisation, User

BY_PASSKEY = "passkey"
Act = SigningCode.Act
MAX_CHALLENGES = 30
CHALLENGES_WINDOW = timedelta(hours=1)
WITHDRAWN = "Cette signature a déjà été retirée."
REFUSALS = {
    "no_key": "Vous n’avez pas de clé d’accès sur ce portail : demandez un code par courriel.",
    "other_act": "Cette réponse a été demandée pour un autre acte, ou dans une autre session : recommencez ici.",
    "used_challenge": "Cette réponse a déjà servi : recommencez.",
    "expired_challenge": "Plus de dix minutes sont passées depuis la demande : recommencez.",
    "changed_act": "Ce que vous signez vient de changer : relisez la page, puis recommencez.",
}


@dataclass(frozen=True)
class Approval:
    """A right answer, to be kept with the act that it approves."""

    challenge: PasskeyChallenge
    credential_id: str
    sign_count: int
    assertion: dict[str, str]

    def require(self, document_digest: str, consent: str) -> None:
        """Raises ValidationError "changed_act" when the key approved another document or consent than these."""
        if challenge_of(document_digest, consent, self.challenge.act_id).hex() != self.challenge.challenge:
            raise _refused("changed_act")

    def use(self, at: datetime) -> None:
        """Raises ValidationError "used_challenge"."""
        unused = PasskeyChallenge.objects.filter(pk=self.challenge.pk, used_at=None)
        if not unused.update(used_at=at, credential_id=self.credential_id, sign_count=self.sign_count):
            raise _refused("used_challenge")


def reserve_challenge(
    *,
    organisation: Organisation,
    version,
    user: User,
    session: str,
    act: Act = Act.SIGN,
    at: datetime | None = None,
) -> PasskeyChallenge:
    """Reserve the id of the act to come and what a key must sign for it, for ten minutes.

    Raises Conflict "already_signed" or, to withdraw, "not_signatory"; ValidationError "no_key"; Throttled after thirty
    in an hour.
    """
    at = at or timezone.now()
    digest, consent = said(act, organisation, version)
    if not passkeys.keys_of(user):
        raise _refused("no_key")
    act_id = new_code() if act == Act.SIGN else str(uuid.uuid4())
    with transaction.atomic():
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
        recent = PasskeyChallenge.objects.filter(user=user, reserved_at__gt=at - CHALLENGES_WINDOW)
        if len(found := list(recent.order_by("-reserved_at").values_list("reserved_at", flat=True))) >= MAX_CHALLENGES:
            raise Throttled(int((found[MAX_CHALLENGES - 1] + CHALLENGES_WINDOW - at).total_seconds()) + 1)
        return PasskeyChallenge.objects.create(
            act=act,
            act_id=act_id,
            user=user,
            organisation=organisation,
            version=version,
            session_digest=session_digest(session),
            challenge=challenge_of(digest, consent, act_id).hex(),
            reserved_at=at,
            expires_at=at + LIFETIME,
        )


def said(act: Act, organisation: Organisation, version) -> tuple[str, str]:
    """The digest of the document and the consent, as the act would keep them now. Raises Conflict as above."""
    answering = Signature.objects.answering(version).filter(organisation=organisation)
    signed = answering.exists()
    if signed and act == Act.SIGN:
        raise Conflict("Cette organisation a déjà signé cette version.", code="already_signed")
    if not signed and act == Act.WITHDRAW:
        raise Conflict(WITHDRAWN, code="not_signatory")
    if act == Act.SIGN:
        return version.digest, consent_text(organisation, version)
    live = Signature.objects.live().filter(organisation=organisation).select_related("version")
    newest_first = list(live.order_by("-signed_at", "-pk"))
    labels = [signature.version.label for signature in newest_first]
    return newest_first[0].document_digest, withdrawal_text(organisation, labels)


def check_answer(
    *,
    organisation: Organisation,
    version,
    user: User,
    session: str,
    credential: object,
    at: datetime,
    act: Act = Act.SIGN,
) -> Approval:
    """The approval of ``user`` for this very act, asked in this session less than ten minutes ago.

    Raises ValidationError "other_act", "used_challenge", "expired_challenge", "changed_act", and those of
    ``alliance.lib.passkeys``.
    """
    answer = passkeys.read(credential)
    challenge = PasskeyChallenge.objects.filter(challenge=answer.challenge.hex()).first()
    if challenge is None:
        raise passkeys.refused("wrong_challenge")
    bound = (act, user.pk, organisation.pk, version.pk, session_digest(session))
    if bound != (
        challenge.act, challenge.user_id, challenge.organisation_id, challenge.version_id, challenge.session_digest
    ):  # fmt: skip
        raise _refused("other_act")
    if challenge.used_at:
        raise _refused("used_challenge")
    if challenge.expires_at <= at:
        raise _refused("expired_challenge")
    expected = challenge_of(*said(act, organisation, version), challenge.act_id)
    if expected != answer.challenge:
        raise _refused("changed_act")
    key = passkeys.check(answer, expected, passkeys.keys_of(user))
    passkeys.check_count(answer, last_count(user, key))
    credential_id = passkeys.encoded(key.credential_id)
    return Approval(challenge, credential_id, answer.sign_count, passkeys.kept(answer, key))


def last_count(user: User, key: passkeys.Key) -> int:
    """The highest that this key has told us, when it was added or in an act since."""
    used = PasskeyChallenge.objects.filter(user=user, credential_id=passkeys.encoded(key.credential_id))
    return max(key.first_count, used.order_by("-sign_count").values_list("sign_count", flat=True).first() or 0)


def assertion_digest(assertion: dict[str, str]) -> str:
    """SHA-256 of its canonical JSON, in hexadecimal: what the journal says of it."""
    return hashlib.sha256(rfc8785.dumps(assertion)).hexdigest()


def _refused(code: str) -> ValidationError:
    return ValidationError(REFUSALS[code], code=code)
