"""The addresses of charter: pages of the public, then of the partner space."""

from django.urls import path

from charter.views import badge, evidence, letters, papers, passkey, public, sign, signatures, tool, verify, withdraw

app_name = "charter"
urlpatterns = [
    path("charte/", public.charter, name="charter"),
    path("charte/versions/<slug:slug>/", public.version, name="version"),
    path("charte/versions/<slug:slug>/comparer/<slug:other>/", public.compare, name="compare"),
    path("charte/comparer/", public.compare_choice, name="compare_choice"),
    path("charte/signataires/", public.signatories, name="signatories"),
    path("charte/badge/<str:code>.svg", badge.badge, name="badge"),
    path("verifier/", verify.verify, name="verify"),
    path("verifier/outil/", tool.page, name="verify_tool"),
    path("verifier/outil/verifier_alliance.py", tool.download, name="verify_tool_file"),
    path("verifier/<str:code>/", verify.verify_code, name="verify_code"),
    path("espace/signer/", sign.choose, name="sign"),
    path("espace/<slug:slug>/signer/", sign.sign_for, name="sign_for"),
    path("espace/<slug:slug>/signer/cle/", passkey.to_sign, name="sign_challenge"),
    path("espace/<slug:slug>/signer/lettre/<str:token>/", letters.follow, name="letter"),
    path("espace/<slug:slug>/signer/retrait/", withdraw.withdraw, name="withdraw"),
    path("espace/<slug:slug>/signer/retrait/cle/", passkey.to_withdraw, name="withdraw_challenge"),
    path("espace/<slug:slug>/signatures/", signatures.signatures, name="space_signatures"),
    path("espace/<slug:slug>/signatures/<str:code>/preuve/", evidence.readers, name="evidence"),
    path("espace/preuves/<str:code>.zip", evidence.whole, name="bundle"),
    path("espace/preuves/<str:code>.pdf", evidence.dossier, name="dossier"),
    path("espace/attestations/<str:code>.pdf", papers.attestation, name="attestation"),
    path("espace/mandats/<uuid:public_id>/piece/", papers.mandate_document, name="mandate_document"),
]
