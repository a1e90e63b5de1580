"""``manage.py demo_data [--if-needed] [--projects N]``: fictional data, the same at each fresh start."""

import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from alliance.lib.french import count, enumeration
from alliance.portal.demo import build, growth, people
from charter.models import CharterVersion
from partners.models import Axis, Commune


class Command(BaseCommand):
    help = "Charge les données de démonstration : réseaux, organisations, projets, accords, signatures, Conventions."
    requires_system_checks: list[str] = []  # part of every start: half a second less

    def add_arguments(self, parser):
        parser.add_argument("--if-needed", action="store_true", help="ne rien faire quand elles sont déjà là")
        parser.add_argument("--projects", type=int, metavar="N", help="faire grandir jusqu’à N projets, pour mesurer")

    def handle(self, *, if_needed, projects, verbosity, **options):
        if settings.MODE == "production" and not settings.DEMO:
            raise CommandError("Ce portail n’est pas une démonstration (DEMO=1 manque) : rien n’a été chargé.")
        started = time.monotonic()
        if not build.is_built():
            if not (Commune.objects.exists() and Axis.objects.exists() and CharterVersion.objects.exists()):
                raise CommandError("Il manque les communes ou les faits : lancez load_territories, puis load_facts.")
            made = build.build()
            if verbosity:
                counted = enumeration(count(number, name, name) for name, number in made.items())
                self.stdout.write(f"Démonstration : {counted}, en {time.monotonic() - started:.1f} s.")
        elif not if_needed and projects is None:
            self.stdout.write("Les données de démonstration sont déjà là : rien n’a été changé.")
        if projects is not None:
            self._grow(projects, time.monotonic())
        people.write_logins()

    def _grow(self, projects: int, started: float) -> None:
        added = growth.grow(projects, say=self.stdout.write)
        self.stdout.write(f"{count(added, 'projet ajouté', 'projets ajoutés')} en {time.monotonic() - started:.0f} s.")
