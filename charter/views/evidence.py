"""The dossier de preuve, for those who may read it; each reading is noted, and shown to them."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from alliance.lib.errors import Conflict
from charter import bundle as bundles
from charter import dossier as paper
from charter.actions import read_evidence
from charter.models import EvidenceEvent, Signature
from charter.models.evidence import Kind

PAGE_SIZE = 25
HEADERS = {"Cache-Control": "private, no-store"}
SIDES = {"organisation": "l’organisation", "la_poste": "La Poste"}
DOORS = {"paper": "dossier (PDF)", "bundle": "dossier complet (ZIP)"}


def readable(request: HttpRequest):
    chosen = Signature.objects.with_evidence_for(request.user)
    return chosen.select_related("organisation", "version", "mandate", "signer")


@require_safe
def dossier(request: HttpRequest, code: str) -> HttpResponse:
    """The PDF. A GET is noted, a HEAD says that the file is there and no more."""
    signature = get_object_or_404(readable(request), code=code)
    name = f'attachment; filename="{paper.file_name(signature)}"'
    content = b""
    if request.method == "GET":
        try:
            read_evidence(signature=signature, by=request.user, door="paper")
            content = paper.dossier(signature)
        except Conflict as refusal:
            return render(request, "409.html", {"sentence": refusal.messages[0]}, status=409)
    return HttpResponse(content, content_type="application/pdf", headers=HEADERS | {"Content-Disposition": name})


@require_safe
def whole(request: HttpRequest, code: str) -> HttpResponse:
    """The bundle: a GET is noted once the portal is able to make one; a HEAD says that it is there and no more."""
    signature = get_object_or_404(readable(request), code=code)
    name = f'attachment; filename="{bundles.file_name(signature)}"'
    content = b""
    if request.method == "GET":
        try:
            bundles.require_ready(signature)
            read_evidence(signature=signature, by=request.user, door="bundle")
            content = bundles.bundle(signature)
        except Conflict as refusal:
            return render(request, "409.html", {"sentence": refusal.messages[0]}, status=409)
    return HttpResponse(content, content_type="application/zip", headers=HEADERS | {"Content-Disposition": name})


@require_safe
def readers(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """« Qui a lu ce dossier »: every reading, the last one first."""
    signature = get_object_or_404(readable(request), code=code, organisation__slug=slug)
    reads = EvidenceEvent.objects.filter(signature=signature, kind=Kind.EVIDENCE_READ).order_by("-position")
    page = Paginator(reads.select_related("person"), PAGE_SIZE).get_page(request.GET.get("page"))
    for read in page:
        read.side = SIDES[read.details["side"]]
        read.what = DOORS[read.details["door"]]
    is_member = signature.organisation_id in request.user.organisation_ids
    context = {
        "organisation": signature.organisation if is_member else None,
        "space_section": "signatures",
        "signature": signature,
        "page": page,
        "is_member": is_member,
    }
    return render(request, "charter/evidence.html", context)
