"""A creation sent twice happens once, and is answered twice alike: by ``Idempotency-Key``, or by a form's token."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import orjson
from django.db import transaction
from django.utils import timezone
from rest_framework.exceptions import APIException
from rest_framework.exceptions import ValidationError as BadRequest

from alliance.lib.db import try_lock
from alliance.lib.errors import Conflict
from alliance.lib.models import IdempotentCall

LIFE = timedelta(hours=24)


class OtherBody(APIException):
    status_code = 422
    default_detail = "Cette clé Idempotency-Key a déjà servi à une autre demande : prenez-en une nouvelle."


def once(request, act: Callable[[], tuple[int, dict]]) -> tuple[int, dict]:
    """Run ``act`` → (status, body), or give back what it answered to the same key and the same body.

    The row of the key is locked while ``act`` runs, in the same transaction as its effects: a crash undoes both.
    Another body: 422. Still in flight: 409 "in_flight". A refusal is not kept: the caller mends it and tries again.
    """
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        return act()
    if len(key) > 255 or not key.isprintable():
        raise BadRequest({"Idempotency-Key": ["Donnez une clé de 255 caractères au plus."]})
    with transaction.atomic():
        call, fresh = _claim(str(request.user.pk), key, _digest(request))
        if not fresh:
            return call.status, call.body
        call.status, body = act()
        call.body = orjson.loads(orjson.dumps(body))
        call.save(update_fields=["status", "body"])
    return call.status, body


def once_per_form(user, token: UUID, typed: dict, act: Callable[[], dict]) -> dict:
    """Run ``act``, or give back what it returned to the same page sent before with the same answers (a double click).

    A first sending still in flight is waited for. A refusal is not kept. Raises Conflict "already_sent" when the
    same page comes with other answers, as after « page précédente ».
    """
    digest = hashlib.sha256(orjson.dumps(typed, option=orjson.OPT_SORT_KEYS)).hexdigest()
    with transaction.atomic():
        call, fresh = IdempotentCall.objects.get_or_create(
            owner=f"form:{user.pk}", key=str(token), defaults={"request_digest": digest}
        )
        if call.request_digest != digest:
            raise Conflict(
                "Cette page a déjà été envoyée, avec d’autres réponses, qui sont enregistrées. Envoyez-la à nouveau "
                "seulement si vous voulez aussi enregistrer celles-ci.",
                code="already_sent",
            )
        if fresh:
            call.status, call.body = 302, act()
            call.save(update_fields=["status", "body"])
    return call.body


def _digest(request) -> str:
    """JSON of strangers holds what orjson refuses: numbers beyond 64 bits, halves of characters.

    The same words by the token of another organisation ask for something else.
    """
    acting_for = getattr(request.auth, "organisation_id", None)
    content = json.dumps([request.method, request.path, request.data, acting_for], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()


def _claim(owner: str, key: str, digest: str) -> tuple[IdempotentCall, bool]:
    """The row of this key, locked, and whether it is ours to fill."""
    IdempotentCall.objects.filter(owner=owner, key=key, created_at__lt=timezone.now() - LIFE).delete()
    _refuse_in_flight(owner, key)
    call, created = IdempotentCall.objects.get_or_create(owner=owner, key=key, defaults={"request_digest": digest})
    if call.request_digest != digest:
        raise OtherBody
    return call, created or call.status == 0


def _refuse_in_flight(owner: str, key: str) -> None:
    """Whoever runs with this key holds its advisory lock until the end of the transaction."""
    if not try_lock("idempotency", owner, key):
        raise Conflict("La même demande est en cours : attendez sa réponse.", code="in_flight")


def forget_calls_of(user) -> int:
    """What was answered to this person, by the API and on the pages: names and addresses may stand in it."""
    return IdempotentCall.objects.filter(owner__in=[str(user.pk), f"form:{user.pk}"]).delete()[0]


def forget_old_calls() -> int:
    """Delete what nobody may ask for any more; a job's work."""
    return IdempotentCall.objects.filter(created_at__lt=timezone.now() - LIFE).delete()[0]
