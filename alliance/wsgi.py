"""The WSGI application that granian serves, and what each of its processes needs besides."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alliance.settings")
os.environ.setdefault("DB_STATEMENT_SECONDS", "15")
os.environ.setdefault("DB_POOL_FILLED", "1")
os.environ.setdefault("WARM_UP_SECONDS", "8")
application = get_wsgi_application()

from alliance.lib import admission, announced, slow_readers  # noqa: E402  settings first
from alliance.portal.warm_up import warm_up  # noqa: E402

application.request_class = announced.AskedRequest
warm_up(application)
admission.show_figures()
slow_readers.watch()
