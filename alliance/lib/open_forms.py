"""Forms that visitors send too: the token that proves one's own page, hence its cookie, is for accounts alone."""

from functools import wraps

from django.views.decorators.csrf import csrf_exempt, csrf_protect


def token_for_accounts(view):
    """A visitor's form acts for no account: anybody may send it from anywhere, and reading it sets no cookie.

    The template gives ``{% csrf_token %}`` to whoever is signed in, of whom it is then required.
    """
    guarded = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def opened(request, *args, **kwargs):
        return (guarded if request.user.is_authenticated else view)(request, *args, **kwargs)

    return opened
