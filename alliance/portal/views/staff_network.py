"""The network of an organisation in the back office: the same rows as its head sees, within the agent's perimeter."""

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from alliance.lib import french
from charter.models import Adhesion
from charter.views.member_rows import Asked, chosen, counts, in_tree, member_rows, told
from partners.models import Organisation
from partners.models.perimeter import readable

ROWS, AWAITED = 50, 20


@require_safe
def partner_network(request: HttpRequest, slug: str) -> HttpResponse:
    if not request.user.is_staff:
        raise Http404
    network = get_object_or_404(Organisation.objects.filter(readable(request.user, "")), slug=slug)
    at, asked = timezone.now(), Asked.read(request.GET)
    rows = member_rows(network, at).filter(readable(request.user, ""))
    page = Paginator(in_tree(chosen(rows, asked)), ROWS).get_page(request.GET.get("page"))
    told(page.object_list, network)
    under = Adhesion.objects.live().filter(network=network, organisation__is_public=False)
    hidden = under.filter(readable(request.user, "organisation")).select_related("organisation")[:AWAITED]
    context = admin.site.each_context(request) | {
        "title": f"Réseau {french.of(network.label)}",
        "organisation": network,
        "asked": asked,
        "counts": counts(rows),
        "page": page,
        "hidden": list(hidden),
    }
    return TemplateResponse(request, "admin/needs/network.html", context)
