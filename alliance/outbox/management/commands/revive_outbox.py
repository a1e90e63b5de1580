from django.core.management.base import BaseCommand

from alliance.outbox.delivery import revive
from alliance.outbox.models import Owed


class Command(BaseCommand):
    help = "Owe again the work that was given up after every attempt: all of it, or that of one name."

    def add_arguments(self, parser):
        parser.add_argument("--work", help="for example events.send_registration_receipt")

    def handle(self, *args, work=None, **options):
        rows = Owed.objects.filter(work=work) if work else Owed.objects.all()
        self.stdout.write(f"{revive(rows)} rows are owed again.")
