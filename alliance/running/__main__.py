"""``python -m alliance.running``: the whole portal. ``… db -- <command>``: one command beside its PostgreSQL."""

import os
import signal
import subprocess
import sys

from alliance import embedded
from alliance.lib.children import die_with_parent
from alliance.running.state import journal_key, lock, secret_key, state_folder


def beside_the_database(command: list[str]) -> int:
    """Run ``command`` with ``DATABASE_URL`` set: the database of a portal that runs, else one started for it."""
    folder = state_folder(os.environ.get("DATA_DIR", ""))
    server = None
    if (held := lock(folder)) is not None:
        cluster = embedded.cluster(folder / "postgres")
        server = cluster.start()
    else:
        cluster = embedded.running(folder / "postgres")
        if cluster is None:
            raise SystemExit(f"Another process uses {folder} and its PostgreSQL does not answer.")
    kept = {"SECRET_KEY": secret_key(folder), "JOURNAL_KEY": journal_key(folder)}
    environment = {"PORTAL_MODE": "run", "DATA_DIR": str(folder)} | os.environ | kept
    try:
        environment |= {"DATABASE_URL": cluster.url}
        return subprocess.run(command, env=environment, preexec_fn=die_with_parent(signal.SIGTERM)).returncode
    except KeyboardInterrupt:
        return 130
    finally:
        if server:
            embedded.stop(server)
            cluster.forget_sockets()
            os.close(held)


def main() -> int:
    match sys.argv[1:]:
        case ["db", "--", *command] if command:
            return beside_the_database(command)
        case [] | ["--with-parent"]:
            from alliance.running.supervisor import run

            return run(with_parent=len(sys.argv) > 1)
        case _:
            print(__doc__, file=sys.stderr)
            return 2


if __name__ == "__main__":
    raise SystemExit(main())
