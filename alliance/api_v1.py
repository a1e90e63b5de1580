"""The whole surface of API v1, one line per resource."""

app_name = "api"
urlpatterns: list = []
