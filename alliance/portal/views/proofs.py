"""What anyone may fetch of the journal: signed checkpoints and the history of keys, as files for machines."""

import hashlib

import orjson
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from alliance.proof import checkpoints, journal, keys, notes
from alliance.proof.models import Checkpoint

TEXT, JSON = "text/plain; charset=utf-8", "application/json"
LISTED = 200
NONE_YET = "Aucun point de contrôle n’est encore signé.\n"
NOT_A_SIZE = "Un nombre d’entrées est un entier, de 0 à 18 chiffres au plus.\n"
NONE_OF_SIZE = "Aucun point de contrôle n’a été signé à ce nombre d’entrées.\n"


@login_not_required
@require_safe
def checkpoint(request):
    """The latest, in C2SP form."""
    text = checkpoints.latest_text()
    return published(request, text.encode(), TEXT) if text else sentence(NONE_YET, 404)


@login_not_required
@require_safe
def checkpoint_at(request, size):
    if not (size.isascii() and size.isdigit()) or len(size) > 18:
        return sentence(NOT_A_SIZE, 400)
    found = Checkpoint.objects.filter(size=int(size)).first()
    return published(request, found.text.encode(), TEXT) if found else sentence(NONE_OF_SIZE, 404)


@login_not_required
@require_safe
def checkpoint_list(request):
    """What was signed, the newest first, 200 at a time: ``?before=<size>`` goes on."""
    typed = request.GET.get("before", "")
    if typed and (not (typed.isascii() and typed.isdigit()) or len(typed) > 18):
        return sentence(NOT_A_SIZE, 400)
    rows = Checkpoint.objects.order_by("-size")
    rows = list((rows.filter(size__lt=int(typed)) if typed else rows)[: LISTED + 1])
    listed = rows[:LISTED]
    here = request.build_absolute_uri(request.path)
    answer = {
        "checkpoints": [
            {
                "size": each.size,
                "root": notes.encoded(bytes(each.root)),
                "signed_at": journal.instant(each.signed_at),
                "url": request.build_absolute_uri(reverse("journal_checkpoint_at", args=[each.size])),
            }
            for each in listed
        ],
        "next": f"{here}?before={listed[-1].size}" if len(rows) > LISTED else None,
    }
    return published(request, orjson.dumps(answer, option=orjson.OPT_INDENT_2) + b"\n", JSON)


@login_not_required
@require_safe
def key_history(request):
    return published(request, keys.document(), JSON)


def published(request: HttpRequest, content: bytes, content_type: str) -> HttpResponse:
    """Readable from any site; 304 when the client has these bytes already."""
    response = HttpResponse(content, content_type=content_type)
    response["ETag"] = etag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
    response["Cache-Control"] = "no-cache"
    response["Access-Control-Allow-Origin"] = "*"
    return get_conditional_response(request, etag=etag, response=response)


def sentence(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type=TEXT, headers={"Cache-Control": "no-store"})
