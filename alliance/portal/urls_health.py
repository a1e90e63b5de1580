"""Pages for machines, and the letters of the demonstration."""

from django.urls import path

from alliance.portal.views import demo_mail, health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path(".well-known/security.txt", health.security_txt, name="security_txt"),
    path("courriels/", demo_mail.letters, name="demo_mail"),
    path("courriels/<str:name>/<int:number>/", demo_mail.attachment, name="demo_mail_attachment"),
]
