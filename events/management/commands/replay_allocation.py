"""Run a published allocation of workshops again, without a database: the same seed must give the same places."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from alliance.lib.french import count
from events.allocation import replay


class Command(BaseCommand):
    help = "Refait l’attribution des ateliers d’un fichier publié et dit si les mêmes places sortent."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="le fichier JSON téléchargé sur la page de l’attribution")

    def handle(self, *, file: Path, **options):
        read = json.loads(file.read_text("utf-8"))
        if found := replay.faults(read):
            self.stderr.write("\n".join(found))
            sys.exit(1)
        people, places = count(len(read["people"]), "personne"), count(sum(map(len, read["given"].values())), "place")
        self.stdout.write(f"{people}, {places}, graine « {read['seed']} » : ce sont bien les mêmes places.")
