"""A signature's badge, for the organisation's own site: whatever it said when it was copied, it says what holds now."""

import hashlib

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from alliance.lib.codes import normalised
from alliance.lib.french import long_date
from charter.models import CharterVersion, Signature
from charter.pdf import verify_url

MAX_AGE = 300  # seconds during which a withdrawal may still be unseen elsewhere
BLUE, OCHRE, RED, GREY = "#1d47a3", "#7a5200", "#b3261e", "#565d75"
TICK, CLOCK, CROSS, MARK, ARROW = (
    "M29 41l8 8 15-17", "M40 28v13l9 5", "M32 32l16 16M48 32L32 48", "M40 28v15M40 51.5v.1", "M50 40H31m8-9-9 9 9 9",
)  # fmt: skip
LOOKS = {
    "standing": (BLUE, TICK),
    "superseded": (GREY, ARROW),
    "pending": (OCHRE, CLOCK),
    "contested": (OCHRE, MARK),
    "withdrawn": (RED, CROSS),
    "refused": (RED, CROSS),
}
NAME, DEMONSTRATION = "ALLIANCE DYNAMIQUE", "ALLIANCE DYNAMIQUE · DÉMONSTRATION"
UNKNOWN = {
    "head": NAME,
    "title": "Ce badge n’est celui d’aucune signature de la charte de l’Alliance Dynamique",
    "detail": "Le code de ce badge n’existe pas.",
    "tone": RED,
    "sign": CROSS,
    "words": "Signature inconnue",
    "foot": "Ce code n’existe pas",
}


@login_not_required
@require_safe
def badge(request: HttpRequest, code: str) -> HttpResponse:
    """``?date=oui``: a file to keep, for paper, which says the day it was true."""
    current = CharterVersion.objects.in_force(timezone.localdate())
    clean = normalised(code)
    signatures = Signature.objects.with_standing(current).select_related("organisation", "version")
    signature = signatures.filter(code=clean).first() if clean else None
    dated = signature is not None and request.GET.get("date") == "oui"
    context = facts(signature, dated=dated) if signature else UNKNOWN
    content = render_to_string("charter/badge.svg", context).encode()
    etag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
    headers = {
        "Cache-Control": f"public, max-age={MAX_AGE}",
        "ETag": etag,
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Content-Type": "image/svg+xml; charset=utf-8",
    }
    if dated:
        headers["Content-Disposition"] = f'attachment; filename="badge-{signature.code}.svg"'
    if not signature:
        return HttpResponse(content, status=404, headers=headers)
    return get_conditional_response(request, etag=etag, response=HttpResponse(content, headers=headers))


def facts(signature: Signature, *, dated: bool) -> dict[str, str]:
    words, (tone, sign) = state_words(signature), LOOKS[signature.standing_state]
    foot = f"Charte, version {signature.version.label}"
    if dated:
        foot = f"Au {long_date(timezone.localdate())} · {signature.code}"
    return {
        "head": DEMONSTRATION if signature.is_demo or signature.version.is_placeholder else NAME,
        "title": f"{signature.organisation_name}, charte de l’Alliance Dynamique : {words[:1].lower()}{words[1:]}",
        "detail": f"{foot}. À vérifier : {verify_url(signature)}",
        "tone": tone,
        "sign": sign,
        "words": words,
        "foot": foot,
    }


def state_words(signature: Signature) -> str:
    """What the badge says, in words of its own for each ``StandingState``."""
    if signature.standing_state == "withdrawn":
        return f"Retirée le {long_date(timezone.localtime(signature.withdrawn_at))}"
    return {
        "standing": f"Signataire depuis {timezone.localtime(signature.since or signature.signed_at).year}",
        "superseded": f"Version antérieure ({signature.version.label})",
        "pending": "En attente de contresignature",
        "contested": "Signature contestée",
        "refused": "Non contresignée",
    }[signature.standing_state]
