"""What agreements ask of an agent: to decide at a term, to put in force what is signed, to talk before a term comes."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse

from charter.alarms import waiting_of
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
    """Three lines in one query, each along its own index; each opens the very list that it counts."""
    rows = Agreement.objects.writable_by(user)
    signed = AgreementVersion.objects.filter(stage="signed").values("agreement")
    due, ready, soon = waiting_of(
        (rows.filter(state="active", ends_on__lt=today), "ends_on", None),
        (rows.filter(pk__in=signed), "ends_on", None),
        (rows.filter(state="active", ends_on__range=(today, today + SOON)), "ends_on", None),
    )
    lists = f"{reverse('staff_agreements')}?perimetre=1&etat="
    return [
        Figure(
            "Accords arrivés à terme, à décider",
            due.count,
            due.since,
            f"{lists}a-decider",
            "Aucun accord n’a passé son terme sans décision.",
        ),
        Figure(
            "Accords signés à mettre en vigueur",
            ready.count,
            None,
            f"{lists}signes",
            "Aucun accord signé n’attend d’être mis en vigueur.",
        ),
        Figure(
            "Accords qui se terminent d’ici 90 jours",
            soon.count,
            soon.since,
            f"{lists}bientot",
            "Aucun accord ne se termine d’ici 90 jours.",
        ),
    ]
