"""Payroll, an application with passwords that asks mfabot for the second factor, as sample_mfa.py shows.

On a real host: HTTPS, and `secure=True` for the cookie.
"""

import asyncio
import hashlib
import hmac
import json
import math
import os
import secrets
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.sandbox import sample_pages
from bot.sandbox.sample_mfa import Helps, Mfabot, Refused

COOKIE, CODE_WITHIN_S, SIGNED_IN_S = "payroll", 300, 8 * 3600
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
PASSWORD, CODE, RECOVERY_CODE = "your password", "your password and a code", "your password and a recovery code"
MEANS: Final = {"totp": CODE, "recovery_code": RECOVERY_CODE}
NOTES: Final = {
    PASSWORD: "MFA is off for you: whoever knows your password is you. Turn it on in Slack, in mfabot's Home.",
    RECOVERY_CODE: "That recovery code is used up; mfabot tells you in Slack how many are left. With a new phone, press"
    " “Replace authenticator” there.",
}


@dataclass(frozen=True, slots=True)
class Account:
    """A user here; *slack_id* was stored when the account was made: it stays when names and e-mails change."""

    username: str
    slack_id: str
    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Session:
    """*means* is what somebody signed in with, empty while the code is owed; times are monotonic.

    Until *waits_until* only a recovery code helps.
    """

    account: Account
    means: str
    until: float
    waits_until: float = -math.inf


class Payroll:
    """The application; *api* is the bot's base URL, each of *people* has a username, a password and a slack_id."""

    def __init__(
        self, api: str, key: str, people: list[dict[str, str]], *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._now = now
        self._connection = Mfabot.connected(api, key)
        self._hint = ", ".join(f"{person['username']} / {person['password']}" for person in people)
        self._accounts = {person["username"]: account(**person) for person in people}
        self._nobody = account("", secrets.token_urlsafe(), "")
        self._sessions: dict[str, Session] = {}

    def application(self) -> web.Application:
        """Return what is served."""
        app = web.Application(middlewares=[own_forms_only])
        app.cleanup_ctx.append(self._connected)
        app.add_routes([web.get("/", self._show), web.post("/sign-in", self._sign_in)])
        app.add_routes([web.post("/code", self._code), web.post("/sign-out", self._sign_out)])
        return app

    async def _connected(self, _app: web.Application) -> AsyncIterator[None]:
        async with self._connection as self._mfabot:
            yield

    async def _show(self, request: web.Request) -> web.Response:
        session = self._session(request)
        if session is None:
            return self._start_over("", 200)
        if not session.means:
            return self._ask_for_code(session, "", 200)
        return page(sample_pages.inside(session.account.username, session.means, NOTES.get(session.means, "")))

    async def _sign_in(self, request: web.Request) -> web.Response:
        form = await request.post()
        user = self._accounts.get(str(form.get("username")), self._nobody)  # nobody takes as long as somebody
        digest = await asyncio.to_thread(hashed, str(form.get("password")), user.salt)
        if not hmac.compare_digest(digest, user.digest) or user is self._nobody:
            return self._start_over("Username or password is wrong.", 401)
        owed = await self._mfabot.owes_code(user.slack_id)
        if isinstance(owed, Refused):
            return self._turn_away(owed)
        return self._begin(request, user, "", CODE_WITHIN_S) if owed else self._begin(request, user, PASSWORD)

    async def _code(self, request: web.Request) -> web.Response:
        session = self._session(request)
        if session is None or session.means:
            return self._start_over("Please sign in once more.", 401)
        code = str((await request.post()).get("code", ""))
        judged = await self._mfabot.judge(session.account.slack_id, code)
        if not isinstance(judged, Refused):
            return self._begin(request, session.account, MEANS.get(judged.method, CODE))
        if judged.helps is Helps.A_RECOVERY_CODE:
            wait_s = math.inf if judged.wait_s is None else judged.wait_s
            session = replace(session, waits_until=self._now() + wait_s)
            self._sessions[request.cookies[COOKIE]] = session
        if judged.helps in (Helps.A_RECOVERY_CODE, Helps.ANOTHER_CODE):
            return self._ask_for_code(session, judged.sentence, 403)
        self._sessions.pop(request.cookies[COOKIE], None)
        return self._turn_away(judged)

    async def _sign_out(self, request: web.Request) -> web.Response:
        self._sessions.pop(request.cookies.get(COOKIE, ""), None)
        return self._start_over("You are signed out.", 200)

    def _session(self, request: web.Request) -> Session | None:
        session = self._sessions.get(request.cookies.get(COOKIE, ""))
        return session if session is not None and self._now() < session.until else None

    def _begin(self, request: web.Request, user: Account, means: str, seconds: int = SIGNED_IN_S) -> web.Response:
        """Begin a session under a new name, so that one planted before the sign-in is worth nothing after it."""
        now, old = self._now(), request.cookies.get(COOKIE, "")
        self._sessions = {name: one for name, one in self._sessions.items() if now < one.until and name != old}
        name = secrets.token_urlsafe(32)
        self._sessions[name] = Session(user, means, now + seconds)
        answer = web.Response(status=303, headers={"Location": "/"})
        answer.set_cookie(COOKIE, name, httponly=True, samesite="Lax", max_age=seconds)
        return answer

    def _ask_for_code(self, session: Session, told: str, status: int) -> web.Response:
        """Ask for any code; for a recovery code alone while no other would be looked at."""
        wait_s = session.waits_until - self._now()
        if wait_s == math.inf:
            return page(sample_pages.recovery_code(told, None), status)
        return page(
            sample_pages.code(told) if wait_s <= 0 else sample_pages.recovery_code(told, math.ceil(wait_s)), status
        )

    def _turn_away(self, refused: Refused) -> web.Response:
        if refused.helps is Helps.THE_OWNER:
            return page(sample_pages.stopped(refused.sentence), 403)
        return self._start_over(refused.sentence, 403)

    def _start_over(self, told: str, status: int) -> web.Response:
        return page(sample_pages.sign_in(self._hint, told), status)


def page(html: str, status: int = 200) -> web.Response:
    """Return *html* for nobody to keep or frame."""
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    return web.Response(text=html, content_type="text/html", status=status, headers=headers)


def account(username: str, password: str, slack_id: str) -> Account:
    """Return the account as it is stored, with the password hashed."""
    salt = secrets.token_bytes(16)
    return Account(username, slack_id, salt, hashed(password, salt))


def hashed(password: str, salt: bytes) -> bytes:
    """Return the password's hash by scrypt; about 50 ms of CPU."""
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)


@web.middleware
async def own_forms_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Take forms from our own pages alone (CSRF); SameSite keeps the cookie back as well."""
    if request.method == "POST" and request.headers.get("Origin") != f"http://{request.host}":
        raise web.HTTPForbidden
    return await handler(request)


def main() -> None:
    """Serve on loopback, as the environment says."""
    given = os.environ
    payroll = Payroll(given["MFABOT_API"], given["MFABOT_API_KEY"], json.loads(given["SAMPLE_PEOPLE"]))
    web.run_app(payroll.application(), host="127.0.0.1", port=int(given["SAMPLE_PORT"]), access_log=None, print=None)


if __name__ == "__main__":
    main()
