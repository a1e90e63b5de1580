"""« Nos signatures »: every act of the organisation, its life, its papers, its badge. For its people only."""

from datetime import datetime
from typing import NamedTuple

from django.core.paginator import Paginator
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from alliance.lib.french import long_date
from charter.models import CarriedOver, CharterVersion, EvidenceEvent, Paper, Signature, StandingState
from charter.models.evidence import Kind
from charter.models.history import histories
from charter.models.paper import with_seal
from charter.pdf import verify_url
from partners.models import Organisation

PAGE_SIZE = 5
READS_SHOWN = 5
WITH = {"code": "avec un code reçu par courriel", "passkey": "avec une clé d’accès"}


class Step(NamedTuple):
    at: datetime
    words: str


@require_safe
def signatures(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = get_object_or_404(Organisation.objects.filter(pk__in=request.user.organisation_ids), slug=slug)
    current = CharterVersion.objects.in_force(timezone.localdate())
    rows = with_seal(Signature.objects.with_standing(current)).filter(organisation=organisation)
    rows = rows.select_related("version", "withdrawal").order_by("-signed_at", "-pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    told(page.object_list)
    give_dossiers(request, slug, page.object_list)
    shown = next((each for each in page if each.standing_state == StandingState.STANDING), None)
    context = {
        "organisation": organisation,
        "space_section": "signatures",
        "current": current,
        "page": page,
        "history": histories([organisation.pk], current).get(organisation.pk),
        "badge": shown or (page[0] if page else None),
        "answers": Signature.objects.answering(current).filter(organisation=organisation).exists() if current else True,
        "can_withdraw": Signature.objects.live().filter(organisation=organisation).exists(),
    }
    if context["badge"]:
        context["snippets"] = snippets(request, context["badge"])
    return render(request, "charter/signatures.html", context)


def told(found: list[Signature]) -> None:
    """Give each its ``steps``, oldest first, and its ``reads``; four queries."""
    carried = CarriedOver.objects.select_related("version")
    papers = Paper.objects.order_by("revision")
    reads = EvidenceEvent.objects.filter(kind__in=(Kind.EVIDENCE_READ, Kind.SUPERSEDED)).order_by("-at", "-pk")
    prefetch_related_objects(
        found,
        Prefetch("carried_over", queryset=carried),
        Prefetch("papers", queryset=papers),
        Prefetch("evidence", queryset=reads, to_attr="later"),
    )
    for signature in found:
        signature.steps = steps(signature)
        signature.reads = [event for event in signature.later if event.kind == Kind.EVIDENCE_READ][:READS_SHOWN]


def give_dossiers(request: HttpRequest, slug: str, found: list[Signature]) -> None:
    """Their dossiers, and who read them, to those alone who may read them."""
    keys = [signature.pk for signature in found]
    mine = set(Signature.objects.with_evidence_for(request.user).filter(pk__in=keys).values_list("pk", flat=True))
    for signature in found:
        if signature.pk not in mine:
            signature.reads = []
            continue
        signature.dossier_url = reverse("charter:evidence", args=[slug, signature.code])
        signature.bundle_url = reverse("charter:bundle", args=[signature.code])


def steps(signature: Signature) -> list[Step]:
    how = WITH.get(signature.proof_level, signature.proof_level)
    found = [Step(signature.signed_at, f"Signée par {signature.signer_name}, {signature.signer_job_title}, {how}.")]
    found += [Step(paper.sealed_at, sealed_words(paper)) for paper in signature.papers.all()]
    if signature.countersigned_at:
        found.append(Step(signature.countersigned_at, "Contresignée par La Poste."))
    if signature.refused_at:
        found.append(Step(signature.refused_at, f"Non contresignée par La Poste : {signature.motive}"))
    if signature.contested_at:
        found.append(Step(signature.contested_at, "Contestée : le mandat de qui a signé est mis en cause."))
    for carried in signature.carried_over.all():
        found.append(Step(carried.carried_at, f"Reportée sur la version {carried.version.label}, éditoriale."))
    for event in signature.later:
        if event.kind == Kind.SUPERSEDED:
            found.append(Step(event.at, "Remplacée par une signature plus récente."))
    if signature.withdrawn_at:
        by = f" par {signature.withdrawal.signer_name}" if signature.withdrawal else ""
        found.append(Step(signature.withdrawn_at, f"Retirée{by}."))
    return sorted(found, key=lambda step: step.at)


def sealed_words(paper: Paper) -> str:
    again = f", révision {paper.revision}" if paper.revision > 1 else ""
    if not paper.stamped_at:
        return f"Attestation scellée{again} ; horodatage en attente."
    return f"Attestation scellée{again}, horodatée par « {paper.authority} »."


def snippets(request: HttpRequest, signature: Signature) -> dict[str, str]:
    """What one copies into a site: the image that stays true, or a mere link where images are not allowed."""
    page = verify_url(signature)
    image = page.replace(f"/verifier/{signature.code}/", f"/charte/badge/{signature.code}.svg")
    name = f"{signature.organisation_name} et la charte de l’Alliance Dynamique : vérifier la signature"
    return {
        "image": format_html(
            '<a href="{}"><img src="{}" width="320" height="80" loading="lazy" alt="{}"></a>', page, image, name
        ),
        "link": format_html('<a href="{}">{}</a>', page, name),
        "day": long_date(timezone.localdate()),
    }
