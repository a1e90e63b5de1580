"""The journal's public files: stable addresses that others keep."""

from django.urls import path

from alliance.portal.views import proofs

urlpatterns = [
    path("journal/checkpoint", proofs.checkpoint, name="journal_checkpoint"),
    path("journal/checkpoints.json", proofs.checkpoint_list, name="journal_checkpoints"),
    path("journal/checkpoint/<str:size>", proofs.checkpoint_at, name="journal_checkpoint_at"),
    path(".well-known/alliance-keys.json", proofs.key_history, name="journal_keys"),
]
