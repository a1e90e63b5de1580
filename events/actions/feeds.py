"""The personal calendar: its address is made, made anew, taken away."""

from django.db import transaction

from events.models import CalendarFeed
from events.models.feed import fingerprint, new_secret
from partners.models import User


def renew_feed(*, user: User, at) -> str:
    """A new secret, told this once; the address of before answers nothing from now on."""
    secret = new_secret()
    with transaction.atomic():
        CalendarFeed.objects.update_or_create(user=user, defaults={"digest": fingerprint(secret), "made_at": at})
    return secret


def close_feed(*, user: User) -> bool:
    """Whether there was one."""
    return CalendarFeed.objects.filter(user=user).delete()[0] > 0
