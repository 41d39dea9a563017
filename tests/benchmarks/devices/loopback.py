"""The common part of the server doubles: each listens on its own port while its context is open."""

from __future__ import annotations

import socket
import socketserver
import threading
from typing import Generic, Self, TypeVar

PhoneT = TypeVar("PhoneT")


class LoopbackServer(socketserver.ThreadingTCPServer, Generic[PhoneT]):
    """A server that answers for ``phone``."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, phone: PhoneT, handler: type[socketserver.BaseRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.phone = phone
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def port(self) -> int:
        address: tuple[str, int] = self.socket.getsockname()[:2]
        return address[1]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()


def read_exactly(connection: socket.socket, count: int) -> bytes:
    """Return the next ``count`` bytes.

    Raises:
        EOFError: the other side closed the connection before that.
    """
    content = bytearray()
    while len(content) < count:
        chunk = connection.recv(count - len(content))
        if not chunk:
            raise EOFError
        content += chunk
    return bytes(content)
