from django.core.management.base import BaseCommand, CommandError

from alliance.lib.errors import Conflict
from alliance.proof import checkpoints


class Command(BaseCommand):
    help = "Sign a checkpoint of the journal now and print it; the last one again when nothing was added since."

    def handle(self, *args, **options):
        try:
            self.stdout.write(checkpoints.sign_checkpoint().text, ending="")
        except Conflict as refusal:
            raise CommandError(refusal.messages[0]) from refusal
