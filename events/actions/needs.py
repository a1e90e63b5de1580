"""What somebody needs on the day: said with their consent, changed, taken back, forgotten at its term."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from alliance.lib.errors import Conflict
from events.models import AttendeeNeeds, Registration


def say_needs(
    *, registration: Registration, diet: list[str], diet_words: str, access: list[str], access_words: str,
    consents: bool, at: datetime,
) -> AttendeeNeeds | None:  # fmt: skip
    """Keep these needs, and no others; nothing said takes back what was. Raises ValidationError without consent.

    Raises Conflict: "not_live" (nobody comes), "past" (nobody can prepare anything any more).
    """
    said = {
        "diet": diet, "diet_words": diet_words.strip(), "access": access, "access_words": access_words.strip(),
    }  # fmt: skip
    if not any(said.values()):
        forget_needs(registration=registration)
        return None
    if not consents:
        raise ValidationError({"consents": "Sans votre accord, nous ne gardons rien : cochez la case, ou videz tout."})
    with transaction.atomic():
        registration = Registration.objects.select_for_update(of=("self",), no_key=True).get(pk=registration.pk)
        if not registration.is_live:
            raise Conflict("Cette inscription n’est plus en cours : il n’y a rien à préparer.", code="not_live")
        if registration.convention.ends_at <= at:
            raise Conflict("Cette rencontre a eu lieu : il n’y a plus rien à préparer.", code="past")
        needs = AttendeeNeeds(registration=registration, consented_at=at, **said)
        needs.clean_fields(exclude={"registration"})
        return AttendeeNeeds.objects.update_or_create(
            registration=registration, defaults=said | {"consented_at": at}
        )[0]  # fmt: skip


def forget_needs(*, registration: Registration) -> bool:
    """Consent taken back: at once, whenever. Whether there was anything."""
    return AttendeeNeeds.objects.filter(registration=registration).delete()[0] > 0


def forget_old_needs(*, at: datetime) -> int:
    """Thirty days after, and as soon as somebody does not come any more."""
    over = AttendeeNeeds.objects.outlived(at) | AttendeeNeeds.objects.exclude(
        registration__status__in=[status for status in Registration.Status if status.is_live]
    )
    return over.delete()[0]
