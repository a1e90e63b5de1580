"""Leaving the charter, on one page: who, for whom, with what power, what it means, then a code typed for this act."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from alliance.lib import passkeys
from alliance.lib.errors import Conflict
from charter import pdf
from charter.actions import representatives, send_signing_code, withdraw_charter, withdraw_charter_with_key
from charter.actions.codes import LIFETIME, code_elsewhere, waiting_code
from charter.forms import MandateForm, VersionedForm, WithdrawForm, WithdrawKeyForm
from charter.models import Signature, SigningCode, Withdrawal, withdrawal_text
from charter.views import ceremony
from charter.views.acts import Act, session_of
from partners.models import Organisation

UNKNOWN_ACTION = "Choisissez ce que vous voulez faire : recevoir un code, retirer ou déposer un mandat."
WITHDRAW = SigningCode.Act.WITHDRAW


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = get_object_or_404(Organisation.objects.filter(pk__in=request.user.organisation_ids), slug=slug)
    if request.method == "POST":
        return Leaving(request, organisation).respond()
    return shown(request, organisation)


def shown(request: HttpRequest, organisation: Organisation, *, status: int = 200, **changes) -> HttpResponse:
    """The page to withdraw while a signature lives; then the receipt, or that there is nothing to withdraw."""
    live = live_signatures(organisation)
    if live:
        return render(request, "charter/withdraw.html", page(request, organisation, live, **changes), status=status)
    context = {
        "organisation": organisation,
        "withdrawal": Withdrawal.objects.filter(organisation=organisation).select_related("mandate").first(),
        "notice": changes.get("notice", ""),
    }
    if context["withdrawal"]:
        context["ended"] = context["withdrawal"].signatures.select_related("version").order_by("-signed_at", "-pk")
    return render(request, "charter/withdrawn.html", context, status=status)


def live_signatures(organisation: Organisation) -> list[Signature]:
    live = Signature.objects.live().filter(organisation=organisation).select_related("version")
    return list(live.order_by("-signed_at", "-pk"))


def page(request, organisation, live, *, choice: str = "", forms: dict | None = None, notice: str = "") -> dict:
    forms, user, at = forms or {}, request.user, timezone.now()
    version = live[0].version
    mandates = ceremony.own_mandates(user, organisation, version, at, forms)
    act = {"act": WITHDRAW, "organisation": organisation, "version": version, "user": user}
    asked = act | {"session": session_of(request), "at": at}
    code = waiting_code(**asked)
    others = [person for person in representatives(organisation, timezone.localdate(at)) if person.pk != user.pk]
    return mandates | {
        "organisation": organisation,
        "siren": pdf.grouped(organisation.siren),
        "live": live,
        "version": version,
        "others": others,
        "code": code,
        "code_ends_at": code and code.sent_at + LIFETIME,
        "elsewhere": None if code else code_elsewhere(**asked),
        "has_key": bool(mandates["power"] and passkeys.keys_of(user)),
        "email": ceremony.masked(user.email),
        "consent": withdrawal_text(organisation, [signature.version.label for signature in live]),
        "withdraw_form": forms.get("withdraw") or WithdrawForm(initial={"version": version.slug}),
        "key_form": forms.get("key") or WithdrawKeyForm(initial={"version": version.slug}),
        "bound": next(iter(forms.values()), None),
        "notice": notice,
    }


class Leaving(Act):
    """The four verbs of the page."""

    unknown = UNKNOWN_ACTION
    verbs = {
        "code": ("withdraw", VersionedForm, "send_code"),
        "withdraw": ("withdraw", WithdrawForm, "withdraw"),
        "key": ("withdraw", WithdrawKeyForm, "withdraw_with_key"),
        "mandate": ("mandate", MandateForm, "deposit"),
    }

    def page(self, status: int, **changes) -> HttpResponse:
        return shown(self.request, self.organisation, status=status, **changes)

    def done(self) -> HttpResponse:
        return redirect(reverse("charter:withdraw", args=[self.organisation.slug]) + "#votre-retrait")

    def was_done(self, refusal: Conflict) -> bool:
        last = Withdrawal.objects.filter(organisation=self.organisation).first()
        return refusal.code == "not_signatory" and last is not None and last.signer_id == self.request.user.pk

    def send_code(self, form) -> None:
        live = live_signatures(self.organisation)
        if not live:
            raise Conflict("Cette signature a déjà été retirée.", code="not_signatory")
        send_signing_code(
            act=WITHDRAW,
            organisation=self.organisation,
            version=live[0].version,
            user=self.request.user,
            session=session_of(self.request),
            at=self.at,
        )
        messages.success(self.request, f"Un code est parti à {ceremony.masked(self.request.user.email)}.")

    def withdraw(self, form) -> None:
        self.conclude(withdraw_charter, form, code=form.cleaned_data["code"])

    def withdraw_with_key(self, form) -> None:
        self.conclude(withdraw_charter_with_key, form, credential=form.cleaned_data["credential"])

    def conclude(self, act, form, **proof) -> None:
        act(
            **proof,
            organisation=self.organisation,
            signer=self.request.user,
            mandate=ceremony.mandate_of(self.request.user, self.organisation, self.at),
            session=session_of(self.request),
            consent=form.cleaned_data["consent"],
            motive=form.cleaned_data["motive"],
            at=self.at,
        )
        messages.success(self.request, "La signature est retirée. Votre reçu part par courriel.")
