"""Slack's Web API over HTTP: /api/<method>, the upload of bytes, and response_urls."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING

from aiohttp import web

from bot.sandbox.slack import (
    answers,
    arguments,
    methods_chat,
    methods_conversations,
    methods_files,
    methods_users,
    methods_views,
)
from bot.sandbox.slack.calls import Call
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.faults import answer_with

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.sandbox.slack.inside import Inside
    from bot.sandbox.slack.workspace import Json

METHODS: dict[str, Callable[[Inside, Json], Awaitable[Json]]] = {
    "auth.test": methods_users.auth_test,
    "apps.connections.open": methods_users.open_connection,
    "conversations.open": methods_conversations.open_,
    "chat.postMessage": methods_chat.post_message,
    "chat.update": methods_chat.update,
    "chat.delete": methods_chat.delete,
    "chat.postEphemeral": methods_chat.post_ephemeral,
    "files.getUploadURLExternal": methods_files.get_upload_url,
    "files.completeUploadExternal": methods_files.complete_upload,
    "files.delete": methods_files.delete,
    "files.info": methods_files.info,
    "views.open": methods_views.open_,
    "views.push": methods_views.push,
    "views.update": methods_views.update,
    "views.publish": methods_views.publish,
    "users.info": methods_users.info,
    "users.list": methods_users.list_,
}


class WebApi:
    """The doors by which the app comes in."""

    def __init__(self, inside: Inside) -> None:
        self._inside = inside

    def routes(self) -> list[web.RouteDef]:
        """Return what is served."""
        return [
            web.get("/api/{method}", self._call),
            web.post("/api/{method}", self._call),
            web.post("/upload/{ticket}", self._upload),
            web.post("/response/{ticket}", self._respond),
        ]

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        asked: Json = {}

        async def effect() -> tuple[web.Response, str]:
            try:
                body = {"ok": True, **await self._answer(method, request, asked)}
            except SlackError as refusal:
                self._remember(method, refusal)
                body = refusal.body()
            return web.json_response(body), str(body.get("error", "ok"))

        return await self._logged(method, request, asked, effect)

    async def _answer(self, method: str, request: web.Request, asked: Json) -> Json:
        """In Slack's order: method (SR2), token (SR5), scope (SR6), arguments (SR3)."""
        signature = arguments.SIGNATURES.get(method)
        if signature is None:
            raise SlackError("unknown_method", bug=True, extra={"req_method": method})
        read = await arguments.read(request)
        asked |= read.arguments
        self._check_token(signature, read)
        scopes = self._inside.settings.scopes
        if signature.scope is not None and signature.scope not in scopes:
            extra = {"needed": signature.scope, "provided": ",".join(sorted(scopes))}
            raise SlackError("missing_scope", bug=True, extra=extra)
        typed = arguments.checked(signature, read)
        asked |= typed
        return await METHODS[method](self._inside, typed)

    def _check_token(self, signature: arguments.Signature, read: arguments.Asked) -> None:
        """Take the bot's token, and for Socket Mode the app's alone, in the header (SR5, SR54)."""
        wanted, other = self._inside.bot_token, self._inside.app_token
        if signature.app_level:
            wanted, other = self._inside.app_token or "", self._inside.bot_token
        if not read.token or (signature.app_level and not read.bearer):
            raise SlackError("not_authed", bug=True)
        if other and hmac.compare_digest(read.token.encode(), other.encode()):
            raise SlackError("not_allowed_token_type", bug=True)
        if not hmac.compare_digest(read.token.encode(), wanted.encode()):
            raise SlackError("invalid_auth", bug=True)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        content = await request.read()
        asked: Json = {"length": len(content)}

        async def effect() -> tuple[web.Response, str]:
            try:
                file = methods_files.upload(self._inside, request.match_info["ticket"], content)
            except SlackError as refusal:
                self._remember("upload", refusal)
                return web.Response(status=400, text=refusal.error), refusal.error
            asked["file_id"] = file.id
            return web.Response(text=f"OK - {file.length}"), "ok"

        return await self._logged("upload", request, asked, effect)

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        asked: Json = {}

        async def effect() -> tuple[web.Response, str]:
            try:
                url = self._inside.response_urls.spend(request.match_info["ticket"])
                body = answers.read_body(await request.read())
                asked.update(body)
                answers.respond(self._inside, url, body)
            except SlackError as refusal:
                self._remember("response_url", refusal)
                return web.json_response(refusal.body(), status=404), refusal.error
            return web.Response(text="ok"), "ok"

        return await self._logged("response_url", request, asked, effect)

    async def _logged(
        self,
        method: str,
        request: web.Request,
        asked: Json,
        effect: Callable[[], Awaitable[tuple[web.Response, str]]],
    ) -> web.StreamResponse:
        """Run *effect* as far as a fault lets it, and log the call when it is over."""
        outcome = "ok"

        async def plain() -> web.Response:
            nonlocal outcome
            response, outcome = await effect()
            return response

        try:
            response, fault = await answer_with(self._inside.faults.take(method), request, plain)
            outcome = fault or outcome
        except BaseException:
            outcome = "aborted"
            raise
        finally:
            self._inside.calls.add(Call(method, asked, outcome, self._inside.now()))
        return response

    def _remember(self, method: str, refusal: SlackError) -> None:
        if refusal.bug:
            detail = "; ".join(refusal.messages)
            self._inside.problem(f"{method}: {refusal.error}" + (f": {detail}" if detail else ""))


def decoded(body: bytes) -> object:
    """Return the JSON in *body*, the text where it is none, None where it is empty."""
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
