"""The body of a request: bounded in size, in time, and in what all of them hold together while they come (X8)."""

from __future__ import annotations

import asyncio
from enum import Enum, auto

from aiohttp import web

from handlers.connections import connection_of

BODY_S = 3.0
"""Seconds for the whole body, from when its head is there: to send it drop by drop gains nothing."""


class Incomplete(Enum):
    """Why there is no body."""

    TOO_LARGE = auto()
    TOO_SLOW = auto()


async def read_body(request: web.Request, *, most: int, within_s: float = BODY_S) -> bytes | Incomplete:
    """Return the body, or why not: as soon as it is known to be larger than *most* bytes, or where it takes too long.

    Raises what aiohttp raises where the connection breaks meanwhile.
    """
    if (request.content_length or 0) > most:
        return Incomplete.TOO_LARGE
    read = request.content.read_nowait()
    # A small body comes with its head; only one that does not is worth a timer.
    if not request.content.is_eof():
        try:
            async with asyncio.timeout(within_s):
                read = await _rest(request, read, most)
        except TimeoutError:
            return Incomplete.TOO_SLOW
    return Incomplete.TOO_LARGE if len(read) > most else read


async def _rest(request: web.Request, begun: bytes, most: int) -> bytes:
    """Return the whole body, or so much of it that it is too large."""
    connection = connection_of(request)
    pieces: list[bytes] = []
    size, piece = 0, begun
    if connection:
        connection.waits_for_body()
    try:
        while True:
            pieces.append(piece)
            size += len(piece)
            if connection:
                connection.takes(len(piece))
            if size > most or not (piece := await request.content.readany()):
                return b"".join(pieces)
    finally:
        pieces.clear()  # a broken connection's error holds this frame, in a circle
        if connection:
            connection.has_body()
