"""Applications that sign people in: so many connections, each with one question at a time."""

import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from bot.core.apps import Key
from tests.benchmarks.crowd import sign_in

ACCEPTED = b'"accepted"'


@dataclass(frozen=True)
class Burst:
    """What one burst took: in all, and for each answer, in seconds."""

    seconds: float
    latencies: list[float]
    refused: int
    """Answers 503: nothing was said about the code."""

    @property
    def rate(self) -> float:
        """Sign-ins a second."""
        return (len(self.latencies) - self.refused) / self.seconds

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.latencies, n=100)[98]


class _Asking(asyncio.Protocol):
    """Sends the next question when the answer to the last is whole."""

    def __init__(self, head: bytes, numbers: Iterator[int], latencies: list[float]) -> None:
        self.refused = 0
        self._head = head
        self._numbers = numbers
        self._latencies = latencies
        self._came = b""
        self._asked = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def ask(self) -> None:
        number = next(self._numbers, None)
        if number is None:
            self._transport.close()
            self.done.set_result(None)
            return
        body = sign_in(number)
        self._came = b""
        self._asked = time.perf_counter()
        self._transport.write(self._head + b"%d\r\n\r\n" % len(body) + body)

    def data_received(self, data: bytes) -> None:
        self._came += data
        if b"\r\n\r\n" not in self._came or not self._came.endswith(b"}"):
            return
        self._latencies.append(time.perf_counter() - self._asked)
        if self._came.startswith(b"HTTP/1.1 503 "):
            self.refused += 1
        elif not self._came.startswith(b"HTTP/1.1 200 ") or ACCEPTED not in self._came:
            self.done.set_exception(AssertionError(self._came))
            self._transport.close()
            return
        self.ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("closed"))


async def burst(ports: Sequence[int], key: Key, numbers: list[int], *, connections: int) -> Burst:
    """Sign everybody of *numbers* in once, over *connections* spread over *ports*; each answer must be a yes."""
    head = (
        "POST /v1/verifications HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {key.spelled}\r\nContent-Length: "
    ).encode()
    loop = asyncio.get_running_loop()
    left, latencies = iter(numbers), list[float]()
    asking = []
    for number in range(connections):
        port = ports[number % len(ports)]
        _, one = await loop.create_connection(lambda: _Asking(head, left, latencies), "127.0.0.1", port)
        asking.append(one)
    began = time.perf_counter()
    for one in asking:
        one.ask()
    await asyncio.gather(*(one.done for one in asking))
    return Burst(time.perf_counter() - began, latencies, sum(one.refused for one in asking))
