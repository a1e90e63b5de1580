"""Projects that are likely the one somebody is describing: told with the reason, before it is made twice."""

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Q, QuerySet, Value

from alliance.lib.db import LowerUnaccent
from partners.models.organisation import Organisation
from partners.models.project import Project
from partners.models.territory import Commune

ALIKE, NEARLY_THE_SAME = 0.4, 0.7
SHOWN = 5
NETWORK_MAX = 2_000


def resembling(
    title: str, *, user, lead: Organisation, commune: Commune | None = None, but: Project | None = None
) -> list[Project]:
    """At most five, the most alike first, each with its ``reasons``: a name alike, in the same commune or the same
    network. Public ones, and those of the person's own organisations. Three queries at most.
    """
    if len(title.strip()) < 4:
        return []
    network = _network(lead)
    readable = Project.objects.filter(Q(moderation="published") | Q(lead__in=user.organisation_ids))
    found = {project.pk: project for project in _alike(readable.filter(lead__in=network), title, but)}
    if commune:
        found |= {project.pk: project for project in _alike(readable.filter(commune=commune), title, but)}
    best = sorted(found.values(), key=lambda project: (-project.likeness, project.pk))[:SHOWN]
    for project in best:
        project.reasons = _reasons(project, lead, commune, network)
    return best


def _network(lead: Organisation) -> list[int]:
    """The organisation with its parent and all that hangs on either: one level up, the whole tree down."""
    top = [lead.parent_id or lead.pk, lead.pk]
    return list(Organisation.objects.within(top).order_by().values_list("pk", flat=True)[:NETWORK_MAX])


def _alike(rows: QuerySet, title: str, but: Project | None) -> QuerySet:
    likeness = TrigramSimilarity(LowerUnaccent("title"), LowerUnaccent(Value(title)))
    rows = rows.exclude(pk=but.pk) if but else rows
    rows = rows.annotate(likeness=likeness).filter(likeness__gte=ALIKE).order_by("-likeness", "pk")
    return rows.select_related("lead", "commune").defer("search", "keywords", "description")[:SHOWN]


def _reasons(project: Project, lead: Organisation, commune: Commune | None, network: list[int]) -> list[str]:
    told = ["presque le même titre" if project.likeness >= NEARLY_THE_SAME else "un titre proche"]
    if commune and project.commune_id == commune.pk:
        told.append("même commune")
    if project.lead_id == lead.pk:
        told.append("même organisation")
    elif project.lead_id in network:
        told.append("même réseau")
    return told
