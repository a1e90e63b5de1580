"""What waits for an agent, by deadline, within the perimeter: as many queries, whatever the number of rows."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from alliance.lib import french
from alliance.portal import agreement_queue
from alliance.portal.work_items import Tally, tallies
from alliance.proof import timestamps
from charter import alarms
from charter.models import Campaign, Paper, Signature
from charter.models.campaign import awaiting_a_campaign
from charter.models.paper import unsealed
from events.models import Certificate
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


def awaited_seals(user) -> list[Waiting]:
    """Acts without a seal, and sealed papers without an authority's time when there is one to ask; of certificates of
    attendance, for the national team, those without a seal. One query for all.
    """
    visible = Signature.objects.visible_to(user)
    parts = [(unsealed(visible), "last_fact", None), (Certificate.objects.unsealed(), "last_fact", None)]
    if timestamps.is_configured():
        parts.append((Paper.objects.unstamped().filter(signature__in=visible), "sealed_at", None))
    acts, certificates, *papers = alarms.waiting_of(*parts)
    since = min(filter(None, (each.since for each in (acts, *papers))), default=None)
    count = sum(each.count for each in (acts, *papers))
    url = reverse("staff_awaiting_acts")
    label, empty = "Actes en attente de cachet ou d’heure", "Tous les actes portent leur cachet."
    lines = [Waiting(label, count, since and timezone.localdate(since), url, empty)]
    if user.is_national:
        label, empty = "Attestations de présence en attente de cachet", "Toutes portent leur cachet."
        since = certificates.since and timezone.localdate(certificates.since)
        lines.append(Waiting(label, certificates.count, since, f"{url}#presences", empty))
    return lines


def agreement_work(user, today: date) -> list[Waiting]:
    return [Waiting(**vars(figure)) for figure in agreement_queue.figures(user, today)]


ASKED = (
    ("Besoins sans réponse", "besoin", "/gestion/besoins/?quoi=sans-reponse", "Tous les besoins ont une réponse."),
    ("Ressources demandées", "demande", "/gestion/besoins/?quoi=demandes", "Aucune demande n’attend de réponse."),
    (
        "Demandes de rattachement à décider",
        "rattachement",
        "/gestion/demandes/",
        "Toutes les demandes de rattachement ont leur réponse.",
    ),
)


def heard(line, within: str) -> list[Waiting]:
    """What people wrote from the public pages."""
    unhandled = f"handled_at__isempty=1{within}"
    return [
        line("Erreurs signalées", "erreur", _list("partners_correction", unhandled), "Aucune erreur signalée."),
        line(
            "Messages reçus des territoires", "message", _list("partners_territorymessage", unhandled),
            "Aucun message n’attend de réponse.",
        ),
    ]  # fmt: skip


def waiting_work(user) -> list[Waiting]:
    """The lines of the first page of the back office, for the rows that ``user`` may act upon."""
    today = timezone.localdate()
    found = tallies(user, today)

    def line(label: str, keys: str, url: str, empty: str) -> Waiting:
        total = sum((found[key] for key in keys.split()), Tally())
        return Waiting(label, total.count, total.since and timezone.localdate(total.since), url, empty)

    before = months_before(today, STALE_MONTHS)
    within = "" if user.is_national else "&perimetre=1"
    lines = [
        line(
            "Signatures à contresigner", "signature", _list("charter_signature", f"etat=pending{within}"),
            "Toutes les signatures sont contresignées.",
        ),
        line(
            "Mandats à vérifier", "mandat", _list("charter_mandate", f"state__exact=submitted{within}"),
            "Aucun mandat n’attend de vérification.",
        ),
        line("Projets et modifications à relire", "projet modification", reverse("staff_moderation"), "Tout est relu."),
        *heard(line, within),
        *agreement_work(user, today),
        *(line(*words) for words in ASKED),
        line(
            "Projets sans nouvelles depuis un an", "silence",
            _list("partners_project", f"moderation__exact=published&confirmed_on__lt={before}{within}"),
            "Tous les projets ont donné de leurs nouvelles.",
        ),
        line("Adresses qui ne reçoivent plus", "adresse", reverse("staff_bounces"), "Toutes les adresses reçoivent."),
        line("Doublons probables", "doublon", reverse("staff_duplicates"), "Aucun doublon probable."),
        *campaign_work(user, today),
        *awaited_seals(user),
    ]  # fmt: skip
    if user.is_national:
        url = _list("outbox_owed", "state__exact=dead")
        lines.append(line("Courriels et travaux abandonnés", "courriel", url, "Tout ce qui devait partir est parti."))
    return lines


def _list(name: str, query: str) -> str:
    return f"{reverse(f'admin:{name}_changelist')}?{query}"
