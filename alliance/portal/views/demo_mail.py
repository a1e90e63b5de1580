"""The letters that left the demonstration: really sent by SMTP, read here. Elsewhere nothing answers."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

SHOWN_ON_PAGE = 8
SHOWN_IN_JSON = 500
NAME = re.compile(r"[0-9TZ.-]{1,60}")


@login_not_required
@require_safe
@never_cache
def letters(request):
    newest = sorted(_folder().glob("*.eml"), reverse=True)  # named by the moment of their receipt
    if request.GET.get("format") == "json":
        found = [_read(path) for path in newest[:SHOWN_IN_JSON]]
        return JsonResponse(
            [{name: letter[name] for name in ("to", "subject", "body", "sent_at")} for letter in found],
            safe=False,
            json_dumps_params={"ensure_ascii": False},
        )
    page = Paginator(newest, SHOWN_ON_PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/courriels.html", {"page": page, "letters": [_read(path) for path in page]})


@login_not_required
@require_safe
@never_cache
def attachment(request, name, number):
    path = _folder() / f"{name}.eml"
    if not NAME.fullmatch(name) or not path.is_file():
        raise Http404
    parts = list(_parse(path).iter_attachments())
    if number >= len(parts):
        raise Http404
    part = parts[number]
    content = part.get_content()
    return HttpResponse(
        content,
        content_type=part.get_content_type(),
        headers={"Content-Disposition": f'attachment; filename="{_file_name(part)}"'},
    )


def _folder() -> Path:
    if not settings.DEMO:
        raise Http404
    return settings.DATA_DIR / "courriels"


def _parse(path: Path) -> EmailMessage:
    return message_from_bytes(path.read_bytes(), policy=policy.default)


def _file_name(part: EmailMessage) -> str:
    return re.sub(r"[^\w.-]", "_", part.get_filename() or "fichier", flags=re.ASCII)


def _read(path: Path) -> dict:
    message = _parse(path)
    text = message.get_body(("plain",))
    sent = message["Date"].datetime if message["Date"] else None
    return {
        "name": path.stem,
        "to": str(message["To"] or message["X-Envelope-To"] or ""),
        "subject": str(message["Subject"] or ""),
        "body": text.get_content().replace("\r\n", "\n") if text else "",
        "sent_at": sent.isoformat(timespec="seconds") if sent else None,
        "sent": sent,
        "attachments": [_file_name(part) for part in message.iter_attachments()],
    }
