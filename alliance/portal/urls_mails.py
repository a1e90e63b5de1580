"""Mails in the back office: letters, addresses that fail, bulk mail."""

from django.urls import path

from alliance.portal.views import staff_mailings, staff_mails

urlpatterns = [
    path("", staff_mails.mails, name="staff_mails"),
    path("<int:pk>/", staff_mails.mail, name="staff_mail"),
    path("adresses/", staff_mails.bounces, name="staff_bounces"),
    path("adresses/<int:pk>/", staff_mails.bounce, name="staff_bounce"),
    path("adresses/<int:pk>/confirmer/", staff_mails.confirm, name="staff_bounce_confirm"),
    path("adresses/<int:pk>/ecarter/", staff_mails.dismiss, name="staff_bounce_dismiss"),
    path("envois/", staff_mailings.mailings, name="staff_mailings"),
    path("envois/nouveau/", staff_mailings.new, name="staff_mailing_new"),
    path("envois/<uuid:public_id>/", staff_mailings.mailing, name="staff_mailing"),
    path("envois/<uuid:public_id>/texte/", staff_mailings.edit, name="staff_mailing_edit"),
    path("envois/<uuid:public_id>/<slug:name>/", staff_mailings.act, name="staff_mailing_act"),
]
