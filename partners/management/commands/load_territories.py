"""``manage.py load_territories [--if-needed] [SOURCE]``: communes, from our own files or from the official one."""

import time

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from partners.actions import territory
from partners.actions.territory_file import read_communes, read_former


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # part of every start: half a second less
    help = (
        "Charge les communes. Sans SOURCE : les données de référence du portail. SOURCE : un fichier local ou une "
        "adresse https (CSV aux colonnes de communes.csv.gz, ou JSON de geo.api.gouv.fr, gzip ou non)."
    )

    def add_arguments(self, parser):
        parser.add_argument("source", nargs="?", metavar="SOURCE")
        parser.add_argument("--if-needed", action="store_true", help="ne rien faire quand elles sont déjà chargées")
        parser.add_argument(
            "--former", metavar="FICHIER", help="anciens codes : CSV aux colonnes code,nom,commune,type"
        )
        parser.add_argument(
            "--partial", action="store_true", help="accepter un fichier qui n’a pas toutes les communes"
        )

    def handle(self, *, source, if_needed, former, partial, verbosity, **options):
        started = time.monotonic()
        if if_needed and territory.reference_is_loaded():
            return
        try:
            report = _load(source, former, partial)
        except ValidationError as error:
            raise CommandError(f"{' '.join(error.messages)} Rien n’a été changé.") from error
        if verbosity:
            for sentence in report.sentences():
                self.stdout.write(sentence)
            self.stdout.write(f"Communes à jour en {time.monotonic() - started:.1f} s.".replace(".", ",", 1))


def _load(source: str | None, former: str | None, partial: bool) -> territory.Report:
    if source is None:
        return territory.load_reference()
    if not territory.reference_is_loaded():
        territory.load_reference()
    return territory.load_communes(read_communes(source), read_former(former) if former else [], partial=partial)
