"""The supervisor of `make run`: embedded services, set-up, web server, worker, beat, relay; none outlives it."""

import asyncio
import os
import signal
import time
from pathlib import Path

from alliance import embedded
from alliance.lib.children import die_with_parent
from alliance.running import programs
from alliance.running.output import Output
from alliance.running.prepare import fingerprint
from alliance.running.program import Program, Watch, end_in_order
from alliance.running.state import CannotRun, journal_key, lock, secret_key, state_folder
from alliance.running.welcome import welcome

ORDER_OF_END = (("set-up", "web", "health"), ("worker", "beat", "relay"), ("mail", "broker"), ("postgres",))


class Portal:
    """The programs of one state folder. Made outside the event loop: all that refuses to start does so here."""

    def __init__(self, folder: Path, held: int, output: Output) -> None:
        self.folder = folder
        self.say = output.say
        self.watched: dict[str, Watch] = {}
        self._held = held
        self.host = os.environ.get("WEB_HOST") or "127.0.0.1"
        self.port = free_port(self.host, os.environ.get("PORT") or "8000")
        self.health_port = health_port(self.host, self.port, os.environ.get("HEALTH_PORT") or "")
        self.environment = os.environ | {
            "PORTAL_MODE": "run",
            "DJANGO_SETTINGS_MODULE": "alliance.settings",
            "PYTHONUNBUFFERED": "1",
            "DATA_DIR": str(folder),
            "SECRET_KEY": secret_key(folder),
            "JOURNAL_KEY": journal_key(folder),
            "SITE_URL": os.environ.get("SITE_URL") or f"http://localhost:{self.port}",
            "DEMO": os.environ.get("DEMO", "1"),
        }
        self._demo = self.environment["DEMO"] == "1"
        self._cluster = None if self.environment.get("DATABASE_URL") else embedded.cluster(folder / "postgres")

    async def start(self) -> None:
        (self.folder / "static").mkdir(exist_ok=True)
        await self._start_services()
        await self._set_up()
        await self._watch(programs.web(self.host, self.port, self.environment))
        await self._watch(programs.health(self.host, self.health_port, self.folder, self.environment))
        await self._first_answer()
        health = f"http://{self.host}:{self.health_port}/healthz"
        self.say("", welcome(self.environment["SITE_URL"], self.folder, health=health, demo=self._demo))
        await self._watch(programs.worker(self.environment))
        await self._watch(programs.beat(self.folder, self.environment))
        await self._watch(programs.relay(self.environment))

    async def end(self) -> None:
        await end_in_order([[self.watched[name] for name in names if name in self.watched] for names in ORDER_OF_END])
        if self._cluster:
            self._cluster.forget_sockets()

    async def _watch(self, program: Program) -> Watch:
        self.watched[program.name] = watch = Watch(program, self.say, lock=self._held)
        await watch.start()
        return watch

    async def _start_services(self) -> None:
        if self._cluster:
            watch = await self._watch(programs.postgres(self._cluster, self.environment))
            await asyncio.to_thread(self._cluster.wait_until_ready, is_alive=lambda: watch.is_alive)
            self.environment["DATABASE_URL"] = self._cluster.url
        if not self.environment.get("BROKER_URL"):
            program, self.environment["BROKER_URL"] = programs.broker(self.folder / "broker", self.environment)
            await self._watch(program)
        if not self.environment.get("EMAIL_URL"):
            listening = programs.listening_socket("127.0.0.1", 0)
            self.environment["EMAIL_URL"] = f"smtp://127.0.0.1:{listening.getsockname()[1]}"
            await self._watch(programs.mail(self.folder / "courriels", listening, self.environment))

    async def _set_up(self) -> None:
        """Skipped when nothing has changed since the last start; the database of others is always looked at."""
        note, wanted = self.folder / "postgres" / "alliance-set-up", fingerprint(self.environment["DEMO"])
        logins_kept = not self._demo or (self.folder / "demo.json").exists()
        if self._cluster and logins_kept and note.exists() and note.read_text() == wanted:
            return
        program = programs.prepare(self.environment)
        self.watched[program.name] = watch = Watch(program, self.say, lock=self._held)
        if await watch.once():
            raise CannotRun("The set-up failed: the reason is above.")
        if self._cluster:
            note.write_text(wanted)

    async def _first_answer(self) -> None:
        """Until ``/healthz`` answers. A web server that cannot start is tried again, and says why."""
        started = time.monotonic()
        while not await _answers(self.host, self.port):
            await asyncio.sleep(0.05)
            if time.monotonic() - started > 60:
                self.say("portal", "The web server does not answer yet.")
                started = time.monotonic()


async def _answers(host: str, port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    try:
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        status = await asyncio.wait_for(reader.readline(), 10)
    except (OSError, TimeoutError):
        return False
    finally:
        writer.close()
    return b" 200 " in status


def free_port(host: str, given: str) -> int:
    if not (given.isascii() and given.isdigit() and 0 < int(given) < 65_536):
        raise CannotRun(f"PORT: {given} is not a port number.")
    port = int(given)
    try:
        programs.listening_socket(host, port).close()
    except OSError as error:
        raise CannotRun(f"Port {given} is not free ({error.strerror}): choose another, make run PORT=8001.") from None
    return port


def health_port(host: str, port: int, given: str) -> int:
    """The one asked for, else a thousand above the portal's own, else any that is free."""
    if given:
        return free_port(host, given)
    for wished in (port + 1000, 0) if port + 1000 < 65_536 else (0,):
        try:
            with programs.listening_socket(host, wished) as found:
                return found.getsockname()[1]
        except OSError:
            continue
    raise CannotRun("No port is free for the health page.")


async def _supervise(portal: Portal) -> None:
    """Until a signal, or until the start fails; then end everything, in order."""
    asked = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(signum, asked.set)
    starting, waiting = asyncio.create_task(portal.start()), asyncio.create_task(asked.wait())
    try:
        await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if not asked.is_set():
            await starting
            await waiting
    finally:
        for task in (starting, waiting):
            task.cancel()
        await asyncio.gather(starting, waiting, return_exceptions=True)
        await portal.end()


def run(*, with_parent: bool = False) -> int:
    """The whole portal. ``with_parent``: end when the parent (make) is killed, too."""
    if with_parent:
        die_with_parent(signal.SIGTERM, parent=os.getppid())()
    os.umask(0o077)
    folder = state_folder(os.environ.get("DATA_DIR", ""))
    held = lock(folder)
    if held is None:
        raise CannotRun(f"Another portal already uses {folder}: stop it, or choose another DATA_DIR.")
    output = Output()
    try:
        asyncio.run(_supervise(Portal(folder, held, output)))
    finally:
        output.close()
    return 0
