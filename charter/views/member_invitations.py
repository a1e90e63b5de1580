"""A network invites its members: what is pasted, the preview of every line and recipient, what left, taking back."""

from functools import wraps
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from alliance.lib import french
from alliance.lib.errors import Conflict
from alliance.lib.files import MEGABYTE
from alliance.lib.pages import error_page
from alliance.lib.sheets.reading import read as read_sheet
from charter.actions.adhesions import may_decide
from charter.actions.member_invitations import prepare_list, revoke_invitation, send_list
from charter.actions.member_lines import cells_of
from charter.forms import MemberListForm
from charter.models import InvitationList, MemberInvitation
from charter.models.member_invitation import MOST_LINES
from charter.views.network import READS_ONLY, head_or_404
from partners.models import Organisation

SENT_ROWS, SHOWN_LINES = 50, 100
FILE_MAX = 2 * MEGABYTE
STATES = {
    "waiting": "en attente", "adhered": "adhère", "declined": "décline", "revoked": "reprise", "expired": "échue",
}  # fmt: skip


def inviting_network(request: HttpRequest, slug: str) -> Organisation:
    """Whose members may be invited: a national network."""
    organisation = head_or_404(request, slug)
    if organisation.kind != Organisation.Kind.NETWORK:
        raise Http404
    return organisation


def decides(view):
    """``view(request, network, …)`` for whoever decides for the network; others of its people are told why not."""

    @wraps(view)
    def opened(request: HttpRequest, slug: str, **keys) -> HttpResponse:
        network = inviting_network(request, slug)
        if keys:
            keys = {"thing": _thing(network, **keys)}
        if not may_decide(request.user, network):
            return error_page(request, 403, READS_ONLY)
        return view(request, network, **keys)

    return opened


def _thing(network: Organisation, *, list_id=None, public_id=None):
    if list_id:
        rows = InvitationList.objects.filter(network=network).select_related("network", "version", "prepared_by")
        return get_object_or_404(rows, public_id=list_id)
    return get_object_or_404(MemberInvitation.objects.sent().filter(network=network), public_id=public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@decides
def invitations(request: HttpRequest, network: Organisation) -> HttpResponse:
    """What was sent, and a new list."""
    sending = request.method == "POST"
    form, status = MemberListForm(request.POST if sending else None, request.FILES if sending else None), 200
    if sending and form.is_valid():
        try:
            made = prepare_list(network=network, rows=_rows(form), by=request.user)
        except Conflict as conflict:
            form.add_error(None, conflict)
            status = 409
        except ValidationError as refusal:
            form.add_error("upload" if form.cleaned_data["upload"] else "pasted", refusal)
            status = 400
        else:
            return redirect("charter:invitation_list", network.slug, made.public_id)
    elif sending:
        status = 400
    rows = MemberInvitation.objects.sent().filter(network=network).order_by("-sent_at", "line", "pk")
    page = Paginator(rows, SENT_ROWS).get_page(request.GET.get("page"))
    context = {"organisation": network, "space_section": "reseau", "form": form, "page": _told(page)}
    return render(request, "charter/invitations.html", context, status=status)


def _told(page):
    now = timezone.now()
    for row in page.object_list:
        row.state_key = row.state(now)
        row.state_words = STATES[row.state_key]
    return page


def _rows(form: MemberListForm) -> list[tuple[int, list[str]]]:
    """Numbered lines of cells, from the file when there is one. Raises ValidationError for what cannot be read."""
    upload = form.cleaned_data["upload"]
    if not upload:
        return cells_of(form.cleaned_data["pasted"])
    if upload.size > FILE_MAX:
        raise ValidationError("Ce fichier est trop lourd : 2 Mo au plus.")
    with NamedTemporaryFile(suffix=Path(upload.name).suffix[:6]) as kept:
        for chunk in upload.chunks():
            kept.write(chunk)
        kept.flush()
        sheet = read_sheet(kept.name)
        found = [(sheet.header.line, sheet.header.cells)]
        for row in sheet.rows:
            found.append((row.line, row.cells))
            if len(found) > MOST_LINES + 1:
                break
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@decides
def invitation_list(request: HttpRequest, network: Organisation, thing: InvitationList) -> HttpResponse:
    """Every line as it was understood and every recipient; sending it."""
    refusal, status = "", 200
    if request.method == "POST":
        try:
            sent = send_list(prepared=thing, by=request.user)
        except Conflict as conflict:
            refusal, status = conflict.messages[0], 409
        else:
            messages.success(request, f"{sent} invitation{'s partent' if sent > 1 else ' part'} par courriel.")
            return redirect("charter:invitations", network.slug)
    rows = thing.invitations.select_related("organisation").order_by("line")
    context = {
        "organisation": network,
        "space_section": "reseau",
        "list": thing,
        "page": Paginator(rows, SHOWN_LINES).get_page(request.GET.get("page")),
        "refusal": refusal,
    }
    return render(request, "charter/invitation_list.html", context, status=status)


@require_POST
@decides
def revoke(request: HttpRequest, network: Organisation, thing: MemberInvitation) -> HttpResponse:
    try:
        revoke_invitation(invitation=thing, by=request.user)
    except Conflict as conflict:
        return error_page(request, 409, conflict.messages[0])
    messages.success(request, f"L’invitation {french.of(thing.name)} est reprise : son lien n’ouvre plus rien.")
    return redirect("charter:invitations", network.slug)
