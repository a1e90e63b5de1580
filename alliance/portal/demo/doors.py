"""A door to try: of the Convention that is to come, open from today on, as the team would to rehearse."""

from datetime import datetime, timedelta

from events.actions.doors import open_door
from events.models import Convention
from partners.models import User


def make_door(convention: Convention, agent: User, now: datetime) -> None:
    hours = {"opens_at": now - timedelta(hours=1), "closes_at": convention.ends_at}
    open_door(convention=convention, name="Porte d’essai", by=agent, at=now, **hours)
    Convention.objects.filter(pk=convention.pk).update(door_margin=10)
