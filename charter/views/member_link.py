"""The links of letters about adhering: GET shows, POST records. No account, and nothing else opens with them.

No CSRF token, hence no cookie: nothing here acts for an account. Programs that open links, by GET or HEAD, change
nothing. A link that is wrong and one that never left are the same page.
"""

import uuid
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from alliance.lib.errors import Conflict
from charter.actions.adhesions import OVER, adhere_by_link, decline_by_link, has_deciders, withdraw_adhesion
from charter.forms import LinkForm
from charter.models import Adhesion, MemberInvitation, adhesion_text
from charter.models.adhesion import withdrawal_signer
from charter.models.difference import plain, text_of


def by_link(find):
    """``view(request, thing)`` for what ``find(token)`` gives; one and the same page for anything else."""

    def wrapped(view):
        @csrf_exempt
        @login_not_required
        @never_cache
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def opened(request: HttpRequest, token: str) -> HttpResponse:
            thing = find(token)
            response = view(request, thing) if thing else render(request, "charter/member_link_gone.html", status=404)
            response.headers["Referrer-Policy"] = "no-referrer"
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
            return response

        return opened

    return wrapped


def adhesion_of(token: str) -> Adhesion | None:
    try:
        public_id = uuid.UUID(withdrawal_signer().unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    return Adhesion.objects.select_related("version").filter(public_id=public_id).first()


@by_link(lambda token: MemberInvitation.objects.of_token(token))
def member_link(request: HttpRequest, invitation: MemberInvitation) -> HttpResponse:
    """Read the text; adhere, or decline."""
    form, refusal, status = LinkForm(request.POST if request.method == "POST" else None), "", 200
    if request.method == "POST":
        try:
            if request.POST.get("act") == "decline":
                decline_by_link(invitation=invitation)
                return redirect("charter:member_link", invitation.token)
            if form.is_valid():
                typed = form.cleaned_data
                adhere_by_link(
                    invitation=invitation, name=typed["name"], job_title=typed["position"], consent=typed["consent"]
                )
                return redirect("charter:member_link", invitation.token)
            status = 400
        except Conflict as conflict:
            refusal, status = conflict.messages[0], 409
        except ValidationError as error:
            form.add_error(None, error)
            status = 400
    return render(request, "charter/member_link.html", of_link(invitation, form, refusal), status=status)


def of_link(invitation: MemberInvitation, form: LinkForm, refusal: str) -> dict:
    state = invitation.state(timezone.now())
    organisation = invitation.organisation
    name = organisation.name if organisation else invitation.name
    return {
        "invitation": invitation,
        "name": name,
        "state": state,
        "over": OVER.get(state, ""),
        "in_space": bool(organisation) and has_deciders(organisation),
        "consent": adhesion_text(name, invitation.network.name, invitation.version),
        "version": invitation.version,
        "text": plain(text_of(invitation.version.articles.all())) if state == "waiting" else None,
        "form": form,
        "refusal": refusal,
    }


@by_link(adhesion_of)
def adhesion_withdrawal(request: HttpRequest, adhesion: Adhesion) -> HttpResponse:
    """The link of the receipt: leave, without an account."""
    refusal, status = "", 200
    if request.method == "POST":
        try:
            withdraw_adhesion(adhesion=adhesion, side="member")
        except Conflict as conflict:
            refusal, status = conflict.messages[0], 409
        else:
            return redirect("charter:adhesion_withdrawal", adhesion.token)
    return render(
        request, "charter/adhesion_withdrawal.html", {"adhesion": adhesion, "refusal": refusal}, status=status
    )
