"""A load over bare sockets: so many connections, each with one question at a time.

One thread and no HTTP library, so that next to nothing of what is measured is the client's.
"""

import asyncio
import collections
import contextlib
import re
import selectors
import socket
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.core.apps import Key
from tests.benchmarks.crowd import sign_in

ACCEPTED = b'"accepted"'
LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)
CLOSES = re.compile(rb"^connection: *close", re.IGNORECASE | re.MULTILINE)
PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Burst:
    """What one burst took: in all, and for each answer, in seconds."""

    seconds: float
    latencies: Sequence[float] = field(repr=False)
    refused: int = 0
    """Answers 503: nothing was said about the code."""

    @property
    def rate(self) -> float:
        """Sign-ins a second."""
        return (len(self.latencies) - self.refused) / self.seconds

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.latencies, n=100)[98]


class _Line:
    """One connection, kept for as long as the server keeps it.

    Where the server says that it closes, we close as soon as the answer is whole, as RFC 9112, 9.6, wants it: gunicorn
    waits for that, up to two seconds, and a sync worker of its does nothing else meanwhile.
    """

    def __init__(self, port: int, ready: selectors.BaseSelector) -> None:
        self._port = port
        self._ready = ready
        self._socket: socket.socket | None = None
        self._came = b""
        self._asked = 0.0

    def ask(self, request: bytes) -> None:
        """Ask, over a new connection where there is none, whose making is part of the time to the answer."""
        self._came, self._asked = b"", time.perf_counter()
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=PATIENCE_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._ready.register(self._socket, selectors.EVENT_READ, self)
        self._socket.sendall(request)

    def answer(self) -> tuple[bytes, float] | None:
        """Return the answer and the seconds since the question, or None while it is not whole."""
        assert self._socket is not None
        piece = self._socket.recv(65536)
        self._came += piece
        head, ended, rest = self._came.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        whole = bool(ended and length and len(rest) >= int(length[1]))
        if piece and not whole:
            return None
        took = time.perf_counter() - self._asked
        if not piece or CLOSES.search(head):
            self.close()
        return self._came, took

    def close(self) -> None:
        if self._socket is not None:
            self._ready.unregister(self._socket)
            self._socket.close()
            self._socket = None


def drive(
    ports: Sequence[int], requests: Sequence[bytes], *, connections: int, right: Callable[[bytes], bool]
) -> Burst:
    """Send all *requests* over *connections* spread over *ports*, each answer's successor at once.

    Raises:
        AssertionError: an answer was neither *right* nor 503, so that what was measured was something else.
    """
    waiting = collections.deque(requests)
    took: list[float] = []
    refused = 0
    with selectors.DefaultSelector() as ready, contextlib.ExitStack() as closing:
        lines = [_Line(ports[number % len(ports)], ready) for number in range(min(connections, len(requests)))]
        for line in lines:
            closing.callback(line.close)
        began = time.perf_counter()
        for line in lines:
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
                took.append(seconds)
                if answer.startswith(b"HTTP/1.1 503 "):
                    refused += 1
                else:
                    assert answer.startswith(b"HTTP/1.1 200 "), answer
                    assert right(answer), answer
                if waiting:
                    line.ask(waiting.popleft())
        ended = time.perf_counter()
    return Burst(ended - began, took, refused)


def post(path: str, body: bytes, **fields: str) -> bytes:
    """Return the bytes of a POST; a field's name has its hyphens as underscores."""
    named = {"Host": "127.0.0.1", "Content-Length": str(len(body))}
    named |= {name.replace("_", "-"): value for name, value in fields.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def ours(key: Key, number: int) -> bytes:
    """Return the question for the code that the *number*th person sees now."""
    fields = {"Authorization": f"Bearer {key.spelled}", "Content_Type": "application/json"}
    return post("/v1/verifications", sign_in(number), **fields)


def accepted(answer: bytes) -> bool:
    return ACCEPTED in answer


async def burst(ports: Sequence[int], key: Key, numbers: Sequence[int], *, connections: int) -> Burst:
    """Sign everybody of *numbers* in once, from a thread that has this process to itself."""
    requests = [ours(key, number) for number in numbers]
    return await asyncio.to_thread(drive, ports, requests, connections=connections, right=accepted)
