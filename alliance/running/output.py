"""What the person at the terminal reads: one prefixed line at a time, and never a reason to wait."""

import contextlib
import queue
import sys
import threading

WAITING_LINES = 5_000


class Output:
    """Writes from a thread of its own: a terminal or a pipe that nobody reads loses lines, it stops no program."""

    def __init__(self) -> None:
        self._lines: queue.Queue[str | None] = queue.Queue(WAITING_LINES)
        self._writer = threading.Thread(target=self._write, daemon=True)
        self._writer.start()

    def say(self, who: str, line: str) -> None:
        try:
            self._lines.put_nowait(f"{who:<8}│ {line}\n" if who else f"{line}\n")
        except queue.Full:
            return

    def close(self, seconds: float = 1.0) -> None:
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(None)
        self._writer.join(seconds)

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                sys.stdout.buffer.write(line.encode(errors="replace"))
                sys.stdout.buffer.flush()
            except OSError:  # nobody reads any more
                return
