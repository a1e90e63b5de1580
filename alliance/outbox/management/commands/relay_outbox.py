import signal
import threading

from django.core.management.base import BaseCommand

from alliance.outbox import relay


class Command(BaseCommand):
    requires_system_checks = []  # they need the database; the relay starts without and waits for it
    help = "Wake a worker for each piece of work that is due. Runs until SIGTERM; several may run side by side."

    def handle(self, *args, **options):
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        relay.run(stopped)
