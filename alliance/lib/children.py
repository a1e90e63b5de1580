"""Child processes that never outlive their parent, and the short private folders of their sockets."""

import ctypes
import hashlib
import os
import pwd
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1
UNPRIVILEGED = "nobody"
LONGEST_SOCKET_FOLDER = 60  # bytes: a Unix socket's whole path may have 107, and macOS has 103


def die_with_parent(signum: int, *, parent: int | None = None) -> Callable[[], None]:
    """A ``preexec_fn``: the kernel sends ``signum`` to the child when its parent ends, however it ends (Linux).

    The parent is the *thread* that spawns: call ``subprocess`` from the main one. A change of user clears the
    request, so it must come after (``subprocess`` changes user first).
    """
    parent = parent or os.getpid()
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None

    def arrange() -> None:
        if prctl:
            prctl(PR_SET_PDEATHSIG, signum)
            if os.getppid() != parent:
                os._exit(1)

    return arrange


def server_ids(folder: Path) -> tuple[int, int]:
    """User and group for a server that refuses root: the folder's owner, else ``nobody``; for others, themselves."""
    if os.getuid() != 0:
        return os.getuid(), os.getgid()
    if folder.exists() and (owner := folder.stat()).st_uid != 0:
        return owner.st_uid, owner.st_gid
    try:
        unprivileged = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise SystemExit(f"PostgreSQL refuses root and needs the user {UNPRIVILEGED}: start as another.") from None
    return unprivileged.pw_uid, unprivileged.pw_gid


def short_private_folder(name: str, *, owner: int) -> Path:
    """A 0700 folder of ``owner``, always the same for ``name``, with a path short enough for a Unix socket."""
    base = Path(tempfile.gettempdir())
    if len(os.fsencode(base)) + 32 > LONGEST_SOCKET_FOLDER:
        base = Path("/tmp")  # noqa: S108  the folder below is private
    folder = base / f"alliance-{owner}-{hashlib.sha256(os.fsencode(name)).hexdigest()[:12]}"
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, owner, -1)
    except FileExistsError:
        pass
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid not in (owner, os.getuid()):
        raise SystemExit(f"{folder} belongs to somebody else: remove it.")
    if found.st_uid != owner:
        os.chown(folder, owner, -1)
    return folder
