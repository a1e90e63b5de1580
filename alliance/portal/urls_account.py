"""Sign-in, sign-out, second factor: allauth's views under French paths."""

urlpatterns: list = []
