"""The addresses of events: pages of the public, then of the partner space."""

app_name = "events"
urlpatterns: list = []
