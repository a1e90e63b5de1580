"""The public profile of an organisation, in its space."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from alliance.lib.errors import Conflict
from alliance.lib.pages import error_page
from partners.actions.profiles import propose_profile
from partners.actions.projects import may_write_for
from partners.actions.proposals import told_change, withdraw_change
from partners.forms.profiles import ProfileForm
from partners.models import Organisation
from partners.views.space import own_organisation

READS_ONLY = "Votre rôle dans cette organisation permet de lire sa page, pas de l’écrire."


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    if not may_write_for(request.user, organisation):
        return error_page(request, 403, READS_ONLY)
    change = told_change(organisation)
    form = ProfileForm(request.POST if request.method == "POST" else None, organisation=organisation, change=change)
    status = 200
    if form.is_bound:
        status = _propose(request, form, organisation)
        if status == 302:
            return redirect("partners:space_profile", slug)
    context = {"organisation": organisation, "space_section": "profil", "form": form, "change": change}
    return render(request, "partners/space_profile.html", context, status=status)


def _propose(request: HttpRequest, form: ProfileForm, organisation: Organisation) -> int:
    if not form.is_valid():
        return 400
    typed = form.written_on(Organisation.objects.get(pk=organisation.pk))
    try:
        change = propose_profile(
            organisation=typed, axes=form.chosen_axes, by=request.user, read_at=form.cleaned_data["read_at"]
        )
    except Conflict as conflict:
        form.add_error(None, conflict)
        form.renew(Organisation.objects.get(pk=organisation.pk), told_change(organisation))
        return 409
    except ValidationError as error:
        form.add_error(None, error)
        return 400
    told = "Vos changements sont soumis. La page reste telle quelle ; un courriel vous dira la suite."
    messages.success(request, told if change else "C’est noté : la page dit déjà cela.")
    return 302


@require_POST
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    if not may_write_for(request.user, organisation):
        return error_page(request, 403, READS_ONLY)
    change = told_change(organisation)
    if change is None:
        return error_page(request, 409, "Aucune modification n’attend pour cette page.")
    withdraw_change(change=change, by=request.user)
    messages.success(request, "La modification est retirée. La page reste telle qu’elle est.")
    return redirect("partners:space_profile", slug)
