"""Requests that leave at once: every connection is open, and every byte ready, before the first one is sent."""

import asyncio
import json
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from bot.core.apps import Key
from handlers.edge import PATH
from tests.support import signed

Json = dict[str, Any]
WITHIN_S = 30


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer, and the seconds that it took."""

    status: int
    body: Json
    seconds: float

    @property
    def result(self) -> str:
        """What the API said of a code: `accepted`, `not_enrolled`, or why not; else the status."""
        return str(self.body.get("reason") or self.body.get("result") or self.status)


class Line:
    """One connection that is kept."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._sent_at = 0.0

    @classmethod
    async def to(cls, port: int) -> Self:
        """Open a connection."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    def send(self, request: bytes) -> None:
        """Send all of *request*."""
        self._sent_at = time.perf_counter()
        self._writer.write(request)

    async def hear(self) -> Heard:
        """Wait for the answer; one that does not come is an error."""
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        body = await self._reader.readexactly(int(fields["content-length"]))
        seconds = time.perf_counter() - self._sent_at
        told = json.loads(body) if body and "json" in fields.get("content-type", "") else {}
        return Heard(int(head.split(" ", 2)[1]), told, seconds)

    async def ask(self, request: bytes) -> Heard:
        """Send *request*, and wait for the answer."""
        self.send(request)
        return await self.hear()

    async def sent(self) -> None:
        """Return once little is left to send, or nobody takes it any more."""
        with suppress(ConnectionError):
            await self._writer.drain()

    async def ended(self) -> None:
        """Return once the other side has ended the connection; it is an error if it does not."""
        with suppress(ConnectionError):
            async with asyncio.timeout(WITHIN_S):
                while await self._reader.read(65536):
                    pass

    def abandon(self) -> None:
        """End the connection at once."""
        self._writer.transport.abort()

    async def close(self) -> None:
        """End the connection."""
        self._writer.close()
        await self._writer.wait_closed()


class Volley:
    """Requests on open connections, dealt out to several processes, that leave when it is said."""

    def __init__(self, lines: Sequence[Line], requests: Sequence[bytes]) -> None:
        self._lines = lines
        self._left = list(zip(lines, requests, strict=True))

    @classmethod
    async def ready(cls, ports: Sequence[int], requests: Sequence[bytes]) -> Self:
        """Open a connection for each of *requests*, to the processes at *ports* in turn."""
        return cls([await Line.to(ports[number % len(ports)]) for number in range(len(requests))], requests)

    def leaves(self, count: int | None = None) -> None:
        """Send the next *count* requests, or all that are left."""
        leaving, self._left = self._left[:count], [] if count is None else self._left[count:]
        for line, request in leaving:
            line.send(request)

    async def answers(self) -> list[Heard]:
        """Return the answers to all of them, in their order."""
        heard = await asyncio.gather(*(line.hear() for line in self._lines))
        for line in self._lines:
            await line.close()
        return heard


async def at_once(ports: Sequence[int], requests: Sequence[bytes]) -> list[Heard]:
    """Send all *requests* at once, dealt out to the processes at *ports*; return the answers in their order."""
    volley = await Volley.ready(ports, requests)
    volley.leaves()
    return await volley.answers()


def sign_in(key: Key, user: str, typed: object) -> bytes:
    """Return the question of a relying app whether *typed* is a right code of *user*, a Slack id."""
    body = json.dumps({"user": {"slack_id": user}, "code": typed}).encode()
    return _post("/v1/verifications", body, {"Authorization": f"Bearer {key.spelled}", "Content-Type": signed.JSON})


def submission(user: str, form: str, row: int, typed: str, *, at: float) -> bytes:
    """Return what Slack signs when *user* submits the window *form* about the *row*, with a code in its input."""
    payload = signed.submission(user={"id": user, "username": "any", "name": "any", "team_id": "T0MFA"})
    payload["view"] |= {
        "callback_id": form,
        "private_metadata": str(row),
        "state": {"values": {"code": {"code": {"type": "plain_text_input", "value": typed}}}},
    }
    body = signed.interaction(payload)
    return _post(PATH, body, signed.headers(body, at=at))


def _post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    fields = {"Host": "127.0.0.1", "Content-Length": str(len(body))} | headers
    return (
        f"POST {path} HTTP/1.1\r\n".encode()
        + "".join(f"{n}: {v}\r\n" for n, v in fields.items()).encode()
        + b"\r\n"
        + body
    )


async def exchange(port: int, request: bytes) -> list[int]:
    """Send *request* over a connection of its own; return the statuses of all that is answered until it ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = bytearray()
    try:
        async with asyncio.timeout(WITHIN_S):
            writer.write(request)
            while piece := await reader.read(65536):
                answered += piece
    except ConnectionError:
        pass
    finally:
        writer.transport.abort()
    return [int(status) for status in re.findall(rb"^HTTP/1\.[01] (\d{3}) ", answered, re.MULTILINE)]
