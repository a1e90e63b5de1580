"""Networks, rounds and guests, for tests of invitations."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alliance.lib.errors import Conflict
from events.actions.invitations import draft_round, send_round
from events.models import Guest
from tests import builders


def network_of_two():
    """A network and a member of it, an administrator in each."""
    head = builders.organisation(name="Réseau des Halles", slug="halles", kind="network")
    member = builders.organisation(name="Halle d’Armor", slug="armor", parent=head, commune=builders.commune())
    for each, email in ((head, "tete@test.invalid"), (member, "armor@test.invalid")):
        builders.membership(builders.user(email, full_name=email.split("@")[0].title()), each, "administrator")
    return head


def on_invitation():
    return builders.convention(slug="c26", title="Convention d’essai", open_to="invited")


def draft(convention, agent, **fields):
    at = timezone.now()
    given = {"reach": "network", "roles": ["administrator"], "words": "Venez nombreux.", "by": agent, "at": at}
    return draft_round(convention=convention, **given | {"expires_at": at + timedelta(days=9)} | fields)


def send(made, agent, at=None):
    return send_round(draft=made, shown=made.digest, by=agent, at=at or timezone.now())


def listed(made) -> list[tuple[str, str]]:
    return list(made.guests.order_by("email", "aside").values_list("email", "aside"))


def invited(convention, agent, network) -> Guest:
    send(draft(convention, agent, organisation=network), agent)
    return Guest.objects.get(email="armor@test.invalid")


def refused(act, *args, **fields) -> str:
    with pytest.raises(Conflict) as conflict:
        act(*args, **fields)
    return conflict.value.code
