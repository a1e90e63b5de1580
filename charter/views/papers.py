"""Papers that only some may read: streamed as attachments after the access check."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from charter import papers, pdf
from charter.models import Mandate, Paper, Signature

EXTENSIONS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


@require_safe
def attestation(request: HttpRequest, code: str) -> HttpResponse:
    """The organisation's people and staff within the perimeter; a stranger's paper is a 404.

    ``?copie=archivage`` is the last archive copy of it.
    """
    signatures = Signature.objects.visible_to(request.user).select_related("version", "mandate", "signer")
    signature = get_object_or_404(signatures, code=code)
    try:
        content = archived(signature) if request.GET.get("copie") == "archivage" else papers.read(signature)
    except FileNotFoundError as error:
        raise Http404 from error
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{pdf.file_name(signature)}"',
            "Cache-Control": "private, no-store",
        },
    )


def archived(signature: Signature) -> bytes:
    paper = Paper.objects.current(signature)
    copy = paper.last_archive if paper else None
    if copy is None:
        raise Http404
    return copy.read()


@require_safe
def mandate_document(request: HttpRequest, public_id) -> FileResponse:
    """The holder, who entered it, and staff within the perimeter."""
    mandate = get_object_or_404(Mandate.objects.visible_to(request.user), public_id=public_id)
    if not mandate.document or not mandate.document.storage.exists(mandate.document.name):
        raise Http404
    extension = EXTENSIONS.get(mandate.document_type, "bin")
    response = FileResponse(
        mandate.document.open("rb"),
        as_attachment=True,
        filename=f"mandat-{mandate.public_id}.{extension}",
        content_type=mandate.document_type or "application/octet-stream",
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response
