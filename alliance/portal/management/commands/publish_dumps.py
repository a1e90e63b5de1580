"""``manage.py publish_dumps``: the open data files of today, unless they are there."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from alliance.portal import dumps


class Command(BaseCommand):
    help = "Publie les fichiers du jour des données ouvertes ; ne fait rien s’ils y sont déjà."
    requires_system_checks: list[str] = []

    def handle(self, *, verbosity, **options):
        made = dumps.build(timezone.localdate())
        if verbosity:
            self.stdout.write(f"{len(made)} fichiers publiés." if made else "Les fichiers du jour y sont déjà.")
