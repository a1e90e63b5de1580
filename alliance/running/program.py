"""One supervised program: started, started again when it dies, ended with everything it started."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from alliance.lib.children import die_with_parent

FIRST_PAUSE, LONGEST_PAUSE = 0.3, 30.0  # seconds between a death and the next start
STEADY_AFTER = 20.0  # seconds of life after which a program is trusted again
LONGEST_LINE = 1 << 20

Say = Callable[[str, str], None]


@dataclass
class Program:
    """``end_signal`` asks for an orderly end; ``death_signal`` comes from the kernel when the supervisor dies.

    ``before`` is called ahead of each start.
    """

    name: str
    command: list[str]
    environment: dict[str, str]
    spawn_options: dict = field(default_factory=dict)
    end_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGTERM
    patience: float = 8.0
    before: Callable[[], object] | None = None
    descriptors: tuple[int, ...] = ()


class Watch:
    """Keeps one program alive until ``end``. All its processes share a group, which never survives it."""

    def __init__(self, program: Program, say: Say, *, lock: int) -> None:
        self.program = program
        self._say = say
        self._lock = lock
        self._pause = FIRST_PAUSE
        self._ended = False
        self._life: _Life | None = None
        self._watching: asyncio.Task | None = None

    async def start(self) -> None:
        await self._spawn()
        self._watching = asyncio.create_task(self._keep_alive())

    async def once(self) -> int:
        """Start, wait for the end, and give the exit code."""
        await self._spawn()
        return await self._life.until_its_end()

    @property
    def pid(self) -> int:
        return self._life.pid

    @property
    def is_alive(self) -> bool:
        return self._life is not None and not self._life.exited.is_set()

    async def end(self) -> None:
        """Ask, wait for ``patience`` seconds, then insist."""
        self._ended = True
        if self.is_alive:
            _signal_one(self.pid, self.program.end_signal)
            try:
                await asyncio.wait_for(self._life.exited.wait(), self.program.patience)
            except TimeoutError:
                self._say("portal", f"{self.program.name} does not end: killed.")
        if self._life:
            await self._life.bury()
        if self._watching:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def _spawn(self) -> None:
        """From the main thread, as ``die_with_parent`` wants it. The state folder's lock goes along: a later start
        waits until the last process of this one is gone."""
        if self.program.before:
            self.program.before()
        options = {
            "env": self.program.environment,
            "stdin": subprocess.DEVNULL,
            "start_new_session": True,
            "preexec_fn": die_with_parent(self.program.death_signal),
        } | self.program.spawn_options
        options |= {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        options |= {"pass_fds": [*self.program.descriptors, self._lock]}
        life = _Life(self.program.name, self._say)
        await asyncio.get_running_loop().subprocess_exec(lambda: life, *self.program.command, **options)
        self._life = life

    async def _keep_alive(self) -> None:
        while True:
            started = time.monotonic()
            code = await self._life.until_its_end()
            if self._ended:
                return
            steady = time.monotonic() - started > STEADY_AFTER
            pause = self._pause = FIRST_PAUSE if steady else self._pause
            self._pause = min(pause * 2, LONGEST_PAUSE)
            self._say("portal", f"{self.program.name} ended (code {code}), started again in {pause:.1f} s.")
            await asyncio.sleep(pause)
            await self._try_to_spawn()

    async def _try_to_spawn(self) -> None:
        while True:
            try:
                return await self._spawn()
            except (OSError, SystemExit) as reason:
                self._say("portal", f"{self.program.name} cannot start: {reason}")
                await asyncio.sleep(LONGEST_PAUSE)


class _Life(asyncio.SubprocessProtocol):
    """One process from start to end. (Streams would wait for grandchildren that hold the pipe open.)"""

    def __init__(self, name: str, say: Say) -> None:
        self._name = name
        self._say = say
        self._rest = b""
        self._silent = asyncio.Event()
        self.exited = asyncio.Event()

    def connection_made(self, transport) -> None:
        self._transport = transport
        self.pid = transport.get_pid()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            lines, self._rest = [*lines, self._rest], b""
        for line in lines:
            self._say(self._name, line.decode(errors="replace").rstrip())

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if self._rest:
            self._say(self._name, self._rest.decode(errors="replace"))
        self._rest = b""
        self._silent.set()

    def process_exited(self) -> None:
        self.exited.set()

    async def until_its_end(self) -> int:
        await self.exited.wait()
        await self.bury()
        return self._transport.get_returncode()

    async def bury(self) -> None:
        """Whatever is left of the group goes too; then the last words are heard."""
        _signal_group(self.pid, signal.SIGKILL)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._silent.wait(), 1)
        await asyncio.wait_for(self.exited.wait(), 5)
        self._transport.close()


def _signal_one(pid: int, signum: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signum)


def _signal_group(pid: int, signum: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signum)


async def end_in_order(groups: list[list[Watch]]) -> None:
    """End the groups one after the other, the programs of a group together."""
    for group in groups:
        await asyncio.gather(*(watch.end() for watch in group))
