"""Signing, on one page: read, choose, receive a code, sign. Nobody who may open the page is left without a way on."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib.errors import Conflict
from alliance.lib.french import enumeration
from charter.actions import (
    announce_deliberation,
    send_signing_code,
    sign_charter,
    sign_charter_with_key,
    transmit,
)
from charter.forms import DeliberationForm, KeyForm, MandateForm, SignForm, VersionedForm
from charter.models import Archive, CharterVersion, Signature
from charter.views import ceremony
from charter.views.acts import Act, session_of
from charter.views.shown import note_shown
from partners.models import Organisation

CHANGED = "Une nouvelle version de la charte est entrée en vigueur : relisez le texte avant de signer."
UNKNOWN_ACTION = "Choisissez ce que vous voulez faire : signer, transmettre, déposer un mandat ou délibérer."


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """The only organisation of the person, or the question."""
    organisations = list(Organisation.objects.filter(pk__in=request.user.organisation_ids))
    if len(organisations) == 1:
        return redirect("charter:sign_for", organisations[0].slug)
    version = CharterVersion.objects.in_force(timezone.localdate())
    signed = Signature.objects.answering(version).filter(organisation__in=organisations)
    states = {signature.organisation_id: signature.state for signature in signed}
    for organisation in organisations:
        organisation.signature_state = states.get(organisation.pk, "")
    return render(request, "charter/choose.html", {"organisations": organisations, "version": version})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_for(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = get_object_or_404(Organisation.objects.filter(pk__in=request.user.organisation_ids), slug=slug)
    version = CharterVersion.objects.in_force(timezone.localdate())
    if version is None:
        return render(request, "charter/no_version.html", {"organisation": organisation})
    if request.method != "POST":
        return shown(request, organisation, version)
    return Signing(request, organisation, version).respond()


def shown(request, organisation, version, *, status: int = 200, **changes) -> HttpResponse:
    """The receipt when the organisation has signed, the page to sign otherwise."""
    signature = ceremony.live_signature(organisation, version)
    if signature is not None:
        forms = changes.get("forms") or {}
        context = ceremony.own_mandates(request.user, organisation, version, timezone.now(), forms) | {
            "organisation": organisation,
            "version": version,
            "signature": signature,
            "is_own": signature.signer_id == request.user.pk,
            "steps": ceremony.steps(signature.mandate, signature),
            "notice": changes.get("notice", ""),
            "bound": forms.get("mandate"),
            "has_archive": Archive.objects.filter(paper__signature=signature).exists(),
        }
        return render(request, "charter/signed.html", context, status=status)
    note_shown(request, organisation, version)
    context = ceremony.page(
        user=request.user,
        organisation=organisation,
        version=version,
        session=session_of(request),
        at=timezone.now(),
        marked=request.GET.get("changements") != "non",
        **changes,
    )
    return render(request, "charter/sign.html", context, status=status)


class Signing(Act):
    """The six verbs of the page."""

    unknown = UNKNOWN_ACTION
    verbs = {
        "code": ("sign", VersionedForm, "send_code"),
        "sign": ("sign", SignForm, "sign"),
        "key": ("sign", KeyForm, "sign_with_key"),
        "transmit": ("transmit", VersionedForm, "transmit"),
        "mandate": ("mandate", MandateForm, "deposit"),
        "deliberate": ("deliberate", DeliberationForm, "deliberate"),
    }

    def __init__(self, request: HttpRequest, organisation: Organisation, version: CharterVersion):
        super().__init__(request, organisation)
        self.version = version
        self.subject = {"organisation": organisation, "version": version}

    def refusal(self) -> str:
        return CHANGED if self.request.POST.get("version") != self.version.slug else ""

    def done(self) -> HttpResponse:
        return redirect(reverse("charter:sign_for", args=[self.organisation.slug]) + "#votre-signature")

    def was_done(self, refusal: Conflict) -> bool:
        signature = ceremony.live_signature(**self.subject)
        own = signature is not None and signature.signer_id == self.request.user.pk
        return refusal.code == "already_signed" and own

    def page(self, status: int, **changes) -> HttpResponse:
        return shown(self.request, self.organisation, self.version, status=status, **changes)

    def send_code(self, form) -> None:
        send_signing_code(**self.subject, user=self.request.user, session=session_of(self.request), at=self.at)
        messages.success(self.request, f"Un code est parti à {ceremony.masked(self.request.user.email)}.")

    def sign(self, form) -> None:
        self.conclude(sign_charter, code=form.cleaned_data["code"], consent=form.cleaned_data["consent"])

    def sign_with_key(self, form) -> None:
        typed = form.cleaned_data
        self.conclude(sign_charter_with_key, credential=typed["credential"], consent=typed["consent"])

    def conclude(self, act, **proof) -> None:
        act(
            **self.subject,
            **proof,
            signer=self.request.user,
            mandate=ceremony.mandate_of(self.request.user, self.organisation, self.at),
            session=session_of(self.request),
            at=self.at,
        )
        messages.success(self.request, "Vous avez signé. Votre reçu part par courriel.")

    def transmit(self, form) -> None:
        sent = transmit(**self.subject, sender=self.request.user, at=self.at)
        names = enumeration(str(transmission.recipient) for transmission in sent)
        messages.success(self.request, f"La charte est transmise à {names}.")

    def deliberate(self, form) -> None:
        announce_deliberation(**self.subject, by=self.request.user, meets_on=form.cleaned_data["meets_on"], at=self.at)
        messages.success(self.request, "La date est notée : vous recevrez un rappel ce matin-là.")
