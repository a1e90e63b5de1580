"""Arriving, leaving, one's own data: doors for ``route_matrix.py``, rows and nouns for ``matrix_world.py``."""

from django.utils import timezone

from partners.models import JoinRequest
from tests import builders
from tests.portal.matrix import Door
from tests.portal.matrix_asking import Noun

PUBLIC = Door("public")
PUBLIC_FORM = Door("public", post="public")
FACTOR = Door("signed_in", post="signed_in", gives=(200, 302))
ARRIVAL = {
    "portal:invitation": Door("key", "invitation", post="key"),
    "portal:join": PUBLIC,
    "portal:join_propose": PUBLIC_FORM,
    "portal:join_asked": PUBLIC,
    "portal:join_organisation": Door("public", "organisation", post="public"),
    "portal:join_confirm": Door("key", "asked", post="key"),
    "portal:account": Door("signed_in", post="signed_in"),
    "portal:account_letters": Door("signed_in", post="signed_in"),
    "portal:account_end_others": Door("", post="signed_in"),
    "portal:account_copy": Door("", post="signed_in"),
    "portal:account_erase": FACTOR,
    "portal:space_departure": Door("administrator", "membership", post="administrator"),
    "portal:space_join_request": Door("administrator", "space_asked", post="administrator"),
    "portal:space_invitation_resend": Door("", "space_invitation", post="administrator"),
    "portal:space_invitation_revoke": Door("", "space_invitation", post="administrator"),
    "staff_join_requests": Door("staff"),
    "staff_join_request": Door("region", "asked", post="region"),
}
NOBODY = "00000000-0000-0000-0000-000000000000"


def arrivals_of(lead, slug: str) -> dict:
    """Somebody invited, somebody who asks."""
    asks = {"email": f"demande-{slug}@test.invalid", "full_name": "Dominique Essai", "state": "waiting"}
    return {
        "invitation": builders.invitation(lead, email=f"invite-{slug}@test.invalid"),
        "asked": JoinRequest.objects.create(organisation=lead, confirmed_at=timezone.now(), **asks),
    }


def arrival_nouns(alone, under, public_id) -> dict[str, Noun]:
    return {
        "invitation": alone(lambda rows: {"token": rows["invitation"].token}, token="x"),
        "asked": alone(public_id("asked"), public_id=NOBODY),
        "space_asked": under(public_id("asked"), public_id=NOBODY),
        "space_invitation": under(public_id("invitation"), public_id=NOBODY),
    }
