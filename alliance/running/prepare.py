"""The set-up of a portal, in one process: migrations, cache table, reference data, demonstration data.

``python -m alliance.running.prepare``. Every step may be run again; each looks first whether it is needed.
"""

import hashlib
import os
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
ROOMS = ("alliance", "partners", "charter", "events", "requirements")


def fingerprint(demo: str) -> str:
    """Changes when code or reference data does: while it does not, a second start needs no set-up."""
    digest = hashlib.sha256(f"{TOP} {demo}".encode())
    for room in ROOMS:
        for path in sorted((TOP / room).rglob("*")):
            if "static" not in path.parts and path.suffix in {".py", ".txt", ".csv", ".json", ".gz", ".md"}:
                found = path.stat()
                digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def prepare() -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import get_commands

    _step("migrations", "migrate", interactive=False, verbosity=0)
    _step("cache table", "createcachetable", verbosity=0)
    known = get_commands()
    if "load_territories" in known:
        _step("territories", "load_territories", "--if-needed")
    if settings.DEMO and "demo_data" in known:
        _step("demonstration data", "demo_data", "--if-needed")


def _step(name: str, *command, **options) -> None:
    from django.core.management import call_command

    started = time.monotonic()
    call_command(*command, **options)
    print(f"{name}: {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alliance.settings")
    prepare()
