"""People ready to sign, thousands of them, and afterwards the question: is every signature whole?

``python -m tests.faults.many_signatures prepare <count>`` and ``check``, beside the database of DATABASE_URL: JSON
comes in and goes out.
"""

import json
import sys
from datetime import date, timedelta

PEOPLE = 40
CODE = "123456"


def prepare(count: int) -> list[dict]:
    """``session``, ``slug``, ``version`` and ``consent`` of each act to come; its code, ``CODE``, has been sent."""
    from django.conf import settings

    from charter.models import consent_text
    from partners.models import Membership, Organisation
    from tests import builders
    from tests.sessions import signed_in

    version = builders.charter_version("2020", effective_on=date(2020, 7, 2))
    people = [builders.user(f"signataire{number}@test.invalid") for number in range(PEOPLE)]
    sessions = [signed_in(person).cookies[settings.SESSION_COOKIE_NAME].value for person in people]
    made = Organisation.objects.bulk_create(
        Organisation(kind="local", name=f"Signataire {number}", slug=f"signataire-{number}") for number in range(count)
    )
    chosen = [(made[number], people[number % PEOPLE], sessions[number % PEOPLE]) for number in range(count)]
    Membership.objects.bulk_create(
        Membership(user=person, organisation=organisation, role="signatory") for organisation, person, _ in chosen
    )
    _empower(chosen)
    _send_codes(chosen, version)
    return [
        {"session": session, "slug": made.slug, "version": version.slug, "consent": consent_text(made, version)}
        for made, _, session in chosen
    ]


def _empower(chosen: list[tuple]) -> None:
    from django.utils import timezone

    from charter.models import Mandate
    from tests import builders

    verified = {"state": "verified", "verified_by": builders.staff(), "verified_at": timezone.now()}
    power = {"kind": "legal", "job_title": "présidente", "starts_on": timezone.localdate() - timedelta(days=365)}
    Mandate.objects.bulk_create(
        Mandate(organisation=organisation, person=person, entered_by=person, **power, **verified)
        for organisation, person, _ in chosen
    )


def _send_codes(chosen: list[tuple], version) -> None:
    from django.utils import timezone

    from charter.actions import codes
    from charter.models import SigningCode

    now = timezone.now()
    SigningCode.objects.bulk_create(
        SigningCode(
            user=person,
            organisation=organisation,
            version=version,
            session_digest=codes._digest("session", session),
            code_hash=codes._code_hash(CODE, "sign", person, organisation, version, session),
            sent_at=now,
            expires_at=now + timedelta(hours=1),
        )
        for organisation, person, session in chosen
    )


def check(acknowledged: list[str]) -> dict[str, list | int]:
    """Slugs that were acknowledged and have no signature, codes of signatures that lack something, and the journal."""
    from alliance.outbox.models import Owed
    from alliance.proof import verification
    from alliance.proof.models import JournalEntry
    from charter.models import EvidenceEvent, Signature

    signed = dict(Signature.objects.values_list("organisation__slug", "code"))
    leaves = list(JournalEntry.objects.filter(kind="signed").values_list("subject", flat=True))
    owed = [args[0] for args in Owed.objects.filter(work="charter.send_receipt").values_list("args", flat=True)]
    told = list(EvidenceEvent.objects.filter(kind="signed").values_list("signature__code", flat=True))
    numbers = dict(Signature.objects.values_list("code", "pk"))
    return {
        "signatures": Signature.objects.count(),
        "lost": sorted(set(acknowledged) - set(signed)),
        "without_leaf": sorted(code for code in numbers if leaves.count(code) != 1),
        "without_evidence": sorted(code for code in numbers if told.count(code) != 1),
        "without_receipt": sorted(code for code, pk in numbers.items() if owed.count(pk) != 1),
        "nothing_signed": sorted(set(leaves) - set(numbers)),
        "journal": verification.verify().findings,
    }


def main(words: list[str]) -> None:
    import django

    django.setup()
    match words:
        case ["prepare", count]:
            json.dump(prepare(int(count)), sys.stdout)
        case ["check"]:
            json.dump(check(json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
