"""What agreements ask of an agent: to decide at a term, to put in force what is signed, to talk before a term comes."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.urls import reverse

from partners.models import Agreement, AgreementVersion

SOON = timedelta(days=90)


@dataclass(frozen=True)
class Figure:
    label: str
    count: int
    since: date | None
    url: str
    empty: str


def figures(user, today: date) -> list[Figure]:
    """Three lines in one query; each opens the very list that it counts."""
    due = Q(state="active", ends_on__lt=today)
    soon = Q(state="active", ends_on__range=(today, today + SOON))
    signed = Q(Exists(AgreementVersion.objects.filter(agreement=OuterRef("pk"), stage="signed")))
    found = (
        Agreement.objects.writable_by(user)
        .filter(due | soon | signed)
        .aggregate(
            due=Count("pk", filter=due),
            due_since=Min("ends_on", filter=due),
            signed=Count("pk", filter=signed),
            soon=Count("pk", filter=soon),
            soon_since=Min("ends_on", filter=soon),
        )
    )
    lists = f"{reverse('staff_agreements')}?perimetre=1&etat="
    return [
        Figure(
            "Accords arrivés à terme, à décider",
            found["due"],
            found["due_since"],
            f"{lists}a-decider",
            "Aucun accord n’a passé son terme sans décision.",
        ),
        Figure(
            "Accords signés à mettre en vigueur",
            found["signed"],
            None,
            f"{lists}signes",
            "Aucun accord signé n’attend d’être mis en vigueur.",
        ),
        Figure(
            "Accords qui se terminent d’ici 90 jours",
            found["soon"],
            found["soon_since"],
            f"{lists}bientot",
            "Aucun accord ne se termine d’ici 90 jours.",
        ),
    ]
