"""Which letters a person receives: all but those that they said they can do without."""

from partners.models import MutedLetter, User


def wants(person: User, kind: str) -> bool:
    return not MutedLetter.objects.filter(user=person, kind=kind).exists()
