"""One's own registration: take a seat, keep it in one's calendar, give it back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib import french
from alliance.lib.errors import Conflict
from events import calendars
from events.actions import cancel, register
from events.forms import OwnRegistrationForm
from events.models import Convention, Registration
from events.models.door_links import ticket_path
from events.models.needs_links import needs_path
from events.models.online import online_items_of
from events.views.conventions import calendar_response, own_registration
from partners.models import Organisation

SEATED = "Votre place est confirmée : un courriel vous l’écrit, avec un fichier pour votre agenda."
WAITING = "Vous êtes sur la liste d’attente : un courriel vous préviendra dès qu’une place se libère."


@require_http_methods(["GET", "HEAD", "POST"])
def register_oneself(request: HttpRequest, slug: str) -> HttpResponse:
    convention = get_object_or_404(Convention.objects.public(), slug=slug)
    organisations = list(Organisation.objects.filter(pk__in=request.user.organisation_ids))
    form = OwnRegistrationForm(
        request.POST if request.method == "POST" else None, person=request.user, organisations=organisations
    )
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                return _registered(request, convention, form)
            except Conflict as conflict:
                form.add_error(None, conflict)
                status = 409
    return render(request, "events/register.html", _page(request, convention, form), status=status)


def _registered(request: HttpRequest, convention: Convention, form: OwnRegistrationForm) -> HttpResponse:
    registration = register(
        convention=convention,
        name=form.cleaned_data["name"],
        email=request.user.email,
        organisation=form.chosen_organisation,
        user=request.user,
        by=request.user,
        at=timezone.now(),
    )
    messages.success(request, SEATED if registration.status == Registration.Status.CONFIRMED else WAITING)
    return redirect("events:register", convention.slug)


def _page(request: HttpRequest, convention: Convention, form: OwnRegistrationForm) -> dict:
    convention = Convention.objects.with_seats().get(pk=convention.pk)
    convention.registration = convention.registration_state(timezone.now())
    mine = own_registration(request.user, convention)
    return {
        "convention": convention,
        "form": form,
        "mine": mine,
        "online": online_items_of(mine) if mine else [],
        "needs_path": needs_path(mine) if mine else "",
        "ticket_path": ticket_path(mine) if mine and mine.status == Registration.Status.CONFIRMED else "",
    }


@require_safe
def registration_ics(request: HttpRequest, slug: str, public_id) -> HttpResponse:
    registration = one_registration(Registration.objects.visible_to(request.user), slug, public_id)
    return calendar_response(calendars.of_registration(registration), f"{slug}.ics")


@require_http_methods(["GET", "HEAD", "POST"])
def cancel_one(request: HttpRequest, slug: str, public_id) -> HttpResponse:
    """Ask first: a seat that is given back is offered to somebody else at once."""
    registration = one_registration(Registration.objects.cancellable_by(request.user).with_rank(), slug, public_id)
    back = way_back(request.user, registration)
    if request.method == "POST":
        cancel(registration=registration, by=request.user, at=timezone.now())
        messages.success(request, f"L’inscription {french.of(registration.attendee.name)} est annulée.")
        return redirect(back)
    return render(request, "events/cancel.html", {"registration": registration, "back": back})


def one_registration(rows, slug: str, public_id) -> Registration:
    return get_object_or_404(
        rows.select_related("convention", "attendee__organisation"), convention__slug=slug, public_id=public_id
    )


def way_back(user, registration: Registration) -> str:
    """The list of the organisation for whoever keeps it, the page of the registration for everybody else."""
    organisation = registration.attendee.organisation
    if registration.attendee.user_id != user.pk and organisation and organisation.pk in user.organisation_ids:
        return reverse("events:space_registrations", args=[organisation.slug])
    return reverse("events:register", args=[registration.convention.slug])
