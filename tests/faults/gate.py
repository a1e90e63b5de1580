"""A network that can be cut: what a phone connects to, in front of the real server."""

import socket
import threading
from contextlib import suppress


class Gate:
    """Forwards to ``port`` of this machine. Once ``cut()``, connections are refused, those that run are broken.

    ``swallow`` answers are lost on their way: the server has written, the phone hears nothing.
    """

    def __init__(self, port: int, swallow: int = 0):
        self.server_port, self.swallow, self.lost = port, swallow, 0
        self.listening, self.running, self.guard = None, set(), threading.Lock()
        self.port = 0
        self.mend()

    def mend(self) -> None:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self.port))
        listening.listen(64)
        self.port = listening.getsockname()[1]
        self.listening = listening
        threading.Thread(target=self._accept, args=(listening,), daemon=True).start()

    def cut(self) -> None:
        # ``shutdown`` wakes the thread that accepts: closing alone would leave one more connection in.
        with suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        with self.guard:
            for each in self.running:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                phone, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._forward, args=(phone,), daemon=True).start()

    def _forward(self, phone: socket.socket) -> None:
        with suppress(OSError), phone, socket.create_connection(("127.0.0.1", self.server_port)) as server:
            with self.guard:
                self.running |= {phone, server}
            try:
                back = threading.Thread(target=self._back, args=(server, phone), daemon=True)
                back.start()
                while sent := phone.recv(65536):
                    server.sendall(sent)
                server.shutdown(socket.SHUT_WR)
                back.join()
            finally:
                with self.guard:
                    self.running -= {phone, server}

    def _back(self, server: socket.socket, phone: socket.socket) -> None:
        with suppress(OSError):
            while answer := server.recv(65536):
                with self.guard:
                    is_lost = self.lost < self.swallow
                    self.lost += is_lost
                if is_lost:
                    phone.shutdown(socket.SHUT_RDWR)
                    return
                phone.sendall(answer)
            phone.shutdown(socket.SHUT_WR)
