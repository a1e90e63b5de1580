"""The 34,969 communes, or the whole demonstration, for the length of one module: made once in a run, then copied."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import connection, connections

from tests import migrated

DEMONSTRATION = ("load_facts", "demo_data")


@contextmanager
def loaded(django_db_blocker, *more: str) -> Iterator[None]:
    """A database of the module's own with reference data, and what the named commands load after them.

    For a module-scoped fixture that also asks for ``django_db_setup``; each test then runs in a transaction.
    """
    url, worker = os.environ["DATABASE_URL"], os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with django_db_blocker.unblock():
        template = made(url, ("load_territories", *more))
        migrated.copy(url, f"test_{worker}_loaded", template)
        with connected_to(f"test_{worker}_loaded"):
            yield
        migrated.drop(url, f"test_{worker}_loaded")


def made(url: str, commands: tuple[str, ...]) -> str:
    """The template that holds what these commands load; who comes first makes it, the others wait."""
    name = f"{migrated.TEMPLATE}_{'_'.join(commands)}"
    with (Path(os.environ["DATA_DIR"]) / name).open("a+") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        if not os.fstat(mark.fileno()).st_size:  # now: it may have been made while this one waited
            migrated.copy(url, name)
            with connected_to(name):
                for command in commands:
                    call_command(command, verbosity=0)
            mark.write("made")
    return name


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Every connection that is opened within goes there, whichever thread opens it."""
    settings = connection.settings_dict
    before = settings["NAME"]
    connections.close_all()
    settings["NAME"] = name
    try:
        yield
    finally:
        connections.close_all()
        settings["NAME"] = before
