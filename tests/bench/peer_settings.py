"""The portal's own settings, for the peer: the same middleware, and the stock ETag."""

from alliance.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.peer"
MIDDLEWARE = [*MIDDLEWARE[:4], "django.middleware.http.ConditionalGetMiddleware", *MIDDLEWARE[4:]]  # noqa: F405
