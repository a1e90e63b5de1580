"""What waits for an agent, by deadline, within the perimeter. One query a line, whatever the number of rows."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone

from alliance.lib import french
from alliance.portal import agreement_queue
from alliance.proof import timestamps
from charter.models import Campaign, Mandate, Paper, Signature
from charter.models.campaign import awaiting_a_campaign
from charter.models.paper import unsealed
from partners.models import Correction, Project, TerritoryMessage
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


def campaign_work(user, today: date) -> list[Waiting]:
    """Campaigns to prepare, open or close: by the national team, never by the clock."""
    if not user.is_national:
        return []
    todo = [
        (version.published_at, reverse("staff_campaign_prepare", args=[version.slug]))
        for version in awaiting_a_campaign()
    ]
    ready = Q(opened_at=None, opens_on__lte=today) | Q(opened_at__isnull=False, closed_at=None, closes_on__lt=today)
    for campaign in Campaign.objects.filter(ready):
        todo.append((campaign.closes_on if campaign.opened_at else campaign.opens_on, _of_campaign(campaign)))
    days = [timezone.localdate(since) if isinstance(since, datetime) else since for since, _ in todo]
    url = todo[0][1] if len(todo) == 1 else reverse("staff_campaigns")
    label = "Campagnes de réengagement à préparer, ouvrir ou clore"
    return [Waiting(label, len(todo), min(days, default=None), url, "Aucune campagne n’attend de décision.")]


def _of_campaign(campaign: Campaign) -> str:
    return reverse("staff_campaign", args=[campaign.public_id])


def awaited_acts(user) -> Waiting:
    """Acts without a seal, and sealed papers without an authority's time when there is one to ask."""
    visible = Signature.objects.visible_to(user)
    acts = unsealed(visible).aggregate(count=Count("pk"), since=Min("last_fact"))
    papers = (
        Paper.objects.unstamped().filter(signature__in=visible) if timestamps.is_configured() else Paper.objects.none()
    )
    papers = papers.aggregate(count=Count("pk"), since=Min("sealed_at"))
    since = min(filter(None, (acts["since"], papers["since"])), default=None)
    label, empty = "Actes en attente de cachet ou d’heure", "Tous les actes portent leur cachet."
    url = reverse("staff_awaiting_acts")
    return Waiting(label, acts["count"] + papers["count"], since and timezone.localdate(since), url, empty)


def agreement_work(user, today: date) -> list[Waiting]:
    return [Waiting(**vars(figure)) for figure in agreement_queue.figures(user, today)]


def waiting_work(user) -> list[Waiting]:
    """The lines of the first page of the back office, for the rows that ``user`` may act upon."""
    today = timezone.localdate()
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
        *agreement_work(user, today),
        _line(
            "Projets sans nouvelles depuis un an", stale, "confirmed_on",
            "partners_project", f"moderation__exact=published&confirmed_on__lt={months_before(today, STALE_MONTHS)}",
            "Tous les projets ont donné de leurs nouvelles.",
        ),
        *campaign_work(user, today),
        awaited_acts(user),
    ]  # fmt: skip
