"""A reader who takes nothing is cut; one who takes a little, or has nothing left to take, is left alone."""

import socket
import threading
import time

import pytest

from alliance.lib import slow_readers
from alliance.lib.slow_readers import Watch, figures, served

pytestmark = pytest.mark.skipif(slow_readers.TCP_INFO is None, reason="the kernel does not tell")
SMALL = 4096


@pytest.fixture
def pair():
    """Our end of a connection that came in, and the reader's; buffers small enough to be full at once."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        reader = socket.socket()
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        reader.connect(listening.getsockname())
        ours, _ = listening.accept()
        with ours, reader:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)
            yield ours, reader


def fill(ours: socket.socket) -> None:
    ours.setblocking(False)
    with pytest.raises(BlockingIOError):
        while True:
            ours.send(b"x" * SMALL)
    deadline = time.monotonic() + 5
    while not figures(ours)[1]:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_cut(reader: socket.socket) -> bool:
    """Whether the connection ends once all that was sent is read."""
    reader.settimeout(0.5)
    try:
        while reader.recv(65_536):
            continue
    except TimeoutError:
        return False
    except ConnectionError:
        return True
    return True


def test_only_connections_that_came_in_are_looked_at(pair):
    ours, reader = pair
    found = served()
    names = {(each.getsockname(), each.getpeername()) for each in found}
    for each in found:
        each.close()
    assert (ours.getsockname(), ours.getpeername()) in names
    assert (reader.getsockname(), reader.getpeername()) not in names


def test_a_reader_who_takes_nothing_is_cut_and_the_writer_freed(pair):
    ours, reader = pair
    fill(ours)
    watch = Watch(patience=0.05, slowest=1000)
    assert watch.look() == 0, "the first look only takes note"
    ended = threading.Event()

    def write():
        ours.setblocking(True)
        with pytest.raises(OSError, match=r"."):
            ours.sendall(b"x" * 10_000_000)
        ended.set()

    threading.Thread(target=write, daemon=True).start()
    deadline = time.monotonic() + 5
    while not watch.look():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert ended.wait(5)
    assert is_cut(reader)


def test_a_reader_who_goes_on_taking_is_left_alone(pair):
    ours, reader = pair
    fill(ours)
    watch = Watch(patience=0.05, slowest=1000)
    watch.look()
    for _ in range(20):
        assert reader.recv(65_536)
        fill(ours)
    time.sleep(0.06)
    assert watch.look() == 0
    assert not is_cut(reader)


def test_a_reader_with_nothing_to_take_may_be_silent(pair):
    ours, reader = pair
    ours.sendall(b"answer")
    assert reader.recv(10) == b"answer"
    watch = Watch(patience=0.0, slowest=1000)
    for _ in range(3):
        assert watch.look() == 0
        time.sleep(0.01)
    assert not is_cut(reader)


def test_control_with_endless_patience_the_reader_stays(pair):
    ours, reader = pair
    fill(ours)
    watch = Watch(patience=1000)
    for _ in range(3):
        assert watch.look() == 0
        time.sleep(0.05)
    assert not is_cut(reader)
