"""Verify a signature by its code: one sentence first, then what was checked, then what is not proven."""

import re

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from alliance.proof.models import JournalEntry
from charter.models import CarriedOver, CharterVersion, Signature
from charter.models.signature import ALPHABET

CODE_LENGTH = 12
UNREADABLE = "Un code compte 12 signes, comme 4F7K-9M2P-XQ3T : il se trouve sur l’attestation, sous le carré à scanner."


@login_not_required
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    typed = request.GET.get("code")
    if typed is None:
        return render(request, "charter/verify.html", {})
    if code := normalised(typed):
        return redirect("charter:verify_code", code)
    return render(request, "charter/verify.html", {"typed": typed[:40], "error": UNREADABLE}, status=400)


@login_not_required
@require_safe
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """Nothing personal: the organisation, the version, the dates, the state."""
    clean = normalised(code)
    if clean and clean != code:
        return redirect("charter:verify_code", clean)
    current = CharterVersion.objects.in_force(timezone.localdate())
    signatures = Signature.objects.with_standing(current).select_related("organisation", "version")
    signature = signatures.filter(code=clean).first() if clean else None
    if signature is None:
        return render(request, "charter/verify_unknown.html", {"typed": code[:40]}, status=404)
    entries = list(JournalEntry.objects.filter(subject=signature.code).order_by("position"))
    context = {
        "signature": signature,
        "current": current,
        "carried": CarriedOver.objects.filter(signature=signature).select_related("version"),
        "leaf": next((entry for entry in entries if entry.kind == "signed"), None),
        "text_unchanged": signature.document_digest == signature.version.compute_digest(),
    }
    return render(request, "charter/verify_code.html", context)


def normalised(typed: str) -> str:
    """« 4f7k 9m2p xq3t » → « 4F7K-9M2P-XQ3T »; the empty string when it cannot be a code."""
    signs = re.sub(r"[\s\u2010-\u2015-]", "", typed[:60]).upper()
    if len(signs) != CODE_LENGTH or not set(signs) <= set(ALPHABET):
        return ""
    return "-".join(signs[start : start + 4] for start in (0, 4, 8))
