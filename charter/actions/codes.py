"""The typed code that proves presence: worthless late, so it is sent at once and never through the outbox."""

import secrets
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from alliance.lib.errors import Conflict, Throttled
from alliance.lib.smtp import Reply, refusal
from charter import mails
from charter.models import CharterVersion, Signature, SigningCode
from charter.models.evidence import Fact, Kind, note_all
from partners.models import Organisation, User

Act = SigningCode.Act
LIFETIME = timedelta(minutes=10)
MAX_TRIES = 5
MAX_CODES = 6
CODES_WINDOW = timedelta(hours=1)


class PostDown(Exception):
    """The code could not be handed to the post: HTTP 503. Nothing was changed."""


def send_signing_code(
    *,
    organisation: Organisation,
    version: CharterVersion,
    user: User,
    session: str,
    act: Act = Act.SIGN,
    at: datetime | None = None,
) -> SigningCode:
    """Send a code that holds for this act, person, organisation, version and browser session only.

    Raises Conflict "already_signed" or, to withdraw, "not_signatory"; Throttled after six codes in an hour; PostDown,
    and the former code still holds.
    """
    at = at or timezone.now()
    signed = Signature.objects.answering(version).filter(organisation=organisation).exists()
    if signed and act == Act.SIGN:
        raise Conflict("Cette organisation a déjà signé cette version.", code="already_signed")
    if not signed and act == Act.WITHDRAW:
        raise Conflict("Cette signature a déjà été retirée.", code="not_signatory")
    code = f"{secrets.randbelow(10**6):06}"
    with transaction.atomic():
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
        recent = SigningCode.objects.filter(user=user, sent_at__gt=at - CODES_WINDOW).order_by("-sent_at")
        if len(sent := list(recent.values_list("sent_at", flat=True))) >= MAX_CODES:
            raise Throttled(int((sent[MAX_CODES - 1] + CODES_WINDOW - at).total_seconds()) + 1)
        kept = SigningCode.objects.create(
            act=act,
            user=user,
            organisation=organisation,
            version=version,
            session_digest=session_digest(session),
            code_hash=_code_hash(code, act, user, organisation, version, session),
            sent_at=at,
            expires_at=at + LIFETIME,
        )
    try:
        reply = mails.send_code(user, organisation, version, code, act)
    except OSError as error:
        kept.delete()
        _note(Kind.CODE_FAILED, kept, at, refusal(error))
        raise PostDown from error
    _note(Kind.CODE_SENT, kept, at, reply)
    return kept


def _note(kind: Kind, code: SigningCode, at: datetime, reply: Reply | None = None, **details) -> None:
    """In a transaction of its own: whatever becomes of the act, this happened."""
    details |= {"act": str(code.act), "session": code.session_digest}
    if reply:
        details |= {"code": reply.code, "reply": reply.text or "(sans texte)"}
    fact = Fact(kind, code.user, at=at, details=details)
    with transaction.atomic():
        note_all(organisation=code.organisation, version=code.version, facts=[fact])


def waiting_code(
    *,
    organisation: Organisation,
    version: CharterVersion,
    user: User,
    session: str,
    at: datetime,
    act: Act = Act.SIGN,
) -> SigningCode | None:
    """The last code sent for this act in this session, when it can still be typed."""
    code = _last_code(act, organisation, version, user, session)
    if code is None or code.used_at or code.expires_at <= at or code.tries >= MAX_TRIES:
        return None
    return code


def code_elsewhere(
    *, organisation: Organisation, version: CharterVersion, user: User, session: str, at: datetime, act: Act = Act.SIGN
) -> SigningCode | None:
    """A code that still holds, but in another session of this person: to say so to who signed in again since."""
    codes = SigningCode.objects.select_related("user", "organisation", "version").filter(
        act=act, user=user, organisation=organisation, version=version, used_at=None, expires_at__gt=at
    )
    return codes.exclude(session_digest=session_digest(session)).order_by("-sent_at", "-pk").first()


def check_code(
    *,
    organisation: Organisation,
    version: CharterVersion,
    user: User,
    session: str,
    code: str,
    at: datetime,
    act: Act = Act.SIGN,
) -> SigningCode:
    """The row of a rightly typed code. A wrong one costs a try, whatever becomes of the caller's act: call it first.

    Raises ValidationError "no_code", "used_code", "expired_code", "too_many_tries", "wrong_code".
    """
    with transaction.atomic():
        kept = _last_code(act, organisation, version, user, session, lock=True)
        problem = _problem(kept, at)
        if problem is None and not constant_time_compare(
            kept.code_hash, _code_hash(code.strip(), act, user, organisation, version, session)
        ):
            kept.tries += 1
            kept.save(update_fields=["tries"])
            problem = _wrong(MAX_TRIES - kept.tries)
            _note(Kind.CODE_WRONG, kept, at, tries_left=MAX_TRIES - kept.tries)
    if problem:
        raise problem
    return kept


def _problem(code: SigningCode | None, at: datetime) -> ValidationError | None:
    if code is None:
        return ValidationError("Demandez d’abord un code.", code="no_code")
    if code.used_at:
        return ValidationError("Ce code a déjà servi : demandez-en un autre.", code="used_code")
    if code.expires_at <= at:
        return ValidationError("Ce code a plus de dix minutes : demandez-en un autre.", code="expired_code")
    if code.tries >= MAX_TRIES:
        return ValidationError("Cinq essais manqués : demandez un autre code.", code="too_many_tries")
    return None


def _wrong(left: int) -> ValidationError:
    if not left:
        return ValidationError("Cinq essais manqués : demandez un autre code.", code="too_many_tries")
    tries = "un essai" if left == 1 else f"{left} essais"
    return ValidationError(f"Ce code n’est pas le bon. Il vous reste {tries}.", code="wrong_code")


def _last_code(act, organisation, version, user, session: str, *, lock: bool = False) -> SigningCode | None:
    codes = SigningCode.objects.select_related("user", "organisation", "version").filter(
        act=act, user=user, organisation=organisation, version=version, session_digest=session_digest(session)
    )
    return (codes.select_for_update(of=("self",)) if lock else codes).order_by("-sent_at", "-pk").first()


def session_digest(session: str) -> str:
    """What is kept of a browser session, to bind a code or a challenge to it."""
    return _digest("session", session)


def _digest(purpose: str, value: str) -> str:
    return salted_hmac(f"charter.{purpose}", value, algorithm="sha256").hexdigest()


def _code_hash(code: str, act: str, user, organisation, version, session: str) -> str:
    return _digest("code", f"{code}|{act}|{user.pk}|{organisation.pk}|{version.pk}|{session}")
