"""Former addresses of organisations lead to those of today: asked only when a page has answered 404.

Whoever may not read the organisation sees the 404 of a missing one: in the partner space and in the back office the
address leads on for its own people and agents only; elsewhere when it is public.
"""

import re

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirectBase
from django.urls import NoReverseMatch, reverse

from partners.models import FormerAddress, Organisation

READS = ("GET", "HEAD")
API = "api:organisation"
UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
NOUNS = {
    "partners:organisation",
    "partners:report_organisation",
    "partners:reported_organisation",
    API,
    "staff_partner",
    "staff_partner_identity",
    "charter:sign_for",
    "charter:withdraw",
    "charter:space_signatures",
}
SPACES = ("portal:space_", "partners:space_", "events:space_")


class Moved(HttpResponseRedirectBase):
    """301 for what is read, 308 for what is sent: forgotten after an hour, since a merger can be taken back."""

    status_code = 301

    def __init__(self, address: str, *, method: str):
        super().__init__(address)
        self.status_code = 301 if method in READS else 308
        self.headers["Cache-Control"] = "max-age=3600"


class OldAddressMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        return (led_on(request) or response) if response.status_code == 404 else response


def led_on(request: HttpRequest) -> HttpResponse | None:
    match = request.resolver_match
    if match is None or "slug" not in match.kwargs or not concerned(match.view_name):
        return None
    slug = address_of(match.kwargs["slug"], match.view_name, readable_by(request, match.view_name))
    if slug is None:
        return None
    try:
        address = reverse(match.view_name, kwargs=match.kwargs | {"slug": slug})
    except NoReverseMatch:
        return None
    query = request.META.get("QUERY_STRING", "")
    return Moved(f"{address}?{query}" if query else address, method=request.method)


def address_of(asked: str, name: str, readable) -> str | None:
    """By a former address; in the API by ``id`` too, which stays when the address changes."""
    slug = FormerAddress.objects.leads_to(asked, readable)
    if slug is None and name == API and UUID.fullmatch(asked):
        slug = readable.filter(public_id=asked).values_list("slug", flat=True).first()
    return slug


def concerned(name: str) -> bool:
    return name in NOUNS or name.startswith(SPACES)


def readable_by(request: HttpRequest, name: str):
    """The organisations whose former addresses may be told at this door."""
    if name.startswith(("partners:organisation", "partners:report", "api:")):
        return Organisation.objects.public()
    return Organisation.objects.visible_to(request.user)
