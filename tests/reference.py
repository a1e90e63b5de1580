"""The 34,969 communes for the length of one test module: loading them takes more than a second."""

from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection, transaction


@contextmanager
def loaded(django_db_blocker, *more: str):
    """Reference data, and what the named commands load after them, in a transaction rolled back at the end.

    For a module-scoped fixture that also asks for ``django_db_setup``; each test then runs in a savepoint.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        for command in ("load_territories", *more):
            call_command(command, verbosity=0)
        connection.check_constraints()  # now, rather than once more at the end of each test
        yield
        transaction.set_rollback(True)
