"""Messages that town halls and associations sent to the agents of a région: most wait, one is answered."""

from datetime import datetime, timedelta
from random import Random

from partners.models import Department, TerritoryMessage, User

# Département, days since, what is asked.
MESSAGES = (
    ("29", 2, "Notre commune cherche un partenaire pour rouvrir un lieu partagé dans l’ancienne école. À qui parler ?"),
    (
        "35",
        9,
        "Nous animons un réseau d’aidants et voudrions connaître les projets de maintien à domicile près de Rennes.",
    ),
    ("56", 21, "Une ressourcerie ouvre à la rentrée : peut-elle devenir point de collecte de l’alliance ?"),
    ("75", 4, "Étudiante en développement local, je cherche les bilans des projets d’inclusion numérique de Paris."),
    ("31", 12, "Notre régie de quartier veut signer la charte. Faut-il passer par un réseau national ?"),
    ("59", 30, "Le bureau de poste de notre village ferme deux jours : un projet de lieu partagé est-il possible ?"),
)


def make_messages(random: Random, agents: dict[str, User], now: datetime) -> None:
    """The oldest one is already answered."""
    regions = dict(Department.objects.filter(code__in=[row[0] for row in MESSAGES]).values_list("code", "region"))
    oldest = max(days for _, days, _ in MESSAGES)
    for number, (code, days, text) in enumerate(MESSAGES, 1):
        message = TerritoryMessage.objects.create(
            region_id=regions[code],
            department_id=code,
            email=f"lectrice-{number}@demo.invalid",
            text=text,
            is_demo=True,
        )
        handled = {}
        if days == oldest:
            handled = {"handled_at": now - timedelta(days=random.randint(1, 9)), "handled_by": agents["nord-est"]}
        sent_at = now - timedelta(days=days, hours=random.randint(1, 20))
        TerritoryMessage.objects.filter(pk=message.pk).update(sent_at=sent_at, **handled)
