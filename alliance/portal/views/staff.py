"""Pages of the back office that are not a list of rows."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from alliance.portal.staff_forms import AgentForm, InvitationForm
from partners.actions.invitations import invite_member
from partners.actions.people import invite_staff


def _form_page(request, form, title: str, lead: str):
    context = admin.site.each_context(request) | {"title": title, "lead": lead, "form": form, "media": form.media}
    return TemplateResponse(request, "admin/plain_form.html", context, status=400 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request):
    """Invite a person into an organisation of the agent's perimeter."""
    if not request.user.is_staff:
        raise Http404
    form = InvitationForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            invitation = invite_member(by=request.user, **form.cleaned_data)
        except (ValidationError, PermissionDenied) as refusal:
            form.add_error(None, getattr(refusal, "messages", ["Cette organisation est hors de votre périmètre."]))
        else:
            messages.success(request, f"L’invitation part pour {invitation.organisation}. Elle vaut deux semaines.")
            return redirect("admin:partners_membership_changelist")
    lead = "La personne accepte depuis son courriel, puis entre avec un code envoyé à cette adresse, sans mot de passe."
    return _form_page(request, form, "Inviter une personne", lead)


@require_http_methods(["GET", "HEAD", "POST"])
def invite_agent(request):
    """Give a colleague of La Poste a perimeter; the national team only."""
    if not request.user.is_staff:
        raise Http404
    if not request.user.is_national:
        raise PermissionDenied
    form = AgentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            agent = invite_staff(by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, f"{agent} peut entrer et choisira un second facteur à l’arrivée.")
            return redirect("admin:partners_staffperimeter_changelist")
    lead = "À sa première connexion, l’agent choisit un second facteur : une application de codes ou une clé d’accès."
    return _form_page(request, form, "Inviter un agent de La Poste", lead)
