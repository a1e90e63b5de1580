"""The state folder of one portal (``DATA_DIR``): its lock, its secret key, its embedded PostgreSQL."""

import fcntl
import os
import secrets
from pathlib import Path


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
    """A lock that the kernel drops with this process; ``None`` when another portal uses ``folder``."""
    descriptor = os.open(folder / "lock", os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def secret_key(folder: Path) -> str:
    """The key of the environment, else the one generated at the first start and kept for this user only."""
    if os.environ.get("SECRET_KEY"):
        return os.environ["SECRET_KEY"]
    kept = folder / "secret-key"
    if not kept.exists():
        draft = folder / "secret-key.new"
        draft.unlink(missing_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as written:
            written.write(secrets.token_urlsafe(64))
        draft.rename(kept)
    return kept.read_text().strip()
