"""People ready to register, hundreds of them, and afterwards the question: has each their seat, and once?

``python -m tests.faults.many_registrations prepare <people> <seats>``, ``call_off <people>`` and ``check``, beside the
database of DATABASE_URL: JSON comes in and goes out.
"""

import json
import sys
from collections import Counter

SLUG = "convention-tuee"
PATH = f"/conventions/{SLUG}/inscription/"


def prepare(people: int, seats: int) -> list[dict]:
    """``session`` and ``email`` of each."""
    from django.conf import settings

    from tests import builders
    from tests.sessions import signed_in

    builders.convention(slug=SLUG, capacity=seats)
    users = [builders.user(f"personne{number}@test.invalid", full_name="Essai") for number in range(people)]
    return [
        {"session": signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value, "email": user.email} for user in users
    ]


def call_off(people: int) -> list[str]:
    """Everybody is registered; the Convention is called off, and each is owed a letter. Their addresses."""
    from django.utils import timezone

    from events.actions import cancel_convention
    from tests import builders

    convention = builders.convention(slug=SLUG, capacity=people)
    rows = [builders.registration(convention) for _ in range(people)]
    cancel_convention(convention=convention, by=None, at=timezone.now())
    return [row.attendee.email for row in rows]


def check(acknowledged: list[str]) -> dict[str, list | int]:
    """Who was acknowledged and has nothing, who has two, states in order of acceptance; receipts."""
    from alliance.outbox.models import Owed
    from events.models import Registration

    rows = list(Registration.objects.order_by("pk").values_list("pk", "attendee__email", "status"))
    held = Counter(email for _, email, _ in rows)
    owed = list(Owed.objects.order_by("pk").values_list("args", flat=True))
    return {
        "lost": sorted(set(acknowledged) - set(held)),
        "doubled": sorted(email for email, times in held.items() if times > 1),
        "states": [status for _, _, status in rows],
        "receipts_in_order": owed == [[pk, status] for pk, _, status in rows],
    }


def main(words: list[str]) -> None:
    import django

    django.setup()
    match words:
        case ["prepare", people, seats]:
            json.dump(prepare(int(people), int(seats)), sys.stdout)
        case ["call_off", people]:
            json.dump(call_off(int(people)), sys.stdout)
        case ["check"]:
            json.dump(check(json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
