"""The ungated portal, for a WSGI server."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.faults.ungated_settings"

from alliance.wsgi import application  # noqa: F401  settings first
