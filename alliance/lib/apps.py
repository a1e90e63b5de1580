from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "alliance.lib"
    label = "lib"
