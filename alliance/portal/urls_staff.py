"""The back office: Django's admin site in the portal's own dress."""

urlpatterns: list = []
