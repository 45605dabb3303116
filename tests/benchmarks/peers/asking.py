"""A load over bare sockets: each connection sends its next request as soon as its last one is answered.

One thread and no HTTP library, so that next to nothing of what is measured is the client's.
"""

import collections
import contextlib
import re
import selectors
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)
CLOSES = re.compile(rb"^connection: *close", re.IGNORECASE | re.MULTILINE)
PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Driven:
    """What a load came to; times in seconds."""

    took_s: float
    answers_s: Sequence[float] = field(repr=False)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.answers_s) / self.took_s


class Connection:
    """One connection; made anew where the server closes it, and that time is the server's."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._came = b""
        self._began = 0.0
        self.socket = self._open()

    def _open(self) -> socket.socket:
        opened = socket.create_connection(("127.0.0.1", self._port), timeout=PATIENCE_S)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened

    def ask(self, request: bytes) -> None:
        self._came, self._began = b"", time.perf_counter()
        self.socket.sendall(request)

    def answer(self) -> tuple[bytes, float] | None:
        """Return the answer and the seconds since the question, or None while it is not whole."""
        piece = self.socket.recv(65536)
        self._came += piece
        head, _, rest = self._came.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if piece and not (length and len(rest) >= int(length[1])):
            return None
        return self._came, time.perf_counter() - self._began

    def ask_next(self, request: bytes) -> None:
        """Ask over the same connection, or over a new one where the last answer ended it."""
        began = time.perf_counter()
        if not self._came or CLOSES.search(self._came.partition(b"\r\n\r\n")[0]):
            self.socket.close()
            self.socket = self._open()
        self.ask(request)
        self._began = began

    def close(self) -> None:
        self.socket.close()


def drive(port: int, requests: Sequence[bytes], *, connections: int, right: Callable[[bytes], bool]) -> Driven:
    """Send all *requests* over so many connections, each answer's successor at once.

    Raises:
        AssertionError: an answer was not *right*, so that what was measured was something else.
    """
    waiting = collections.deque(requests)
    took: list[float] = []
    with contextlib.ExitStack() as closing:
        ready = closing.enter_context(selectors.DefaultSelector())
        lines = [closing.enter_context(contextlib.closing(Connection(port))) for _ in range(connections)]
        began = time.perf_counter()
        for line in lines[: len(requests)]:
            ready.register(line.socket, selectors.EVENT_READ, line)
            line.ask(waiting.popleft())
        while len(took) < len(requests):
            events = ready.select(PATIENCE_S)
            assert events, f"no answer for {PATIENCE_S:.0f} s"
            for key, _ in events:
                line = key.data
                answered = line.answer()
                if answered is None:
                    continue
                answer, seconds = answered
                assert right(answer), answer
                took.append(seconds)
                ready.unregister(line.socket)
                if waiting:
                    line.ask_next(waiting.popleft())
                    ready.register(line.socket, selectors.EVENT_READ, line)
        ended = time.perf_counter()
    return Driven(ended - began, took)


def post(path: str, body: bytes, **fields: str) -> bytes:
    """Return the bytes of a POST; a field's name has its hyphens as underscores."""
    named = {"Host": "127.0.0.1", "Content-Length": str(len(body))}
    named |= {name.replace("_", "-"): value for name, value in fields.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body
