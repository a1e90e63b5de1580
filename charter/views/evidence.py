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
from charter.models.signature import EVIDENCE_ROLES
from partners.models import Membership

PAGE_SIZE = 25
HEADERS = {"Cache-Control": "private, no-store"}
OURS, THEIRS = "La Poste", "votre organisation"
DOORS = {"bundle": "dossier complet (ZIP)"}


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
        read_evidence(signature=signature, by=request.user, door=door_of(request, signature))
        content = paper.dossier(signature)
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


def door_of(request: HttpRequest, signature: Signature) -> str:
    """An agent reads for La Poste, unless the organisation is their own."""
    return "space" if signature.organisation_id in request.user.organisation_ids else "back_office"


@require_safe
def readers(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """« Qui a lu ce dossier »: every reading, the last one first."""
    signature = get_object_or_404(readable(request), code=code, organisation__slug=slug)
    reads = EvidenceEvent.objects.filter(signature=signature, kind=Kind.EVIDENCE_READ).order_by("-position")
    page = Paginator(reads.select_related("person"), PAGE_SIZE).get_page(request.GET.get("page"))
    for read in page:
        read.side = OURS if read.details["door"] == "back_office" else THEIRS
        read.what = DOORS.get(read.details["door"], "dossier de preuve (PDF)")
    context = {
        "organisation": signature.organisation,
        "space_section": "signatures",
        "signature": signature,
        "page": page,
        "entitled": [Membership.Role(role).label for role in EVIDENCE_ROLES],
        "is_member": signature.organisation_id in request.user.organisation_ids,
    }
    return render(request, "charter/evidence.html", context)
