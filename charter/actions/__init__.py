"""What happens to the charter. Each verb owns its transaction; see the module it comes from."""

from charter.actions.codes import PostDown, send_signing_code
from charter.actions.decide import countersign, refuse_signature
from charter.actions.evidence import read_evidence
from charter.actions.mandates import contest_mandate, refuse_mandate, submit_mandate, verify_mandate
from charter.actions.passkeys import reserve_challenge
from charter.actions.prepare import announce_deliberation, invite_to_sign, representatives, transmit
from charter.actions.sign import record_signature, sign_charter, sign_charter_with_key
from charter.actions.versions import propose_version, publish_version, take_back_version
from charter.actions.withdraw import record_withdrawal, withdraw_charter, withdraw_charter_with_key

__all__ = [
    "PostDown",
    "announce_deliberation",
    "contest_mandate",
    "countersign",
    "invite_to_sign",
    "propose_version",
    "publish_version",
    "read_evidence",
    "record_signature",
    "record_withdrawal",
    "refuse_mandate",
    "refuse_signature",
    "representatives",
    "reserve_challenge",
    "send_signing_code",
    "sign_charter",
    "sign_charter_with_key",
    "submit_mandate",
    "take_back_version",
    "transmit",
    "verify_mandate",
    "withdraw_charter",
    "withdraw_charter_with_key",
]
