"""Sessions opened as the portal would have opened them."""

from django.test import Client


def signed_in(user, client: Client | None = None) -> Client:
    """A client whose session is ``user``'s; staff have given their second factor in it."""
    client = client or Client()
    client.force_login(user)
    if user.is_staff:
        session = client.session
        session["account_authentication_methods"] = [{"at": 1.0, "method": "mfa", "type": "totp"}]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
    return client
