"""Letters that one can do without: one choice for each kind."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from partners.actions.follow_up import set_follow_up
from partners.models import FollowUp, MailRefusal, MutedLetter, User
from partners.models.mailing import REFUSABLE
from partners.models.personal import LetterKind

NEWS = "follow_up"
BULK = "bulk_"
# Bulk mails have their own refusals, which the link of each letter writes too.
OWN = [kind for kind in LetterKind if kind not in (LetterKind.NEWS, LetterKind.MEETINGS)]


def letters_of(person: User) -> list[tuple[str, str]]:
    """What this person may receive, as (key, words)."""
    kinds = [(kind.value, kind.label) for kind in OWN if person.is_staff or kind != LetterKind.WORK]
    bulk = [(f"{BULK}{kind.value}", f"Envois groupés : {kind.label}") for kind in REFUSABLE]
    return [(NEWS, "Demande mensuelle de nouvelles de vos projets"), *kinds, *bulk]


def wanted_by(person: User) -> set[str]:
    muted = set(MutedLetter.objects.filter(user=person).values_list("kind", flat=True))
    muted |= {f"{BULK}{kind}" for kind in MailRefusal.objects.filter(person=person).values_list("kind", flat=True)}
    if FollowUp.objects.filter(person=person, stopped_at__isnull=False).exists():
        muted.add(NEWS)
    return {key for key, _ in letters_of(person)} - muted


@transaction.atomic
def choose_letters(*, person: User, wanted: Collection[str], at: datetime) -> set[str]:
    """Receive these kinds and no other; the kinds that were not offered stay as they are."""
    offered = {key for key, _ in letters_of(person)}
    refused = offered - set(wanted)
    own = [key for key in offered if key != NEWS and not key.startswith(BULK)]
    MutedLetter.objects.filter(user=person, kind__in=own).exclude(kind__in=refused).delete()
    for kind in refused & set(own):
        MutedLetter.objects.get_or_create(user=person, kind=kind, defaults={"since": at})
    for kind in (each.value for each in REFUSABLE):
        if f"{BULK}{kind}" in refused:
            MailRefusal.objects.get_or_create(person=person, kind=kind)
        else:
            MailRefusal.objects.filter(person=person, kind=kind).delete()
    if (NEWS in refused) != FollowUp.objects.filter(person=person, stopped_at__isnull=False).exists():
        set_follow_up(person=person, wanted=NEWS not in refused, at=at)
    return offered - refused
