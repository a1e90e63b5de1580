"""The WSGI application that granian serves, and what each of its processes needs besides."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alliance.settings")
os.environ.setdefault("DB_STATEMENT_SECONDS", "15")
application = get_wsgi_application()

from alliance.lib import admission, slow_readers  # noqa: E402  settings first

admission.show_figures()
slow_readers.watch()
