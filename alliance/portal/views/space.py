"""The partner space: arrival, an organisation's page for its members."""

from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from alliance.portal.account.adapters import home_of
from alliance.portal.todos import Place, places_of, todos_of
from charter.models import CharterVersion, Signature
from partners.models import Agreement, Project


def place_or_404(user, slug: str, on) -> Place:
    """The organisation as its member sees it; for anybody else it does not exist here."""
    for place in places_of(user, on):
        if place.organisation.slug == slug:
            return place
    raise Http404


@require_safe
def space(request):
    """Arrival: what awaits, then the organisations."""
    at = timezone.now()
    places = places_of(request.user, timezone.localdate(at))
    if not places and request.user.is_staff:
        return redirect(home_of(request.user))
    version = CharterVersion.objects.in_force(timezone.localdate(at))
    states = charter_states([place.organisation.pk for place in places], version)
    cards = [{"place": place, "signature": states.get(place.organisation.pk)} for place in places]
    context = {"cards": cards, "todos": todos_of(request.user, places, at=at), "version": version}
    return render(request, "portal/space.html", context)


def charter_states(organisation_ids: list[int], version: CharterVersion | None) -> dict[int, Signature]:
    """The live signature of each organisation on ``version``; one query."""
    live = Signature.objects.answering(version).filter(organisation__in=organisation_ids)
    return {signature.organisation_id: signature for signature in live}


@require_safe
def space_organisation(request, slug):
    at = timezone.now()
    on = timezone.localdate(at)
    place = place_or_404(request.user, slug, on)
    organisation = place.organisation
    version = CharterVersion.objects.in_force(on)
    agreements = Agreement.objects.filter(organisation=organisation, shared_at__isnull=False)
    projects = Project.objects.filter(lead=organisation).aggregate(
        published=Count("pk", filter=Q(moderation="published")),
        submitted=Count("pk", filter=Q(moderation="submitted")),
    )
    context = {
        "organisation": organisation,
        "space_section": "accueil",
        "role_labels": place.role_labels,
        "todos": todos_of(request.user, [place], at=at),
        "version": version,
        "signature": charter_states([organisation.pk], version).get(organisation.pk),
        "agreements": agreements.with_standing(on).select_related("referent").order_by("-starts_on", "-pk")[:5],
        "projects": projects,
    }
    return render(request, "portal/space_organisation.html", context)
