"""Pages for machines: alive, ready, figures, and where to report a weakness."""

import hmac
import ipaddress
import os
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseNotFound, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from alliance.portal import health
from alliance.portal.health_papers import paper_figures

SECURITY_TXT_LIFE = timedelta(days=180)


@login_not_required
@require_safe
@never_cache
def healthz(request):
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
@never_cache
def readyz(request):
    failures = health.failures()
    answer = {"ready": not failures, "failures": failures}
    if "database" not in failures:
        answer["outbox"] = health.outbox_figures()
    if not {"database", "migrations"} & failures.keys():
        answer |= {"journal": health.journal_figures(), "papers": paper_figures()}
    return JsonResponse(answer, status=503 if failures else 200, json_dumps_params={"ensure_ascii": False})


@login_not_required
@require_safe
@never_cache
def metrics(request):
    if not may_read_metrics(request):
        return HttpResponseNotFound()
    return HttpResponse(generate_latest(health.registry()), content_type=CONTENT_TYPE_LATEST)


def may_read_metrics(request) -> bool:
    """With ``METRICS_TOKEN``, whoever bears it; without, this machine alone, and only when no proxy stands before."""
    token = os.environ.get("METRICS_TOKEN", "")
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    if settings.TRUSTED_PROXY_COUNT or "X-Forwarded-For" in request.headers:
        return False
    address = request.META.get("REMOTE_ADDR", "")
    return bool(address) and ipaddress.ip_address(address.strip("[]")).is_loopback


@login_not_required
@require_safe
def security_txt(request):
    """RFC 9116. Without a contact address there is nothing to tell."""
    contact = settings.LEGAL["contact"]
    if not contact:
        return HttpResponseNotFound()
    expires = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + SECURITY_TXT_LIFE
    lines = [
        f"Contact: {contact if ':' in contact else 'mailto:' + contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: fr, en",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
