"""Static files are looked for once in a process, not once for each client of a test.

A ``Client`` loads the middleware at its first request; WhiteNoise then walks and asks the disk about every file.
"""

import pytest
from django.conf import settings
from whitenoise.middleware import WhiteNoiseMiddleware


def install(patch: pytest.MonkeyPatch) -> None:
    """Other settings of static files are another walk."""
    walk, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def add_files_from_finders(self: WhiteNoiseMiddleware) -> None:
        given = (self.static_prefix, self.max_age, settings.STATICFILES_DIRS, settings.STORAGES.get("staticfiles"))
        key = repr((self.add_headers_function, settings.INSTALLED_APPS, *given))
        if key not in found:
            before, self.files = self.files, {}
            walk(self)
            found[key], self.files = self.files, before
        self.files = self.files | found[key]

    patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add_files_from_finders)
