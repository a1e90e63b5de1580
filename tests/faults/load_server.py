"""The web server and its health listener as the supervisor starts them, on a database of the bench; what they hold."""

import os
import signal
import subprocess
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import psycopg

from alliance.lib.board import Board
from alliance.lib.children import die_with_parent
from alliance.running import programs
from tests.bench.ground import Base
from tests.faults.server import free_port


@dataclass(frozen=True)
class Served:
    port: int
    health_port: int
    web: subprocess.Popen
    health: subprocess.Popen
    url: str
    folder: Path

    @property
    def name(self) -> str:
        """By which the database knows our connections from those of others."""
        return name_of(self.port)

    def memory_mb(self) -> dict[str, float]:
        """What the processes hold: all of the web's own; of the database's, what is not its shared buffers."""
        web = sum(proportional(pid) for pid in tree(self.web.pid) + tree(self.health.pid))
        with psycopg.connect(self.url) as connection:
            rows = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE application_name = %s", [self.name]
            ).fetchall()
        return {"web": web, "backends": sum(proportional(pid, shared=False) for (pid,) in rows)}

    def cpu_seconds(self) -> float:
        ticks = os.sysconf("SC_CLK_TCK")
        return sum(sum(map(int, fields(pid)[11:13])) for pid in tree(self.web.pid)) / ticks

    def refused(self) -> int:
        return sum(it.refused for it in Board(self.folder).read())

    def queries(self) -> int:
        """Statements that the database runs for us now."""
        with psycopg.connect(self.url) as connection:
            sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND state <> 'idle'"
            return connection.execute(sql, [self.name]).fetchone()[0]


def name_of(port: int) -> str:
    return f"portal at {port}"


def fields(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["0"] * 20


def tree(pid: int) -> list[int]:
    """The process and all below it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(found for child in children for found in tree(int(child)))]


def proportional(pid: int, *, shared: bool = True) -> float:
    """Megabytes of a process, what it shares divided by those who share it."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    held = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:]}
    return (held["Pss"] if shared else held["Pss"] - held["Pss_Shmem"]) / 1024


@contextmanager
def served(base: Base, folder: Path, application: str = "", **environment: str):
    """``application`` replaces the portal's own, for controls."""
    port, health_port = free_port(), free_port()
    told = base.environment() | {"DATA_DIR": str(folder), "LOG_LEVEL": "CRITICAL", "DEMO": "0"} | environment
    told["PGAPPNAME"] = name_of(port)
    for name in {"DB_POOL", "PAGES_KEPT_MB", "PYTHONWARNINGS"} - environment.keys():
        told.pop(name, None)
    web = programs.web("127.0.0.1", port, told)
    health = programs.health("127.0.0.1", health_port, folder, told)
    commands = [[*web.command[:-1], application or web.command[-1]], health.command]
    with ExitStack() as stack:
        log = stack.enter_context((folder / "web.log").open("ab"))
        started = []
        for program, command in zip((web, health), commands, strict=True):
            options = {"env": program.environment, "stdout": log, "stderr": log, **program.spawn_options}
            started.append(subprocess.Popen(command, preexec_fn=die_with_parent(signal.SIGTERM), **options))
            stack.callback(_end, started[-1])
        _wait(f"http://127.0.0.1:{port}/healthz")
        _wait(f"http://127.0.0.1:{health_port}/healthz")
        yield Served(port, health_port, *started, base.url, folder)


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    process.wait(20)


def _wait(address: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urlopen(address, timeout=30).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{address} does not answer")
