"""The portal as it must never be: every request is let in. A negative control."""

from alliance.settings import *  # noqa: F403

MIDDLEWARE = [name for name in MIDDLEWARE if not name.endswith("AdmissionMiddleware")]  # noqa: F405
