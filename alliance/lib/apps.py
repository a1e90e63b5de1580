from django.apps import AppConfig
from django.db.backends.signals import connection_created


class LibConfig(AppConfig):
    name = "alliance.lib"
    label = "lib"

    def ready(self):
        from alliance.lib.changes import listen

        connection_created.connect(listen, dispatch_uid="alliance.lib.changes")
