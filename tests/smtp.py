"""A real SMTP server that counts, and that can be told to fail."""

import asyncio
import socket
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage

from alliance.running.demo_mail import listen


class SmtpServer:
    """``messages`` received, oldest first. ``answer``, unless None, is what every mail gets: "451 Later", "554 No".

    ``kept`` is what it says of a mail that it keeps.
    """

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.answer: str | None = None
        self.kept = "250 OK"
        self.attempts = 0
        self.delay = 0.0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_DATA(self, server, session, envelope) -> str:
        self.attempts += 1
        await asyncio.sleep(self.delay)
        if self.answer:
            return self.answer
        self.messages.append(message_from_bytes(envelope.original_content, policy=policy.default))
        return self.kept

    def start(self) -> None:
        listening = socket.create_server(("127.0.0.1", self.port))
        self.port = listening.getsockname()[1]
        if not self._thread.is_alive():
            self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(listen(self, listening), self._loop).result(5)

    def stop(self) -> None:
        """Refuse connections, like a post that is down; ``start`` again listens on the same port."""

        async def close() -> None:
            self._server.close()
            sessions = asyncio.all_tasks() - {asyncio.current_task()}
            for session in sessions:
                session.cancel()
            await asyncio.gather(*sessions, return_exceptions=True)

        if self._server:
            asyncio.run_coroutine_threadsafe(close(), self._loop).result(5)
            self._server = None

    def end(self) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()
