"""One supervised program, with real processes."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from alliance.running import program as module
from alliance.running.program import Program, Watch, end_in_order

SLEEPER = ["sh", "-c", "sleep 300 & echo $!; wait"]
STUBBORN = ["sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.1; done"]


class Heard(list):
    def __call__(self, who: str, line: str) -> None:
        self.append((who, line))

    async def until(self, text: str) -> str:
        for _ in range(500):
            for _who, line in self:
                if text in line:
                    return line
            await asyncio.sleep(0.01)
        raise AssertionError(f"{text!r} was never heard in {self}")


def watch(command: list[str], heard: Heard, lock: int, **options) -> Watch:
    return Watch(Program("thing", command, dict(os.environ), **options), heard, lock=lock)


def run(scenario, tmp_path) -> None:
    lock = os.open(tmp_path / "lock", os.O_CREAT | os.O_RDWR)
    try:
        asyncio.run(scenario(Heard(), lock))
    finally:
        os.close(lock)


def is_alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def gone(pid: int, seconds: float = 5) -> bool:
    until = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not is_alive(pid)


def test_what_it_prints_is_heard_line_by_line_under_its_name(tmp_path):
    async def scenario(heard, lock):
        assert await watch(["printf", "déjà\\nvu\\n"], heard, lock).once() == 0
        assert heard == [("thing", "déjà"), ("thing", "vu")]

    run(scenario, tmp_path)


def test_a_line_longer_than_the_limit_does_not_stop_it(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LONGEST_LINE", 1_000)

    async def scenario(heard, lock):
        code = "print('x' * 5_000_000); print('after')"
        assert await watch([sys.executable, "-c", code], heard, lock).once() == 0
        assert heard[-1] == ("thing", "after")

    run(scenario, tmp_path)


def test_a_program_that_dies_is_started_again_and_its_own_children_with_it(tmp_path):
    async def scenario(heard, lock):
        watched = watch(SLEEPER, heard, lock)
        await watched.start()
        first_child = int(await heard.until(""))
        first = watched.pid
        os.kill(first, signal.SIGKILL)
        await heard.until("started again in")
        assert gone(first_child)
        while watched.pid == first:
            await asyncio.sleep(0.02)
        assert watched.is_alive
        await watched.end()
        assert not watched.is_alive

    run(scenario, tmp_path)


def test_the_pause_before_a_new_start_grows(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.1)

    async def scenario(heard, lock):
        watched = watch(["false"], heard, lock)
        await watched.start()
        await heard.until("in 0.8 s")
        await watched.end()
        pauses = [line.split(" in ")[1] for _, line in heard]
        assert pauses[:4] == ["0.1 s.", "0.2 s.", "0.4 s.", "0.8 s."]

    run(scenario, tmp_path)


def test_a_program_that_will_not_end_is_killed_after_its_patience(tmp_path):
    async def scenario(heard, lock):
        watched = watch(STUBBORN, heard, lock, patience=0.3)
        await watched.start()
        await heard.until("up")
        await watched.end()
        assert ("portal", "thing does not end: killed.") in heard
        assert gone(watched.pid)

    run(scenario, tmp_path)


def test_programs_end_in_the_order_of_their_groups(tmp_path):
    async def scenario(heard, lock):
        code = "trap 'echo end {}; exit' TERM; echo up {}; while :; do sleep 0.05; done"
        watches = [watch(["sh", "-c", code.format(n, n)], heard, lock) for n in (1, 2, 3)]
        for n, watched in enumerate(watches, 1):
            await watched.start()
            await heard.until(f"up {n}")
        await end_in_order([[watches[2]], [watches[0]], [watches[1]]])
        assert [line for _, line in heard if line.startswith("end")] == ["end 3", "end 1", "end 2"]

    run(scenario, tmp_path)


def test_when_the_supervisor_is_killed_the_program_gets_its_signal(tmp_path):
    code = f"""
import asyncio, os, sys
from alliance.running.program import Program, Watch
async def scenario():
    watch = Watch(Program("thing", ["sh", "-c", "echo $$; exec sleep 300"], dict(os.environ)),
                  lambda who, line: print(line, flush=True), lock=os.open({str(tmp_path / "lock")!r}, os.O_CREAT))
    await watch.start()
    await asyncio.sleep(300)
asyncio.run(scenario())
"""
    supervisor = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    child = int(supervisor.stdout.readline())
    assert is_alive(child)
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    assert gone(child)
