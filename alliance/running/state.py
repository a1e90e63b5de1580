"""The state folder of one portal (``DATA_DIR``): its lock, its secret keys, its embedded PostgreSQL."""

import base64
import fcntl
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path

ENDING_SECONDS = 20


class CannotRun(SystemExit):
    """A sentence for the person who typed the command."""


def state_folder(given: str) -> Path:
    folder = Path(given or "var").expanduser().absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "lock").touch(mode=0o600)
    except OSError as error:
        raise CannotRun(f"DATA_DIR: {folder} cannot be written ({error.strerror}): choose another folder.") from None
    return folder


def lock(folder: Path) -> int | None:
    """A descriptor that locks ``folder``; ``None`` when another portal uses it.

    Every process of a portal inherits the lock, so the kernel drops it with the last one. When the portal was killed
    a moment ago, its processes are still ending: that is waited for.
    """
    descriptor = os.open(folder / "lock", os.O_RDWR)
    until = time.monotonic() + ENDING_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if _holder_lives(descriptor) or time.monotonic() > until:
                os.close(descriptor)
                return None
            time.sleep(0.05)
        else:
            os.pwrite(descriptor, f"{os.getpid():<10}\n".encode(), 0)
            return descriptor


def _holder_lives(descriptor: int) -> bool:
    """The holder writes its number just after it locks: an empty file is one that has just been locked."""
    number = os.pread(descriptor, 20, 0).strip()
    try:
        os.kill(int(number), 0)
    except ValueError:
        return True
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def secret_key(folder: Path) -> str:
    """The key of the environment, else the one generated at the first start and kept for this user only."""
    return os.environ.get("SECRET_KEY") or _kept(folder / "secret-key", lambda: secrets.token_urlsafe(64))


def journal_key(folder: Path) -> str:
    """The key that signs the journal's checkpoints, likewise: 32 random bytes in base64, an Ed25519 seed."""
    return os.environ.get("JOURNAL_KEY") or _kept(folder / "journal-key", _seed)


def _seed() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _kept(path: Path, make: Callable[[], str]) -> str:
    """The content of ``path``, made at the first call; whole or absent, and never readable by others."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.draft")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600, exist_ok=False)
        draft.write_text(make())
        draft.rename(path)
    return path.read_text().strip()
