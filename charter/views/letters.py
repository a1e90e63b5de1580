"""The link in a letter: that it was followed is evidence; then the page to sign, behind the sign-in."""

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from charter.models import CharterVersion, EvidenceEvent
from charter.models.evidence import Kind, note
from charter.models.letter import read_token
from partners.models import Organisation, User


@login_not_required
@never_cache
@require_safe
def follow(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Whoever holds the link is led to the same page; a link that we did not write is followed and not noted."""
    if request.method == "GET":
        note_followed(slug, token)
    return redirect("charter:sign_for", slug)


def note_followed(slug: str, token: str) -> None:
    """Once a day for a person and a letter: a link followed twice tells nothing more."""
    read = read_token(token)
    if read is None:
        return
    letter, organisation_id, version_id, person_id = read
    organisation = Organisation.objects.filter(pk=organisation_id, slug=slug).first()
    version = CharterVersion.objects.filter(pk=version_id).first()
    person = User.objects.filter(pk=person_id, is_active=True).first()
    if not (organisation and version and person):
        return
    chain = EvidenceEvent.objects.of_chain(organisation, version).filter(kind=Kind.OPENED, person=person)
    if not chain.filter(details__letter=letter, at__date=timezone.localdate()).exists():
        with transaction.atomic():
            note(kind=Kind.OPENED, organisation=organisation, version=version, person=person, letter=letter)
