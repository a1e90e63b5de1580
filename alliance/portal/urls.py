"""Pages that speak of all apps."""

app_name = "portal"
urlpatterns: list = []
