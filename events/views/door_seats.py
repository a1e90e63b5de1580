"""A place in a workshop for somebody who has just walked in, from the phone of the door: with network only.

It never passes through the queue of the device: a place that is promised without network may be gone.
"""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from alliance.lib import french
from alliance.lib.errors import Conflict
from events.actions.doors import CLOSED, refuse_unless_heard
from events.actions.workshop_doors import seats_to_give, take_seat
from events.models import CheckIn, Workshop
from events.models.door_links import door_of

SHOWN = 8


def seats_of(entry: CheckIn) -> list[dict]:
    """What the phone may offer to somebody who walked in."""
    return [
        {
            "workshop": each.item.public_id.hex,
            "words": f"{each.item.title}, {each.item.hours}\xa0: {french.count(each.left, 'place', 'places')}",
        }
        for each in seats_to_give(entry, timezone.now())[:SHOWN]
    ]


@csrf_exempt
@login_not_required
@never_cache
@require_POST
def seat(request: HttpRequest, token: str) -> JsonResponse:
    """``workshop`` for whoever came in by ``entry`` of this very door.

    200: it is theirs; 409: not any more, or unknown; 410: the door is closed.
    """
    found, at = door_of(token), timezone.now()
    if found is None:
        raise Http404
    try:
        refuse_unless_heard(found, at=at)
        rows = (
            CheckIn.objects.of_people().filter(door=found, means=CheckIn.Means.WALK_IN).select_related("registration")
        )
        entry = get_object_or_404(rows, key=_uuid(request.POST.get("entry", "")))
        workshops = Workshop.objects.filter(item__convention=found.convention_id).select_related("item")
        workshop = get_object_or_404(workshops, item__public_id=_uuid(request.POST.get("workshop", "")))
        take_seat(registration=entry.registration, workshop=workshop, at=at, unawaited=True)
    except Conflict as conflict:
        status = 410 if conflict.code in CLOSED else 409
        return JsonResponse({"code": conflict.code, "sentence": conflict.messages[0], "seats": []}, status=status)
    except Http404:
        told = {
            "code": "unknown",
            "sentence": "Cette entrée n’est pas de cette porte, ou cet atelier n’est plus.",
            "seats": [],
        }
        return JsonResponse(told, status=409)
    sentence = f"Place prise\xa0: {workshop.item.title}, {workshop.item.hours}."
    return JsonResponse({"sentence": sentence, "seats": seats_of(entry)})


def _uuid(typed: str) -> UUID:
    try:
        return UUID(typed)
    except ValueError:
        raise Http404 from None
