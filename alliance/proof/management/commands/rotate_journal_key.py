import base64
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from alliance.lib.errors import Conflict
from alliance.proof import keys


class Command(BaseCommand):
    help = (
        "Announce a new journal key, signed by the one in force (JOURNAL_KEY). The new one is read from --new-key, or "
        "made there. A portal of `make run` that keeps its own key keeps the new one; others give it as JOURNAL_KEY."
    )

    def add_arguments(self, parser):
        parser.add_argument("--new-key", type=Path, help="file of the new key; DATA_DIR/journal-key.new if not given")

    def handle(self, *args, new_key=None, **options):
        path = new_key or settings.DATA_DIR / "journal-key.new"
        kept = settings.DATA_DIR / "journal-key"
        try:
            if not path.exists():
                write_private(path, base64.b64encode(secrets.token_bytes(32)).decode())
            private = keys.private_key(path.read_text("utf-8"))
            public = keys.der(private.public_key())
            current = keys.in_force()
            if current is None or current.fingerprint != keys.fingerprint(public):  # else an earlier run was cut short
                keys.rotate(new=private)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except Conflict as refusal:
            raise CommandError(refusal.messages[0]) from refusal
        self.stdout.write(f"La clé du journal est maintenant {keys.fingerprint(public)}.")
        if new_key is None and kept.exists() and kept.read_text("utf-8").strip() == settings.JOURNAL_KEY:
            path.rename(kept)
            self.stdout.write("Redémarrez le portail : il la lit dans son dossier d’état.")
        else:
            self.stdout.write(f"Donnez le contenu de {path} dans JOURNAL_KEY, puis redémarrez.")


def write_private(path: Path, text: str) -> None:
    """For its owner alone from its first byte; never over another."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{text}\n")
