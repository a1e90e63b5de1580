"""The back office: Django's admin site in the portal's own dress, and its own pages beside."""

from django.contrib import admin
from django.urls import include, path

from alliance.portal.views import (
    staff,
    staff_acts,
    staff_agreements,
    staff_campaigns,
    staff_join_requests,
    staff_reminders,
    staff_viewing,
)

urlpatterns = [
    path("inviter/", staff.invite, name="staff_invite"),
    path("inviter-un-agent/", staff.invite_agent, name="staff_invite_agent"),
    path("campagnes/", staff_campaigns.campaigns, name="staff_campaigns"),
    path("campagnes/preparer/<slug:slug>/", staff_campaigns.prepare, name="staff_campaign_prepare"),
    path("campagnes/<uuid:public_id>/", staff_campaigns.campaign, name="staff_campaign"),
    path("campagnes/<uuid:public_id>/dates/", staff_campaigns.change, name="staff_campaign_change"),
    path("campagnes/<uuid:public_id>/ouvrir/", staff_campaigns.opening, name="staff_campaign_open"),
    path("campagnes/<uuid:public_id>/organisations/", staff_campaigns.organisations, name="staff_campaign_list"),
    path("campagnes/<uuid:public_id>/inviter/", staff_campaigns.inviting, name="staff_campaign_invite"),
    path("campagnes/<uuid:public_id>/relances/", staff_reminders.reminders, name="staff_reminders"),
    path("campagnes/<uuid:public_id>/relances/<uuid:reminder_id>/", staff_reminders.reminder, name="staff_reminder"),
    path("campagnes/<uuid:public_id>/clore/", staff_reminders.closing, name="staff_campaign_close"),
    path("campagnes/<uuid:public_id>/registre/", staff_reminders.register, name="staff_register"),
    path("campagnes/<uuid:public_id>/registre.csv", staff_reminders.register_csv, name="staff_register_csv"),
    path("actes-en-attente/", staff_acts.awaiting_acts, name="staff_awaiting_acts"),
    path("mandats/deposer/", staff_acts.mandate_choice, name="staff_mandate_choice"),
    path("mandats/deposer/<slug:slug>/", staff_acts.mandate_deposit, name="staff_mandate_deposit"),
    path("voir-comme/", staff_viewing.view_as, name="staff_view_as"),
    path("voir-comme/arreter/", staff_viewing.end, name="staff_view_as_end"),
    path("acces/", staff_viewing.access_journal, name="staff_access_journal"),
    path("acces/<uuid:public_id>/", staff_viewing.viewing, name="staff_viewing"),
    path("accords/", staff_agreements.agreements, name="staff_agreements"),
    path("accords/nouveau/", staff_agreements.choose, name="staff_agreement_choose"),
    path("accords/nouveau/<slug:slug>/", staff_agreements.new, name="staff_agreement_new"),
    path("accords/<uuid:public_id>/", staff_agreements.agreement, name="staff_agreement"),
    path(
        "accords/<uuid:public_id>/commentaires/<int:pk>/regler/",
        staff_agreements.settle,
        name="staff_agreement_settle",
    ),
    path(
        "accords/<uuid:public_id>/actions/<uuid:action_id>/faite/", staff_agreements.done, name="staff_agreement_done"
    ),
    path("accords/<uuid:public_id>/papiers/<uuid:document_id>/", staff_agreements.paper, name="staff_agreement_paper"),
    path("accords/<uuid:public_id>/pieces/<uuid:file_id>/", staff_agreements.attachment, name="staff_agreement_file"),
    path("accords/<uuid:public_id>/<slug:name>/", staff_agreements.act, name="staff_agreement_act"),
    path("courriels/", include("alliance.portal.urls_mails")),
    path("pilotage/", include("alliance.portal.urls_steering")),
    path("", include("alliance.portal.urls_people")),
    path("a-faire/", include("alliance.portal.urls_work")),
    path("demandes/", staff_join_requests.join_requests, name="staff_join_requests"),
    path("demandes/<uuid:public_id>/", staff_join_requests.join_request, name="staff_join_request"),
    path("moderation/", include("alliance.portal.urls_moderation")),
    path("", include("alliance.portal.urls_lists")),
    path("", include("alliance.portal.urls_daily")),
    path("", include("alliance.portal.urls_identity")),
    path("", include("alliance.portal.urls_needs")),
    path("", include("alliance.portal.urls_workshops")),
    path("", include("alliance.portal.urls_conventions")),
    path("", admin.site.urls),
]
