"""The steering report of one reader, within their own perimeter at the moment when it leaves."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from alliance.lib import csv, mail, xlsx
from alliance.portal import steering
from partners.models import SteeringSending

HEADER = ("Tableau", "Ligne", "Colonne", "Nombre", "Définition", "Liste")
KINDS = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
Outcome = SteeringSending.Outcome


def perimeter_of(person) -> str:
    if person.is_national:
        return "France entière"
    return ", ".join(region.name for region in steering.regions_of(person)) or "aucune région"


def document(rows: list[tuple], form: str) -> bytes:
    whole = [(*row[:-1], settings.SITE_URL + row[-1]) for row in rows]
    if form == "csv":
        return "".join(csv.stream(HEADER, whole)).encode()
    return b"".join(xlsx.stream(HEADER, whole))


def send(sending_id: int, *, message_id: str) -> None:
    """Nothing leaves to somebody who is no agent any more, or has stopped; the sending says so."""
    rows = SteeringSending.objects.select_for_update(of=("self",)).select_related("reader__report", "reader__person")
    sending = rows.get(pk=sending_id)
    reader, person = sending.reader, sending.reader.person
    if reader.stopped_at or reader.report.stopped_at or not (person.is_staff and person.is_active):
        SteeringSending.objects.filter(pk=sending.pk).update(outcome=Outcome.ASIDE)
        return
    now, today = timezone.now(), timezone.localdate()
    figures, form = steering.report(person, today, now), reader.report.form
    stop = settings.SITE_URL + reverse("mail:stop_report", args=[reader.public_id])
    headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    context = {"report": reader.report, "person": person, "today": today, "stop_url": stop, "count": len(figures)}
    mail.send(
        to=[person.email],
        template="mail/portal/steering.txt",
        context=context | {"perimeter": perimeter_of(person), "page": reverse("staff_steering")},
        message_id=message_id,
        headers=headers,
        attachments=[(f"pilotage-{today.isoformat()}.{form}", document(figures, form), KINDS[form])],
    )
    facts = {"perimeter": perimeter_of(person)[:300], "lines": len(figures), "sent_at": now}
    SteeringSending.objects.filter(pk=sending.pk).update(outcome=Outcome.SENT, **facts)
