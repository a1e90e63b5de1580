"""Sessions opened as the portal would have opened them."""

from django.test import Client

from tests import builders


def signed_in(user, client: Client | None = None) -> Client:
    """A client whose session is ``user``'s; agents have given their second factor in it."""
    return builders.sign_in(client or Client(), user)
