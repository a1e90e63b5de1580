from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "alliance.portal"
    label = "portal"

    def ready(self):
        from alliance import checks  # noqa: F401  (registers them)
        from alliance.portal import tasks  # noqa: F401  the outbox learns which works are ours
