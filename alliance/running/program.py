"""One supervised program: started, started again when it dies, ended with everything it started."""

import asyncio
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
        self.process: asyncio.subprocess.Process | None = None
        self.ended = False
        self._say = say
        self._lock = lock
        self._pause = FIRST_PAUSE
        self._watching: asyncio.Task | None = None

    async def start(self) -> None:
        await self._spawn()
        self._watching = asyncio.create_task(self._keep_alive())

    async def once(self) -> int:
        """Start, wait for the end, and give the exit code."""
        self.ended = True
        await self._spawn()
        await self._relay_output()
        return await self.process.wait()

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.returncode is None

    async def end(self) -> None:
        """Ask, wait for ``patience`` seconds, then insist."""
        self.ended = True
        if self.is_alive:
            self.process.send_signal(self.program.end_signal)
            try:
                await asyncio.wait_for(self.process.wait(), self.program.patience)
            except TimeoutError:
                self._say("portal", f"{self.program.name} does not end: killed.")
        self._kill_group()
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
        options["pass_fds"] = [*self.program.descriptors, self._lock]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "limit": LONGEST_LINE}
        self.process = await asyncio.create_subprocess_exec(*self.program.command, **pipes, **options)

    async def _keep_alive(self) -> None:
        while True:
            started = time.monotonic()
            await self._relay_output()
            code = await self.process.wait()
            self._kill_group()
            if self.ended:
                return
            steady = time.monotonic() - started > STEADY_AFTER
            self._pause = FIRST_PAUSE if steady else min(self._pause * 2, LONGEST_PAUSE)
            self._say("portal", f"{self.program.name} ended (code {code}), started again in {self._pause:.1f} s.")
            await asyncio.sleep(self._pause)
            await self._try_to_spawn()

    async def _try_to_spawn(self) -> None:
        while True:
            try:
                return await self._spawn()
            except (OSError, SystemExit) as reason:
                self._pause = min(self._pause * 2, LONGEST_PAUSE)
                self._say("portal", f"{self.program.name} cannot start: {reason}")
                await asyncio.sleep(self._pause)

    async def _relay_output(self) -> None:
        """Until the program closes its output. A grandchild may hold it open longer: the program's end comes first."""
        reading = asyncio.create_task(self._read_lines())
        await self.process.wait()
        await asyncio.wait([reading], timeout=0.5)
        reading.cancel()

    async def _read_lines(self) -> None:
        while True:
            try:
                line = await self.process.stdout.readline()
            except ValueError:  # longer than LONGEST_LINE: asyncio drops it
                continue
            if not line:
                return
            self._say(self.program.name, line.decode(errors="replace").rstrip())

    def _kill_group(self) -> None:
        if self.process:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return


async def end_in_order(groups: list[list[Watch]]) -> None:
    """End the groups one after the other, the programs of a group together."""
    for group in groups:
        await asyncio.gather(*(watch.end() for watch in group))
