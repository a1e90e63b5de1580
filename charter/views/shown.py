"""The evidence that a page leaves when it is read: the only write that a GET makes, and a HEAD never."""

from datetime import UTC, datetime

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

from charter.actions.noting import note_opening
from charter.models import CharterVersion
from charter.views.acts import session_of
from partners.models import Organisation

METHODS = {"webauthn": "passkey"}


def note_shown(request: HttpRequest, organisation: Organisation, version: CharterVersion) -> None:
    """The text was shown to this person: noted once for a browser session; not to an agent who looks as they would."""
    if request.method != "GET" or getattr(request, "viewing", None):
        return
    opened_at, methods = opening(request)
    note_opening(
        organisation=organisation,
        version=version,
        person=request.user,
        session=session_of(request),
        marked=request.GET.get("changements") != "non",
        opened_at=opened_at,
        methods=methods,
    )


def opening(request: HttpRequest) -> tuple[datetime | None, list[str]]:
    """When and how this session was opened; None and nothing when it does not tell."""
    records = get_authentication_records(request, request.user)
    names = [str(record.get("type") or record.get("method", "")) for record in records]
    methods = list(dict.fromkeys(METHODS.get(name, name) for name in names if name))
    times = [record["at"] for record in records if isinstance(record.get("at"), int | float)]
    return (datetime.fromtimestamp(min(times), UTC) if times else None), methods
