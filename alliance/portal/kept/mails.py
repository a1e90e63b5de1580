"""The letters of alerts. The alert is held while its letter leaves: an end waits for it, or prevents it."""

from django.conf import settings
from django.urls import reverse

from alliance.lib import mail
from alliance.lib.french import count
from alliance.portal.kept.alerts import view_of
from partners.models import Alert

SAID = {
    "new": ("nouveauté", "nouveautés"),
    "changed": ("modification", "modifications"),
    "gone": ("départ", "départs"),
}


def link(name: str, alert: Alert) -> str:
    return settings.SITE_URL + reverse(f"kept:{name}", args=[alert.public_id])


def unsubscribe_headers(alert: Alert) -> dict[str, str]:
    """RFC 8058: mail programs end the alert with one POST, without opening a page."""
    return {"List-Unsubscribe": f"<{link('end', alert)}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def send_confirmation(alert_id: int, *, message_id: str) -> None:
    alert = Alert.objects.live().select_for_update().filter(pk=alert_id).first()
    if alert is not None:
        _send(alert, "mail/portal/alert_confirmation.txt", {}, message_id)


def send_news(alert_id: int, counts: dict, keys: dict, *, message_id: str) -> None:
    alert = Alert.objects.active().select_for_update().filter(pk=alert_id).first()
    if alert is None:
        return
    noun = view_of(alert).noun
    sections = [
        {"title": count(counts[name], *words), "items": noun.items(keys[name]), "more": counts[name] - len(keys[name])}
        for name, words in SAID.items()
        if counts[name]
    ]
    summary = ", ".join(section["title"] for section in sections)
    _send(alert, "mail/portal/alert.txt", {"sections": sections, "summary": summary}, message_id)


def _send(alert: Alert, template: str, context: dict, message_id: str) -> None:
    view = view_of(alert)
    more = {"view": view, "alert": alert, "confirm_url": link("confirm", alert), "end_url": link("end", alert)}
    headers = unsubscribe_headers(alert)
    mail.send(to=[alert.email], template=template, context=context | more, message_id=message_id, headers=headers)
