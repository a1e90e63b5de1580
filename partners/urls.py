"""The addresses of partners: pages of the public, then of the partner space."""

app_name = "partners"
urlpatterns: list = []
