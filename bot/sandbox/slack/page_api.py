"""The JSON API under /page/, which the page in the browser lives on."""

from __future__ import annotations

import json
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox import page
from bot.sandbox.slack import elements
from bot.sandbox.slack.errors import NotOnScreenError
from bot.sandbox.slack.page_state import state

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.sandbox.slack.delivery import Reply
    from bot.sandbox.slack.inside import Inside
    from bot.sandbox.slack.people import People
    from bot.sandbox.slack.workspace import Json, Message, View

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_OPEN = ("/api/", "/upload/", "/response/")
_KEEP_ALIVE_S = 15.0


@web.middleware
async def from_here_only(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse names that are not loopback's (DNS rebinding) and changes asked for by other sites (CSRF).

    The doors of the app (Web API, upload, response_url) need a token or an unguessable path and no Origin.
    """
    if urlsplit(f"//{request.host}").hostname not in _LOOPBACK:
        raise web.HTTPMisdirectedRequest(text="This sandbox answers to 127.0.0.1 and localhost only.")
    origin = request.headers.get("Origin")
    same_site = origin in {None, f"http://{request.host}"}
    if not same_site and (request.method not in {"GET", "HEAD"} or request.path.startswith(_OPEN)):
        raise web.HTTPForbidden(text="Another site's page may change nothing here.")
    return await handler(request)


class PageApi:
    """What the page reads, hears and does."""

    def __init__(self, inside: Inside, people: People) -> None:
        self._inside = inside
        self._people = people

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return what is served."""
        return [
            *page.routes(),
            web.get("/page/state", self._state),
            web.get("/page/live", self._live),
            web.post("/page/act", self._act),
            web.get("/page/file/{file_id}", self._file),
        ]

    async def _state(self, request: web.Request) -> web.StreamResponse:
        """Answer the state once; a page that does not know anybody yet asks for the first person's."""
        if "user" not in request.query:
            return web.json_response(state(self._inside, next(iter(self._inside.workspace.people))))
        return web.json_response(state(self._inside, self._user(request)))

    async def _live(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: the state at once and after every change, to any number of windows."""
        user = self._user(request)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        # A window that was closed ends this by ConnectionResetError at the next write.
        with suppress(ConnectionResetError), self._inside.changes.subscribed() as changed:
            while not changed.ended:
                changed.clear()
                await response.write(f"data: {json.dumps(state(self._inside, user))}\n\n".encode())
                while not await changed.within(_KEEP_ALIVE_S):
                    await response.write(b": still here\n\n")
        return response

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """The bytes of an image, for who sees it in a message (SR24)."""
        file = self._inside.visible(request.match_info["file_id"], self._user(request))
        if file is None or file.content is None:
            raise web.HTTPNotFound
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=file.content, content_type="image/png", headers=headers)

    async def _act(self, request: web.Request) -> web.StreamResponse:
        try:
            deed = await request.json()
            reply = await self._do(deed)
        except NotOnScreenError as absent:
            return web.json_response({"ok": False, "error": str(absent)}, status=HTTPStatus.CONFLICT)
        except (ValueError, KeyError, TypeError, AttributeError):
            return web.json_response({"ok": False, "error": "malformed"}, status=HTTPStatus.BAD_REQUEST)
        if reply is None or reply.ok:
            return web.json_response({"ok": True})
        return web.json_response({"ok": False, "error": reply.shown or f"The app answered {reply.status}."})

    async def _do(self, deed: Json) -> Reply | None:
        user, people = deed["user"], self._people
        reply: Reply | None = None
        match deed["do"]:
            case "command":
                reply = await people.command(user, deed["command"], deed.get("text", ""))
            case "click":
                reply = await self._click(user, deed)
            case "submit":
                reply = await people.submit_blocks(user, deed["values"], view=self._view(user, deed["view_id"]))
            case "close":
                with suppress(NotOnScreenError):  # pressed twice, and closed by the first
                    reply = await people.close(user, view=self._view(user, deed["view_id"]))
            case "say":
                reply = await people.say(user, deed["text"])
            case "open_home":
                reply = await people.open_home(user)
            case "dismiss":
                people.dismiss(user, deed["toast"])
            case other:
                raise ValueError(other)
        return reply

    async def _click(self, user: str, deed: Json) -> Reply:
        message = self._message(user, deed["ts"]) if "ts" in deed else None
        view = self._view(user, deed["view_id"]) if "view_id" in deed else None
        if view is not None:
            # What was typed so far goes along with a click, as Slack's client sends it.
            elements.fill(view, deed.get("values", {}))
        return await self._people.click(
            user,
            deed["action_id"],
            block_id=_block_of(message or view, deed),
            message=message,
            view=view,
            value=deed.get("value"),
        )

    def _user(self, request: web.Request) -> str:
        user = request.query.get("user", "")
        if self._inside.person(user) is None:
            raise web.HTTPNotFound(text="nobody here has that id")
        return user

    def _message(self, user: str, ts: str) -> Message:
        for message in self._inside.workspace.messages(user):
            if message.ts == ts:
                return message
        raise NotOnScreenError("that message is gone")

    def _view(self, user: str, view_id: str) -> View:
        for view in self._inside.workspace.views():
            if view.id == view_id and view.user == user:
                return view
        raise NotOnScreenError("that view is closed")


def _block_of(place: Message | View | None, deed: Json) -> str | None:
    """Return the block_id under which the button that was pressed stands in *place* now.

    Each version gives its blocks new ids (SR15), and a window may not have caught up: there the same action about the
    same thing is the same button.
    """
    block_id: str | None = deed.get("block_id")
    if place is None or elements.find(place.blocks, deed["action_id"], block_id):
        return block_id
    return elements.block_of_button(place.blocks, deed["action_id"], deed.get("value")) or block_id
