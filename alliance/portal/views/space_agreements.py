"""Agreements in the partner space: read, comment, sign at one's turn, answer the review."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliance.lib.pages import error_page
from alliance.portal import agreement_page
from alliance.portal.account.adapters import signed_in_recently
from alliance.portal.account.security import ask_again
from alliance.portal.agreement_acts import SPACE_ACTS, Subject
from alliance.portal.agreement_step import partner_step
from partners.actions.agreements import WRITERS
from partners.models import Agreement, Organisation
from partners.models.agreement_signing import Side

ROWS = 30
SIGN_AGAIN = "Pour signer, connectez-vous à nouveau : vous reviendrez à cette page."
READS_ONLY = (
    "Votre rôle dans cette organisation permet de lire ses accords, pas d’y répondre. "
    "Pour changer de rôle, adressez-vous à qui administre l’espace."
)


def own_organisation(request: HttpRequest, slug: str) -> Organisation:
    """One of the organisations of whoever asks; for anybody else it does not exist here."""
    return get_object_or_404(Organisation.objects.filter(pk__in=request.user.organisation_ids), slug=slug)


def shown(organisation: Organisation):
    """What the partner has been shown, whoever reads: an agent who is also a member sees no more than its members."""
    rows = Agreement.objects.filter(organisation=organisation, shared_at__isnull=False)
    return rows.with_standing(timezone.localdate())


@require_safe
def agreements(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    rows = shown(organisation).select_related("referent").order_by(F("ends_on").desc(nulls_first=True), "-pk")
    context = {
        "organisation": organisation,
        "space_section": "accords",
        "rows": Paginator(rows, ROWS).get_page(request.GET.get("page")),
    }
    return render(request, "portal/agreements/list.html", context)


def found(request: HttpRequest, slug: str, public_id) -> Subject:
    organisation = own_organisation(request, slug)
    rows = shown(organisation).select_related("organisation", "referent", "partner_referent")
    return Subject(get_object_or_404(rows, public_id=public_id), request.user, Side.PARTNER)


def writes(subject: Subject) -> bool:
    return bool(WRITERS & subject.user.roles_in(subject.agreement.organisation))


def page(request, subject: Subject, template: str, /, *, status: int = 200, **context) -> HttpResponse:
    context |= {"organisation": subject.agreement.organisation, "space_section": "accords"}
    return render(request, f"portal/agreements/{template}.html", context, status=status)


def address(subject: Subject, anchor: str = "") -> str:
    path = reverse("portal:space_agreement", args=[subject.agreement.organisation.slug, subject.agreement.public_id])
    return f"{path}#{anchor}" if anchor else path


@require_safe
def agreement(request: HttpRequest, slug: str, public_id) -> HttpResponse:
    subject = found(request, slug, public_id)
    context = agreement_page.context_of(subject, request.GET.get("version", ""))
    may_write, base = writes(subject), address(subject)
    step = partner_step(context, may_write)
    context |= {"writes": may_write, "base": base, "step": step, "step_href": step and step.href(base)}
    return page(request, subject, "agreement", **context)


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, slug: str, public_id, name: str) -> HttpResponse:
    subject = found(request, slug, public_id)
    if name not in SPACE_ACTS:
        raise Http404
    if not writes(subject):
        return error_page(request, 403, READS_ONLY)
    chosen = SPACE_ACTS[name]
    if chosen.fresh and not signed_in_recently(request):
        return ask_again(request, request.path, SIGN_AGAIN)
    form, status = agreement_page.attempt(request, chosen, subject)
    if status == 302:
        messages.success(request, chosen.told)
        return redirect(address(subject, chosen.anchor))
    context = {"agreement": subject.agreement, "subject": subject, "act": chosen, "form": form}
    return page(request, subject, "act", status=status, name=name, back=address(subject), **context)


@require_POST
def settle(request: HttpRequest, slug: str, public_id, pk: int) -> HttpResponse:
    """A comment is settled."""
    subject = found(request, slug, public_id)
    agreement_page.resolve(subject, pk)
    return redirect(address(subject, "commentaires"))


@require_POST
def done(request: HttpRequest, slug: str, public_id, action_id) -> HttpResponse:
    """An action is done."""
    subject = found(request, slug, public_id)
    agreement_page.finish(subject, action_id)
    return redirect(address(subject, "actions"))


@require_safe
def paper(request: HttpRequest, slug: str, public_id, document_id) -> HttpResponse:
    return agreement_page.paper(found(request, slug, public_id), document_id)


@require_safe
def attachment(request: HttpRequest, slug: str, public_id, file_id) -> HttpResponse:
    return agreement_page.attachment(found(request, slug, public_id), file_id)
