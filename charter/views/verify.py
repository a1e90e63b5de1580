"""Verify a signature by its code, or an attestation by the digest of its file. One sentence first; never a person."""

import re

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib.codes import normalised
from alliance.lib.digesting import TooLarge, digested_upload
from alliance.proof.models import JournalEntry
from charter import papers
from charter.models import CarriedOver, CharterVersion, Signature
from charter.models.paper import Paper
from events.models import Certificate, CertificatePaper

DIGEST = re.compile(r"[0-9a-f]{64}")
MAX_MEGABYTES = 10
UNREADABLE = "Un code compte 12 signes, comme 4F7K-9M2P-XQ3T : il se trouve sur l’attestation, sous le carré à scanner."
NO_FILE = "Choisissez le fichier PDF de l’attestation."
NOT_PDF = "Ce fichier n’est pas un PDF : choisissez celui de l’attestation, tel que vous l’avez reçu."
TOO_LARGE = f"Ce fichier dépasse {MAX_MEGABYTES} Mo : aucune attestation n’est si lourde."
NOT_A_DIGEST = "Une empreinte SHA-256 compte 64 signes, de 0 à 9 et de a à f."


@login_not_required
@csrf_exempt  # It changes nothing and asks nobody's rights: no cookie for it.
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return verify_upload(request)
    if "empreinte" in request.GET:
        return verify_digest(request, request.GET["empreinte"])
    typed = request.GET.get("code")
    if typed is None:
        return shown(request)
    if code := normalised(typed):
        return redirect("charter:verify_code", code)
    return shown(request, status=400, typed=typed[:40], error=UNREADABLE)


def shown(request: HttpRequest, *, status: int = 200, **context) -> HttpResponse:
    return render(request, "charter/verify.html", {"max_megabytes": MAX_MEGABYTES} | context, status=status)


def verify_upload(request: HttpRequest) -> HttpResponse:
    """Without JavaScript: the file is hashed as it comes in, and nothing of it is kept."""
    try:
        upload = digested_upload(request, "fichier", max_bytes=MAX_MEGABYTES * 1_000_000)
    except TooLarge:
        return shown(request, status=400, file_error=TOO_LARGE)
    if upload is None:
        return shown(request, status=400, file_error=NO_FILE)
    if upload.head.startswith(b"PK\3\4"):
        return redirect(f"{reverse('charter:verify_tool')}?dossier")
    if b"%PDF-" not in upload.head:
        return shown(request, status=400, file_error=NOT_PDF)
    return redirect(f"{reverse('charter:verify')}?empreinte={upload.digest}")


def verify_digest(request: HttpRequest, typed: str) -> HttpResponse:
    """The paper that was issued with this digest: its state, that of its signature, and what was checked."""
    digest = typed.strip().lower()
    if not DIGEST.fullmatch(digest):
        return shown(request, status=400, file_error=NOT_A_DIGEST)
    paper = Paper.objects.carrying(digest).first()
    if paper is None:
        return verify_attendance_paper(request, digest)
    current = CharterVersion.objects.in_force(timezone.localdate())
    signatures = Signature.objects.with_standing(current).select_related("organisation", "version")
    signature = signatures.get(pk=paper.signature_id)
    last = Paper.objects.filter(signature=signature).order_by("revision").last()
    sealed = JournalEntry.objects.filter(subject=signature.code, kind="sealed").order_by("position")
    context = {
        "paper": paper,
        "archive": paper.archives.filter(digest=digest).first(),
        "is_time_trusted": papers.is_time_trusted(paper),
        "signature": signature,
        "current": current,
        "last": None if last == paper else last,
        "leaf": next((entry for entry in sealed if paper.digest in entry.leaf), None),
        "text_unchanged": signature.document_digest == signature.version.compute_digest(),
    }
    return render(request, "charter/verify_paper.html", context)


@login_not_required
@require_safe
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """Nothing personal: the organisation, the version, the dates, the state; or the gathering that was attended."""
    clean = normalised(code)
    if clean and clean != code:
        return redirect("charter:verify_code", clean)
    current = CharterVersion.objects.in_force(timezone.localdate())
    signatures = Signature.objects.with_standing(current).select_related("organisation", "version")
    signature = signatures.filter(code=clean).first() if clean else None
    if signature is None:
        return verify_attendance(request, clean, code)
    entries = list(JournalEntry.objects.filter(subject=signature.code).order_by("position"))
    context = {
        "signature": signature,
        "current": current,
        "carried": CarriedOver.objects.filter(signature=signature).select_related("version"),
        "leaf": next((entry for entry in entries if entry.kind == "signed"), None),
        "text_unchanged": signature.document_digest == signature.version.compute_digest(),
    }
    return render(request, "charter/verify_code.html", context)


def verify_attendance(request: HttpRequest, code: str, typed: str) -> HttpResponse:
    """A certificate of attendance: the gathering, the dates, the state; never who came."""
    certificate = Certificate.objects.select_related("registration__convention").filter(code=code).first()
    if certificate is None:
        return render(request, "charter/verify_unknown.html", {"typed": typed[:40]}, status=404)
    return render(request, "charter/verify_attendance.html", attendance_facts(certificate))


def verify_attendance_paper(request: HttpRequest, digest: str) -> HttpResponse:
    papers = CertificatePaper.objects.select_related("certificate__registration__convention")
    paper = papers.filter(digest=digest).first()
    if paper is None:
        return render(request, "charter/verify_altered.html", {"digest": digest}, status=404)
    last = CertificatePaper.objects.last_of(paper.certificate)
    sealed = JournalEntry.objects.filter(subject=paper.certificate.code, kind="sealed").order_by("position")
    context = attendance_facts(paper.certificate) | {
        "paper": paper,
        "last": None if last == paper else last,
        "sealed_leaf": next((entry for entry in sealed if paper.digest in entry.leaf), None),
    }
    return render(request, "charter/verify_attendance.html", context)


def attendance_facts(certificate: Certificate) -> dict:
    entries = JournalEntry.objects.filter(subject=certificate.code).order_by("position")
    return {
        "certificate": certificate,
        "convention": certificate.registration.convention,
        "leaf": entries.filter(kind="attendance_certified").first(),
    }
