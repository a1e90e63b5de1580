"""The set-up of a portal, in one process: migrations, cache table, reference data, demonstration data, a checkpoint.

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
            if "static" not in path.parts and path.suffix in {".py", ".txt", ".csv", ".json", ".gz", ".md", ".toml"}:
                found = path.stat()
                digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def prepare() -> None:
    import django

    django.setup()
    from django.conf import settings

    from alliance.proof.jobs import sign_journal

    _step("migrations", "migrate", interactive=False, verbosity=0)
    _step("cache table", "createcachetable", verbosity=0)
    _step("territories", "load_territories", "--if-needed", verbosity=0)
    _step("facts", "load_facts", "--if-needed", verbosity=0)
    if settings.DEMO:
        _step("demonstration data", "demo_data", "--if-needed", verbosity=0)
    sign_journal()
    if settings.DEMO:
        _step("open data", "publish_dumps", verbosity=0)


def _step(name: str, *command, **options) -> None:
    from django.core.management import CommandError, call_command

    started = time.monotonic()
    try:
        call_command(*command, **options)
    except CommandError as refusal:
        raise SystemExit(f"{name}: {refusal}") from None
    print(f"{name}: {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alliance.settings")
    prepare()
