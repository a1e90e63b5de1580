"""Arriving, and what one decides of one's own data. Included by ``urls.py``."""

from django.urls import path

from alliance.portal.views import account, arrival

urlpatterns = [
    path("invitation/<str:token>/", arrival.invitation, name="invitation"),
    path("rejoindre/", arrival.join, name="join"),
    path("rejoindre/proposer/", arrival.propose, name="join_propose"),
    path("rejoindre/demandee/", arrival.join_asked, name="join_asked"),
    path("rejoindre/confirmer/<uuid:public_id>/", arrival.join_confirm, name="join_confirm"),
    path("effacement/<uuid:public_id>/", account.erasure, name="erasure"),
    path("espace/compte/", account.account, name="account"),
    path("espace/compte/courriels/", account.letters, name="account_letters"),
    path("espace/compte/connexions/fermer/", account.end_others, name="account_end_others"),
    path("espace/compte/connexions/<int:pk>/fermer/", account.end_session, name="account_end_session"),
    path("espace/compte/copie/", account.copy, name="account_copy"),
    path("espace/compte/copie/<uuid:public_id>/<str:name>", account.copy_file, name="account_copy_file"),
    path("espace/compte/effacer/", account.erase, name="account_erase"),
    path("rejoindre/organisation/<slug:slug>/", arrival.join_organisation, name="join_organisation"),
]
