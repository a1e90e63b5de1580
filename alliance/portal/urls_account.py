"""Sign-in, sign-out, second factor: allauth's names, which its redirects need, under French paths."""

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path

from alliance.portal.account import security as own
from alliance.portal.account import views
from alliance.portal.account.security import keeps_last, page, proves, recent

password_sign_in = account.LoginView.as_view(template_name="account/login_password.html")
add_application = proves(Authenticator.Type.TOTP)(page(recent(totp.activate_totp)))
add_key = proves(Authenticator.Type.WEBAUTHN)(page(recent(webauthn.add_webauthn)))

urlpatterns = [
    path("connexion/", views.sign_in, name="account_login"),
    path("connexion/", views.sign_in, name="account_request_login_code"),
    path("connexion/code/", views.sign_in_code, name="account_confirm_login_code"),
    path("connexion/mot-de-passe/", page(password_sign_in), name="account_login_password"),
    path("connexion/cle/", page(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("connexion/second-facteur/", page(factor.authenticate), name="mfa_authenticate"),
    path("connexion/compte-ferme/", account.account_inactive, name="account_inactive"),
    path("deconnexion/", account.logout, name="account_logout"),
    path("espace/confirmer/", page(account.reauthenticate), name="account_reauthenticate"),
    path("espace/confirmer/code/", page(factor.reauthenticate), name="mfa_reauthenticate"),
    path("espace/confirmer/cle/", page(webauthn.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("espace/securite/", own.security, name="mfa_index"),
    path("espace/securite/mot-de-passe/", own.password, name="account_change_password"),
    path("espace/securite/application/", add_application, name="mfa_activate_totp"),
    path("espace/securite/application/retirer/", page(recent(totp.deactivate_totp)), name="mfa_deactivate_totp"),
    path("espace/securite/cles/", own.security, name="mfa_list_webauthn"),
    path("espace/securite/cles/ajouter/", add_key, name="mfa_add_webauthn"),
    path("espace/securite/cles/<int:pk>/renommer/", page(recent(webauthn.edit_webauthn)), name="mfa_edit_webauthn"),
    path(
        "espace/securite/cles/<int:pk>/retirer/",
        page(recent(keeps_last(webauthn.remove_webauthn))),
        name="mfa_remove_webauthn",
    ),
    path("espace/securite/codes-de-secours/", own.recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "espace/securite/codes-de-secours/nouveaux/",
        page(recent(recovery.generate_recovery_codes)),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "espace/securite/codes-de-secours/telecharger/",
        own.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
]
