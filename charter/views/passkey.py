"""What webauthn.js asks for at the last moment: the challenge of one act, or the sentence that says why not."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from alliance.lib import passkeys
from alliance.lib.errors import Conflict, Throttled
from alliance.lib.french import typeset
from charter.actions import reserve_challenge
from charter.actions.passkeys import WITHDRAWN
from charter.models import CharterVersion, SigningCode
from charter.views.acts import TOO_MANY_KEYS, session_of
from charter.views.sign import CHANGED
from charter.views.withdraw import live_signatures
from partners.models import Organisation

Act = SigningCode.Act
UNTICKED = "Cochez d’abord la case : c’est ce que votre clé va signer."


@never_cache
@require_POST
def to_sign(request: HttpRequest, slug: str) -> JsonResponse:
    organisation = own_organisation(request, slug)
    version = CharterVersion.objects.in_force(timezone.localdate())
    if version is None or request.POST.get("version") != version.slug:
        return refused(409, CHANGED)
    return answer(request, organisation, version, Act.SIGN)


@never_cache
@require_POST
def to_withdraw(request: HttpRequest, slug: str) -> JsonResponse:
    organisation = own_organisation(request, slug)
    live = live_signatures(organisation)
    if not live:
        return refused(409, WITHDRAWN)
    return answer(request, organisation, live[0].version, Act.WITHDRAW)


def own_organisation(request: HttpRequest, slug: str) -> Organisation:
    return get_object_or_404(Organisation.objects.filter(pk__in=request.user.organisation_ids), slug=slug)


def answer(request: HttpRequest, organisation: Organisation, version: CharterVersion, act: Act) -> JsonResponse:
    if not request.POST.get("consent"):
        return refused(400, UNTICKED)
    session = session_of(request)
    try:
        reserved = reserve_challenge(
            act=act, organisation=organisation, version=version, user=request.user, session=session
        )
    except Throttled as refusal:
        return refused(429, TOO_MANY_KEYS, {"Retry-After": str(refusal.retry_after)})
    except Conflict as refusal:
        return refused(409, refusal.messages[0])
    except ValidationError as refusal:
        return refused(400, refusal.messages[0])
    keys = passkeys.keys_of(request.user)
    return JsonResponse({"publicKey": passkeys.options(bytes.fromhex(reserved.challenge), keys)})


def refused(status: int, sentence: str, headers: dict[str, str] | None = None) -> JsonResponse:
    return JsonResponse({"detail": typeset(sentence)}, status=status, headers=headers)
