"""Health pages."""

urlpatterns: list = []
