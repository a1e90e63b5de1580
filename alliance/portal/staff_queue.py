"""What waits for an agent, by deadline, within the perimeter. One query a line, whatever the number of rows."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone

from alliance.lib import french
from charter.models import Mandate, Signature
from partners.models import Agreement, Correction, Project, TerritoryMessage
from partners.models.project import STALE_MONTHS, months_before


@dataclass(frozen=True)
class Waiting:
    """``since`` is the first row's date, past or to come; ``url`` opens the very list that ``count`` counts."""

    label: str
    count: int
    since: date | None
    url: str
    empty: str

    @property
    def since_words(self) -> str:
        """« depuis le 12 novembre 2026 », or « le premier le … » for what is still to come."""
        if self.since is None:
            return ""
        first = "le premier le" if self.since > timezone.localdate() else "depuis le"
        return f"{first} {french.long_date(self.since)}"


def _line(label: str, rows, since: str, url_name: str, query: str, empty: str) -> Waiting:
    found = rows.aggregate(count=Count("pk"), since=Min(since))
    day = found["since"]
    if isinstance(day, datetime):
        day = timezone.localdate(day)
    return Waiting(label, found["count"], day, f"{reverse(f'admin:{url_name}_changelist')}?{query}", empty)


def waiting_work(user) -> list[Waiting]:
    """The lines of the first page of the back office, for the rows that ``user`` may act upon."""
    today = timezone.localdate()
    ending = Agreement.objects.writable_by(user).filter(
        state="active", ends_on__gte=today, ends_on__lte=today + timedelta(days=90)
    )
    soon = f"state__exact=active&ends_on__gte={today}&ends_on__lte={today + timedelta(days=90)}"
    stale = Project.objects.writable_by(user).public().filter(confirmed_on__lt=months_before(today, STALE_MONTHS))
    return [
        _line(
            "Signatures à contresigner", Signature.objects.writable_by(user).pending(), "signed_at",
            "charter_signature", "etat=pending", "Toutes les signatures sont contresignées.",
        ),
        _line(
            "Mandats à vérifier", Mandate.objects.writable_by(user).filter(state="submitted"), "entered_at",
            "charter_mandate", "state__exact=submitted", "Aucun mandat n’attend de vérification.",
        ),
        _line(
            "Projets à publier", Project.objects.writable_by(user).filter(moderation="submitted"), "updated_at",
            "partners_project", "moderation__exact=submitted", "Aucun projet n’attend.",
        ),
        _line(
            "Erreurs signalées", Correction.objects.writable_by(user).filter(handled_at=None), "reported_at",
            "partners_correction", "handled_at__isempty=1", "Aucune erreur signalée.",
        ),
        _line(
            "Messages reçus des territoires", TerritoryMessage.objects.writable_by(user).waiting(), "sent_at",
            "partners_territorymessage", "handled_at__isempty=1", "Aucun message n’attend de réponse.",
        ),
        _line(
            "Accords qui se terminent d’ici 90 jours", ending, "ends_on",
            "partners_agreement", soon, "Aucun accord ne se termine d’ici 90 jours.",
        ),
        _line(
            "Projets sans nouvelles depuis un an", stale, "confirmed_on",
            "partners_project", f"moderation__exact=published&confirmed_on__lt={months_before(today, STALE_MONTHS)}",
            "Tous les projets ont donné de leurs nouvelles.",
        ),
    ]  # fmt: skip
