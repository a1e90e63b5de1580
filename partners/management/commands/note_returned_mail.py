"""A mail that came back, read from the standard input: for an alias of the mail server that pipes to a program."""

import sys

from django.core.management.base import BaseCommand

from partners import bounces


class Command(BaseCommand):
    help = "Note the addresses of a returned mail (multipart/report) given on the standard input."

    def handle(self, *args, **options) -> None:
        self.stdout.write(str(len(bounces.ingest(sys.stdin.buffer.read()))))
