"""The letters that left the demonstration: really sent by SMTP, read here."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

SHOWN_ON_PAGE = 25
SHOWN_IN_JSON = 500


@login_not_required
@require_safe
@never_cache
def letters(request):
    if not settings.DEMO:
        raise Http404
    folder = settings.DATA_DIR / "courriels"
    if request.GET.get("format") == "json":
        found = [read(path) for path in newest(folder)[:SHOWN_IN_JSON]]
        fields = [{name: letter[name] for name in ("to", "subject", "body", "sent_at")} for letter in found]
        return JsonResponse(fields, safe=False, json_dumps_params={"ensure_ascii": False})
    paths = newest(folder)
    context = {"letters": [read(path) for path in paths[:SHOWN_ON_PAGE]], "total": len(paths)}
    return render(request, "portal/courriels.html", context)


def newest(folder: Path) -> list[Path]:
    """Files are named by the moment of their receipt."""
    return sorted(folder.glob("*.eml"), reverse=True)


def read(path: Path) -> dict:
    message: EmailMessage = message_from_bytes(path.read_bytes(), policy=policy.default)
    text = message.get_body(("plain",))
    sent = parsedate_to_datetime(message["Date"]) if message["Date"] else None
    return {
        "to": str(message["To"] or message["X-Envelope-To"] or ""),
        "subject": str(message["Subject"] or ""),
        "body": text.get_content() if text else "",
        "sent_at": sent.isoformat() if sent else None,
        "sent": sent,
        "attachments": [part.get_filename() or "sans nom" for part in message.iter_attachments()],
    }
