"""The sandbox's page in front of a canned state: what people do is written down, and nothing happens by itself."""

import asyncio
import io
import json
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import segno
from aiohttp import web
from playwright.async_api import Locator, Page

from bot.sandbox import page
from bot.sandbox.phone import Phone

Json = dict[str, Any]
URI = (
    "otpauth://totp/Example%20Ltd:ada@example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    "&issuer=Example%20Ltd&algorithm=SHA1&digits=6&period=30"
)


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def button(action_id: str, label: str, **more: object) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(label), **more}


def section(text: str, **more: object) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def message(number: int, text: str, blocks: list[Json], **more: object) -> Json:
    at = datetime(2026, 3, 2, 9, number, tzinfo=UTC).isoformat()
    return {"ts": f"17724420{number:02d}.000100", "from": "bot", "text": text, "blocks": blocks, "at": at,
            "edited": False, "ephemeral": False, **more}  # fmt: skip


def state() -> Json:
    """Return what a person sees who has never been here."""
    people = [
        ("U0ADA", "ada", "Ada Byron", "employee", "9f69e7"),
        ("U0BEN", "ben", "Ben Okri", "employee", "4bbe2e"),
        ("U0HAL", "hal", "Hal Desk", "helpdesk agent", "2f8fd8"),
        ("U0GONE", "dora", "Dora Gone", "deactivated person", ""),
        ("U0GUEST", "gus", "Gus Guest", "guest", "e7392d"),
        ("U0MFABOT", "mfabot", "mfabot", "the app", ""),
    ]
    keys = ("id", "name", "real_name", "role", "color")
    return {
        "workspace": {"name": "Sandbox", "team_id": "T0MFA"},
        "people": [dict(zip(keys, person, strict=True)) for person in people],
        "user": "U0ADA",
        "links": {"sample_app": "http://127.0.0.1:8766/"},
        "dm": {"channel": "D0ADA", "messages": []},
        "home": {"id": "V0HOME", "hash": "1", "blocks": [
            {"type": "header", "block_id": "h", "text": plain("Profile")},
            section("*Multi-Factor Authentication*\nOff. You sign in with your password only.", block_id="s"),
            {"type": "actions", "block_id": "a", "elements": [
                button("enable", "Enable Multi-Factor Authentication", style="primary")]},
        ]},
        "modals": [],
        "toasts": [],
        "commands": [
            {"command": "/mfa", "description": "Your multi-factor authentication", "usage_hint": "[enable | disable]"},
            {"command": "/mfa-admin", "description": "That of others", "usage_hint": "[show @person | help]"},
        ],
        "problems": [],
    }  # fmt: skip


def modal(number: int, title: str, blocks: list[Json], **more: object) -> Json:
    return {"id": f"V0{number}", "hash": "1", "title": plain(title), "blocks": blocks, "callback_id": "c", "errors": {},
            **more}  # fmt: skip


def code_modal(**more: object) -> Json:
    asked: Json = {
        "type": "input", "block_id": "code", "label": plain("Verification code"), "hint": plain("Six digits."),
        "element": {"type": "plain_text_input", "action_id": "typed", "focus_on_load": True, "max_length": 40},
    }  # fmt: skip
    blocks = [section("The code turns MFA on for *you*.", block_id="what"), asked]
    return modal(1, "MFA: enter the code", blocks, submit=plain("Verify Code"), close=plain("Cancel"), **more)


def qr_message() -> Json:
    return message(1, "Scan this", [
        section("Scan this with your authenticator app.", block_id="q1"),
        {"type": "image", "block_id": "q2", "slack_file": {"id": "F0QR"}, "alt_text": "QR code"},
        {"type": "actions", "block_id": "q3", "elements": [
            button("enter", "Enter the code", style="primary"), button("hand", "Can't scan?"),
            button("cancel", "Cancel")]},
    ])  # fmt: skip


class Canned:
    """A server of the page's JSON API; `show` changes the state, `acts` holds what people did."""

    def __init__(self) -> None:
        self.url = ""  # set by whoever starts it
        self.state = state()
        self.acts: list[Json] = []
        self.acted = asyncio.Event()
        self.connections = 0
        self._live: set[web.StreamResponse] = set()

    async def show(self, **changes: object) -> None:
        """Put *changes* into the state and send it to every page."""
        self.state.update(deepcopy(changes))
        for live in list(self._live):
            await self._send(live)

    async def cut(self) -> None:
        """Drop the live connections, as a restart would."""
        for live in list(self._live):
            if live._req is not None and live._req.transport is not None:
                live._req.transport.close()

    def application(self) -> web.Application:
        app = web.Application()
        app.add_routes(page.routes())
        app.add_routes(Phone(None, lambda: datetime.now(UTC)).routes())
        app.add_routes(
            [
                web.get("/page/state", self._state),
                web.get("/page/live", self._stream),
                web.post("/page/act", self._act),
                web.get("/page/file/{id}", self._file),
            ]
        )
        return app

    async def _state(self, _request: web.Request) -> web.Response:
        return web.json_response(self.state)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        live = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await live.prepare(request)
        self._live.add(live)
        self.connections += 1
        try:
            await live.write(b"retry: 300\n\n")
            await self._send(live, user=request.query["user"])
            await asyncio.Event().wait()
        finally:
            self._live.discard(live)
        return live

    async def _send(self, live: web.StreamResponse, user: str | None = None) -> None:
        if user is not None:
            self.state["user"] = user
        with suppress(ConnectionResetError):  # the page has been closed
            await live.write(b"data: " + json.dumps(self.state).encode() + b"\n\n")

    async def _act(self, request: web.Request) -> web.Response:
        act = await request.json()
        if act["do"] != "open_home":
            self.acts.append(act)
            self.acted.set()
        return web.json_response({"ok": True})

    async def _file(self, _request: web.Request) -> web.Response:
        file = io.BytesIO()
        segno.make(URI, error="m", micro=False).save(file, kind="png", scale=8, border=4, dark="#000", light="#fff")
        return web.Response(body=file.getvalue(), content_type="image/png")


async def show_dm(canned: Canned, page: Page, *messages: Json) -> Locator:
    await canned.show(dm={"channel": "D0ADA", "messages": list(messages)})
    await page.get_by_role("tab", name="Messages").click()
    return page.get_by_role("log", name="Conversation")
