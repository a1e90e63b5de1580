"""Typing a commune's name: answers for scripts. Without a script, the lists understand what is typed."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from partners.filters.places import search_communes

LIMIT = 10
MAX_AGE = 3600


@login_not_required
@require_safe
def suggestions(request: HttpRequest) -> JsonResponse:
    """``{"results": [{"code", "name", "department", "label"}]}``, ten at most, the likeliest first."""
    found = search_communes(request.GET.get("q", ""), LIMIT)
    results = [
        {"code": row.code, "name": row.name, "department": row.department.name, "label": str(row)} for row in found
    ]
    response = JsonResponse({"results": results})
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE}"
    return response
