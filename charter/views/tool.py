"""The offline verifier for anybody to take away, and the same steps by hand."""

import hashlib
from functools import cache

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from charter.bundle import VERIFIER


@cache
def source() -> bytes:
    return VERIFIER.read_bytes()


@login_not_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    context = {
        "digest": hashlib.sha256(source()).hexdigest(),
        "lines": source().count(b"\n"),
        "kilobytes": -(-len(source()) // 1000),
        "dropped": "dossier" in request.GET,
    }
    return render(request, "charter/verify_tool.html", context)


@login_not_required
@require_safe
def download(request: HttpRequest) -> HttpResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="{VERIFIER.name}"',
        "Cache-Control": "no-cache",
        "ETag": f'"{hashlib.sha256(source()).hexdigest()}"',
    }
    return HttpResponse(source(), content_type="text/x-python; charset=utf-8", headers=headers)
