"""How long a second start takes, beside the bare floor: one Python that only reads the settings and the models."""

import statistics
import subprocess
import sys
import time

import pytest

from alliance.running.prepare import TOP
from tests.running.whole_portal import portal

FLOOR = [sys.executable, "-c", "import django; django.setup()"]


@pytest.mark.bench
def test_a_second_start_is_ready_in_ten_seconds(tmp_path):
    folder = tmp_path / "var"
    with portal(folder):
        pass
    taken = []
    for _ in range(3):
        with portal(folder) as running:
            taken.append(running.seconds_to_start)
    floor = statistics.median(_seconds(FLOOR) for _ in range(3))
    start = statistics.median(taken)
    print(f"\nsecond start {start:.1f} s, floor {floor:.1f} s, ratio {start / floor:.1f}")
    assert start < 10


def _seconds(command: list[str]) -> float:
    began = time.monotonic()
    subprocess.run(command, cwd=TOP, check=True)
    return time.monotonic() - began
