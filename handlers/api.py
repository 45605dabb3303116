"""The HTTP API that relying apps ask at sign-in.

What is refused, is refused in this order: 413 over 8 KiB, 401 no or dead key, 403 scope, 429 the key's own rate, 422
malformed; and 503 whenever the database is needed and away, never an answer about the code.
"""

from __future__ import annotations

import asyncio
import json
import re
from functools import lru_cache

import structlog
from aiohttp import HttpVersion11, hdrs, web

from bot.core import apps
from bot.core.apps import Key, KeyRefusal, Scope
from bot.core.faults import ClockOff, DatabaseAway
from bot.core.sealing import Unopenable
from bot.services.judging import Judged
from bot.services.verification import FactorStatus, NotFound, Verification
from handlers.bodies import BODY_S, Incomplete, read_body
from handlers.questions import Malformed, read_question, read_user
from handlers.views import api as views
from handlers.views.api import Problem
from handlers.views.openapi import document
from handlers.web import answered

logger = structlog.get_logger(__name__)

VERIFICATIONS, FACTORS, OPENAPI = "/v1/verifications", "/v1/factors", "/v1/openapi.json"
MOST_BYTES = 8 * 1024
PACE_S = 0.05
"""Every answer that signs nobody in leaves at the next multiple of this, counted from the question: unknown, not
enrolled, wrong and used take the database different times, and who typed the code could tell them apart (C9)."""
_BEARER = re.compile(r"Bearer +(\S+)", re.ASCII | re.IGNORECASE)


class ApiRoutes:
    """POST /v1/verifications, GET /v1/factors, and the description of both."""

    def __init__(self, verification: Verification, *, body_s: float = BODY_S) -> None:
        self._verification = verification
        self._body_s = body_s
        self._openapi = json.dumps(document(verifications=VERIFICATIONS, factors=FACTORS, itself=OPENAPI))

    def routes(self) -> list[web.RouteDef]:
        """Return the routes; aiohttp answers other methods with 405."""
        return [
            web.post(VERIFICATIONS, self.verify, expect_handler=_whatever_is_expected),
            web.get(FACTORS, self.factor, allow_head=False, expect_handler=_whatever_is_expected),
            web.get(OPENAPI, self.openapi, allow_head=False, expect_handler=_whatever_is_expected),
        ]

    async def openapi(self, _request: web.Request) -> web.Response:
        """Describe all this; nothing in it is secret."""
        return web.json_response(text=self._openapi)

    async def verify(self, request: web.Request) -> web.Response:
        """Say whether a code is right."""
        began = asyncio.get_running_loop().time()
        answer = await self._verify(request)
        if isinstance(answer, Judged):
            if not answer.accepted:
                await _pace(began)
            return web.json_response(text=_told(answer))
        return answered(answer)

    async def factor(self, request: web.Request) -> web.Response:
        """Say whether somebody has MFA."""
        answer = await self._factor(request)
        return web.json_response(views.factor(answer)) if isinstance(answer, FactorStatus) else answered(answer)

    async def _verify(self, request: web.Request) -> Judged | Problem:
        asked = await self._asked(request)
        if isinstance(asked, Problem):
            return asked
        key, raw = asked
        question = read_question(raw, request.content_type)
        try:
            if isinstance(question, Malformed):
                return await self._malformed(key, Scope.VERIFY, question)
            answer = await self._verification.check(key, question.user.lookup(), typed=question.code)
        except DatabaseAway as away:
            return _away(away)
        except Unopenable as damaged:
            # A damaged row, or a keyring that lacks a key: for the host to mend, and no word about the code.
            logger.warning("a secret does not open", says=str(damaged))
            return views.AWAY
        return views.refused(answer) if isinstance(answer, KeyRefusal) else answer

    async def _factor(self, request: web.Request) -> FactorStatus | Problem:
        asked = await self._asked(request)
        if isinstance(asked, Problem):
            return asked
        key, _ = asked
        user = read_user(list(request.query.items()))
        try:
            if isinstance(user, Malformed):
                return await self._malformed(key, Scope.READ, user)
            answer = await self._verification.factor(key, user.lookup())
        except DatabaseAway as away:
            return _away(away)
        if isinstance(answer, KeyRefusal):
            return views.refused(answer)
        return views.UNKNOWN_USER if isinstance(answer, NotFound) else answer

    async def _malformed(self, key: Key, scope: Scope, question: Malformed) -> Problem:
        admitted = await self._verification.admit(key, scope)
        return views.refused(admitted) if isinstance(admitted, KeyRefusal) else views.malformed(question)

    async def _asked(self, request: web.Request) -> tuple[Key, bytes] | Problem:
        """Return the presented key, not yet recognized, and the body."""
        raw = await read_body(request, most=MOST_BYTES, within_s=self._body_s)
        if isinstance(raw, Incomplete):
            return views.TOO_LARGE if raw is Incomplete.TOO_LARGE else views.TOO_SLOW
        key = _key(request)
        return views.NO_KEY if key is None else (key, raw)


async def _whatever_is_expected(request: web.Request) -> None:
    """Let a client go on that waits for it, and overlook what else it expects (RFC 9110 section 10.1.1)."""
    if request.version == HttpVersion11 and request.headers[hdrs.EXPECT].lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # as aiohttp does it: what was written is no part of the answer


def _key(request: web.Request) -> Key | None:
    """Return the presented key; None where there is none, or several, or what cannot be one."""
    presented = request.headers.getall(hdrs.AUTHORIZATION, [])
    found = _BEARER.fullmatch(presented[0]) if len(presented) == 1 else None
    return None if found is None else apps.read_key(found[1])


@lru_cache(maxsize=256)
def _told(judged: Judged) -> str:
    """Spell an answer; there are few different ones, and none tells of whom."""
    return json.dumps(views.verification(judged))


def _away(away: DatabaseAway) -> Problem:
    logger.warning("clock off" if isinstance(away, ClockOff) else "database away", says=str(away))
    return views.AWAY


async def _pace(began: float) -> None:
    passed = asyncio.get_running_loop().time() - began
    await asyncio.sleep(PACE_S - passed % PACE_S)
