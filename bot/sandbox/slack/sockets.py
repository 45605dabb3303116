"""Socket Mode: Slack's side of the websockets that an app opens."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import ClientError, WSMsgType, web

from bot.sandbox.slack.workspace import APP

if TYPE_CHECKING:
    from datetime import datetime

    from bot.sandbox.slack.inside import Inside
    from bot.sandbox.slack.workspace import Json

MOST_OPEN = 10
"""SR57."""
TICKET_LIVES = timedelta(seconds=30)
"""SR55."""
_HOST = "applink-sandbox"


@dataclass(slots=True, eq=False)
class Connection:
    """One websocket; `leaving` once the app was told that it will end."""

    ws: web.WebSocketResponse
    request: web.Request
    leaving: bool = False
    pings: int = 0
    pongs: int = 0


class Sockets:
    """The websockets that are open, oldest first. While `silent`, no ping is answered (SR62)."""

    def __init__(self, inside: Inside) -> None:
        self._inside = inside
        self.open: list[Connection] = []
        self.opened = 0
        self.silent = False
        self._tickets: dict[str, datetime] = {}
        self._awaited: dict[str, list[asyncio.Future[bytes]]] = {}
        self._accepting: dict[str, bool] = {}
        self._turn = 0

    def routes(self) -> list[web.RouteDef]:
        """Return what is served."""
        return [web.get("/link/", self._serve)]

    def issue(self) -> str:
        """Return the URL of a websocket (SR55)."""
        ticket = secrets.token_urlsafe(16)
        self._tickets[ticket] = self._inside.now() + TICKET_LIVES
        return f"{self._inside.base_url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={APP}"

    def envelope(self, kind: str, payload: Json, retry: tuple[int, str] | None) -> bytes:
        """Return *payload* in its envelope (SR58); *retry* is an event's number and reason."""
        envelope = {
            "envelope_id": str(uuid.uuid4()),
            "payload": payload,
            "type": kind,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry[0] if retry else 0, "retry_reason": retry[1] if retry else ""}
        return json.dumps(envelope).encode()

    async def deliver(self, body: bytes) -> tuple[int, bytes]:
        """Send an envelope over a connection; return 200 and the answer, or 0 and why there is none (SR60)."""
        envelope = json.loads(body)
        connection = self._next()
        if connection is None:
            return 0, b"connection_failed"
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._accepting[envelope["envelope_id"]] = envelope["accepts_response_payload"]
        awaited = self._awaited.setdefault(envelope["envelope_id"], [])
        awaited.append(answer)
        try:
            async with asyncio.timeout(self._inside.settings.patience_s):
                await connection.ws.send_str(body.decode())
                return 200, await answer
        except TimeoutError:
            return 0, b"http_timeout"
        except (ClientError, ConnectionError):
            return 0, b"connection_failed"
        finally:
            if answer in awaited:
                awaited.remove(answer)

    async def announce_end(self, reason: str) -> None:
        """Tell every open connection that it will end: `warning`, `refresh_requested` or `link_disabled` (SR61)."""
        for connection in list(self.open):
            await self._tell_end(connection, reason)

    async def hang_up(self) -> None:
        """End the connections that were told so, or all where none was, as Slack does (SR61)."""
        for connection in [one for one in self.open if one.leaving] or list(self.open):
            await connection.ws.close()

    def cut(self) -> None:
        """Break every connection without a word."""
        for connection in self.open:
            if connection.request.transport is not None:
                connection.request.transport.abort()

    async def ping(self) -> None:
        """Ping every connection, as Slack does (SR62)."""
        for connection in self.open:
            await connection.ws.ping(b"Ping from " + _HOST.encode())

    def _next(self) -> Connection | None:
        """Return the connection whose turn it is (SR57), one that stays if there is one (SR61)."""
        staying = [one for one in self.open if not one.leaving] or self.open
        self._turn += 1
        return staying[self._turn % len(staying)] if staying else None

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        until = self._tickets.pop(request.query.get("ticket", ""), None)
        if until is None or self._inside.now() > until:
            return web.Response(status=408)
        ws = web.WebSocketResponse(autoping=False)
        await ws.prepare(request)
        connection = Connection(ws, request)
        if len(self.open) >= MOST_OPEN:
            await self._tell_end(connection, "too_many_websockets")
            await ws.close()
            return ws
        self.open.append(connection)
        self.opened += 1
        await ws.send_json(self._hello())
        self._inside.changes.tell()
        try:
            with contextlib.suppress(ConnectionError):
                await self._listen(connection)
        finally:
            self.open.remove(connection)
            self._inside.changes.tell()
        return ws

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.ws:
            if message.type is WSMsgType.PING:
                connection.pings += 1
                if not self.silent:
                    await connection.ws.pong(message.data)
            elif message.type is WSMsgType.PONG:
                connection.pongs += 1
            elif message.type is WSMsgType.TEXT:
                self._acknowledged(message.data)
            self._inside.changes.tell()

    def _hello(self) -> Json:
        """SR56."""
        return {
            "type": "hello",
            "connection_info": {"app_id": APP},
            "num_connections": len(self.open),
            "debug_info": {
                "host": _HOST,
                "started": self._inside.now().strftime("%Y-%m-%d %H:%M:%S.000"),
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
        }

    async def _tell_end(self, connection: Connection, reason: str) -> None:
        connection.leaving = True
        await connection.ws.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": _HOST}})

    def _acknowledged(self, text: str) -> None:
        """SR59: by envelope_id, over whichever connection, with a payload only where one is accepted."""
        try:
            answer = json.loads(text)
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or not set(answer) <= {"envelope_id", "payload"}:
            self._inside.problem("socket: a message that acknowledges nothing")
            return
        envelope_id, payload = answer.get("envelope_id"), answer.get("payload")
        if envelope_id not in self._accepting:
            self._inside.problem("socket: an acknowledgement of what was never sent")
        elif payload is not None and not (self._accepting[envelope_id] and isinstance(payload, dict)):
            self._inside.problem("socket: a payload where none is accepted")
        elif waiting := self._awaited[envelope_id]:
            waiting.pop(0).set_result(b"" if payload is None else json.dumps(payload).encode())
