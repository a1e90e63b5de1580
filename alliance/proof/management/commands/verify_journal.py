import json
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.core.management.base import BaseCommand, CommandError

from alliance.proof import notes, verification


class Command(BaseCommand):
    help = (
        "Recompute the journal from its leaves and compare it with its tree, its checkpoints and its keys; with "
        "--checkpoint, with a signed note that was kept elsewhere. Ends with code 1 and sentences when they disagree."
    )

    def add_arguments(self, parser):
        parser.add_argument("--checkpoint", type=Path, help="file: a checkpoint that was kept outside the database")
        parser.add_argument("--keys", type=Path, help="file: /.well-known/alliance-keys.json kept outside likewise")

    def handle(self, *args, checkpoint=None, keys=None, **options):
        try:
            outside = notes.read(checkpoint.read_text("utf-8")) if checkpoint else None
            trusted = trusted_keys(keys) if keys else None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CommandError(f"Fichier illisible : {error}") from error
        verified = verification.verify(outside, trusted)
        if verified.findings:
            raise CommandError("\n".join(verified.findings))
        covered = f", dont {outside.size} couvertes par le point de contrôle donné" if outside else ""
        self.stdout.write(f"Le journal est intact : {verified.size} entrées{covered}.")
        self.stdout.write(f"Racine : {notes.encoded(verified.roots[verified.size])}")


def trusted_keys(path: Path) -> list[verification.Trusted]:
    """The journal keys of a history that was kept: whoever kept it vouches for all of them."""
    rows = json.loads(path.read_text("utf-8"))["keys"]
    journals = [row for row in rows if row["kind"] == "journal"]
    return [(row["origin"], load_der_public_key(notes.decoded(row["public_key"]))) for row in journals]
