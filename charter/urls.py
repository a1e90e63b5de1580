"""The addresses of charter: pages of the public, then of the partner space."""

app_name = "charter"
urlpatterns: list = []
