"""Every way in, for somebody who has no power to sign: one attempt is a state of their mandate and a door."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from alliance.lib.passkeys import decoded
from charter.actions import (
    record_signature,
    record_withdrawal,
    reserve_challenge,
    send_signing_code,
    sign_charter,
    sign_charter_with_key,
    verify_mandate,
)
from charter.models import Mandate, Signature, SigningCode, Withdrawal, consent_text, withdrawal_text
from partners.models import ApiToken, StaffPerimeter, User
from tests import builders
from tests.charter.signing import URL, Case, last_code
from tests.passkeys import SoftwareKey

DAY = timedelta(days=1)
ADD, LIST = "/gestion/charter/signature/add/", "/gestion/charter/mandate/"
REFUSALS = (IntegrityError, PermissionDenied, ValidationError)


@dataclass
class Attempt:
    """``case`` has a representative with a verified mandate; ``person`` is the one who tries without."""

    case: Case
    person: User
    mandate: Mandate | None
    client: Client

    @property
    def act(self) -> dict:
        return {**self.case.act, "signer": self.person}

    @property
    def session(self) -> str:
        return self.client.session.session_key

    @property
    def consent(self) -> str:
        return consent_text(**self.case.act)

    def forged(self) -> Mandate:
        """In memory only: their own mandate or the representative's, made to look right."""
        found = Mandate.objects.get(pk=(self.mandate or self.case.mandate).pk)
        found.organisation, found.person, found.state = self.case.organisation, self.person, "verified"
        found.starts_on, found.ends_on = timezone.localdate() - DAY, None
        return found


def own(attempt_of, **fields) -> Mandate:
    case, person = attempt_of
    return builders.mandate(case.organisation, person, **fields)


STATES: dict[str, Callable] = {
    "none": lambda found: None,
    "submitted": lambda found: own(found, state="submitted"),
    "refused": lambda found: own(found, state="refused", motive="Illisible"),
    "contested": lambda found: own(found, state="contested", motive="Faux"),
    "expired": lambda found: own(found, ends_on=timezone.localdate() - DAY),
    "future": lambda found: own(found, starts_on=timezone.localdate() + DAY),
    "of another organisation": lambda found: builders.mandate(builders.organisation(), found[1]),
    "of another person": lambda found: builders.mandate(found[0].organisation, builders.user()),
}
FORGED = {
    "state": "verified", "proof_level": "passkey", "power": "1", "force": "true", "signed_at": "2020-01-01T00:00:00Z",
    "countersigned_at": "2020-01-01T00:00:00Z", "is_staff": "1", "organisation": "1", "next": "/espace/",
}  # fmt: skip


def by_code(attempt: Attempt, **fields) -> None:
    send_signing_code(**attempt.case.act, user=attempt.person, session=attempt.session)
    typed = {"action": "sign", "version": "2020", "code": last_code(), "consent": attempt.consent}
    attempt.client.post(URL, typed | fields)


def by_code_forged(attempt: Attempt) -> None:
    case = attempt.case
    by_code(attempt, **FORGED, mandate=str(case.mandate.pk), signer=str(case.signer.pk), user=str(case.signer.pk))


def by_the_code_of_the_representative(attempt: Attempt) -> None:
    send_signing_code(**attempt.case.act, user=attempt.case.signer, session=attempt.session)
    typed = {"action": "sign", "version": "2020", "code": last_code(), "consent": attempt.consent}
    attempt.client.post(URL, typed | {"signer": attempt.case.signer.pk, "mandate": attempt.case.mandate.public_id})


def by_key(attempt: Attempt, **fields) -> None:
    key = SoftwareKey(attempt.person)
    asked = attempt.client.post(f"{URL}cle/", {"version": "2020", "consent": attempt.consent} | fields)
    challenge = decoded(asked.json()["publicKey"]["challenge"])
    typed = {"action": "key", "version": "2020", "consent": attempt.consent}
    attempt.client.post(URL, typed | fields | {"credential": json.dumps(key.answer(challenge))})


def by_key_forged(attempt: Attempt) -> None:
    by_key(attempt, **FORGED, mandate=str(attempt.case.mandate.pk), signer=str(attempt.case.signer.pk))


def by_the_function(attempt: Attempt) -> None:
    send_signing_code(**attempt.case.act, user=attempt.person, session="s")
    proof = {"code": last_code(), "session": "s", "consent": attempt.consent}
    sign_charter(**attempt.act, mandate=attempt.forged(), **proof)


def by_the_function_with_a_key(attempt: Attempt) -> None:
    key = SoftwareKey(attempt.person)
    challenge = reserve_challenge(**attempt.case.act, user=attempt.person, session="s").challenge
    proof = {"credential": key.answer(challenge), "session": "s", "consent": attempt.consent}
    sign_charter_with_key(**attempt.act, mandate=attempt.forged(), **proof)


def by_the_record(attempt: Attempt) -> None:
    record_signature(**attempt.act, mandate=attempt.forged(), proof_level="code", at=timezone.now())


def by_the_row(attempt: Attempt) -> None:
    builders.signature(
        attempt.case.organisation, attempt.case.version, signer=attempt.person, countersigned=False,
        mandate=attempt.mandate or attempt.case.mandate, signed_at=timezone.now(),
    )  # fmt: skip


def by_the_api(attempt: Attempt) -> None:
    _, secret = ApiToken.objects.issue(
        user=attempt.person, organisation=attempt.case.organisation, name="essai", scopes=["projects:write"]
    )
    body = json.dumps(FORGED | {"version": "2020", "organisation": attempt.case.organisation.slug, "code": "123456"})
    for path in ("/api/v1/signatures/", "/api/v1/charter-versions/2020/", "/api/v1/charter-versions/"):
        for method in ("post", "put", "patch"):
            send = getattr(attempt.client, method)
            send(path, body, content_type="application/json", headers={"Authorization": f"Bearer {secret}"})


def by_the_back_office(attempt: Attempt) -> None:
    """They are even an agent of the national team: what staff may do gives nobody the power to sign."""
    User.objects.filter(pk=attempt.person.pk).update(is_staff=True)
    StaffPerimeter.objects.create(user=attempt.person, national=True)
    builders.sign_in(attempt.client, User.objects.get(pk=attempt.person.pk))
    row = {"organisation": attempt.case.organisation.pk, "version": attempt.case.version.pk, "_save": "1"}
    people = {"signer": attempt.person.pk, "mandate": (attempt.mandate or attempt.case.mandate).pk}
    attempt.client.post(ADD, FORGED | row | people | {"signer_name": "x", "consent_text": "x"})
    if attempt.mandate and attempt.mandate.person_id == attempt.person.pk:
        attempt.client.post(f"{LIST}{attempt.mandate.pk}/change/", FORGED | row | {"state": "verified", "person": "1"})
        attempt.client.post(LIST, {"action": "establish", "_selected_action": attempt.mandate.pk, "confirmed": "1"})
        with suppress(*REFUSALS), transaction.atomic():
            verify_mandate(mandate=attempt.mandate, by=attempt.person)
    by_code(attempt)


def by_withdrawing(attempt: Attempt) -> None:
    """The same power ends a signature: theirs ends none, by code, by key or by the function."""
    case, client = attempt.case, attempt.client
    live = builders.signature(case.organisation, case.version, signer=case.signer, mandate=case.mandate)
    consent = withdrawal_text(case.organisation, [case.version.label])
    act = SigningCode.Act.WITHDRAW
    send_signing_code(**case.act, user=attempt.person, session=attempt.session, act=act)
    typed = {"version": "2020", "consent": consent, "code": last_code(), "action": "withdraw"}
    client.post(f"{URL}retrait/", typed | FORGED)
    key = SoftwareKey(attempt.person)
    challenge = reserve_challenge(**case.act, user=attempt.person, session=attempt.session, act=act).challenge
    client.post(f"{URL}retrait/", typed | {"action": "key", "credential": json.dumps(key.answer(challenge))})
    with suppress(*REFUSALS), transaction.atomic():
        record_withdrawal(
            organisation=case.organisation, signer=attempt.person, mandate=attempt.forged(), proof_level="code",
            at=timezone.now(),
        )  # fmt: skip
    live.refresh_from_db()
    assert (live.state, Withdrawal.objects.exists()) == ("standing", False)
    raise Undone


class Undone(Exception):
    """The attempt looked at its own outcome."""


DOORS = (
    by_code, by_code_forged, by_the_code_of_the_representative, by_key, by_key_forged, by_the_function,
    by_the_function_with_a_key, by_the_record, by_the_row, by_the_api, by_the_back_office, by_withdrawing,
)  # fmt: skip
WITH_POWER = (by_code, by_code_forged, by_key, by_key_forged, by_the_function, by_the_function_with_a_key,
              by_the_record, by_the_row, by_the_back_office)  # fmt: skip


def attempt(case: Case, make_mandate: Callable, door: Callable) -> int:
    """How many signatures it left, before everything is undone."""
    left = 0
    with suppress(Undone), transaction.atomic():
        person = builders.user()
        builders.membership(person, case.organisation, "signatory")
        client = builders.sign_in(Client(), person)
        tried = Attempt(case, person, make_mandate((case, person)), client)
        with suppress(*REFUSALS), transaction.atomic():
            door(tried)
        left = Signature.objects.count()
        raise Undone
    return left
