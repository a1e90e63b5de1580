from django import forms
from django.apps import AppConfig
from django.db.backends.signals import connection_created


class LibConfig(AppConfig):
    name = "alliance.lib"
    label = "lib"

    def ready(self):
        from alliance.lib.changes import listen
        from alliance.lib.reasonable_years import within_reason

        for field in (forms.DateTimeField, forms.SplitDateTimeField):
            field.default_validators = [within_reason]
        connection_created.connect(listen, dispatch_uid="alliance.lib.changes")
