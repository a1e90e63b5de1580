from django.apps import AppConfig


class ProofConfig(AppConfig):
    name = "alliance.proof"
    label = "proof"
    verbose_name = "Journal"
