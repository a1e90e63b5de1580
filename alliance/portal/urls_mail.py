"""Doors of mail that need no account: no more of a kind, no more reports, and mails that came back."""

from django.urls import path

from alliance.portal.views import mail_doors

app_name = "mail"
urlpatterns = [
    path("lettres/<str:token>/arreter/", mail_doors.stop, name="stop"),
    path("pilotage/<uuid:public_id>/arreter/", mail_doors.stop_report, name="stop_report"),
    path("retours-de-courriel/", mail_doors.returns, name="returns"),
]
