from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = "Conventions"

    def ready(self):
        from events import jobs, tasks  # noqa: F401  the outbox learns which works are ours
