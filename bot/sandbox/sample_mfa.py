"""What an application needs of mfabot, whole: two questions over HTTP, for any application to copy.

One answer to each lets somebody in. Whatever else comes back, an error, a timeout, a word this code does not know, is a
refusal: when mfabot is away nobody signs in. Guesses need no limit here, mfabot has one.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

import aiohttp

log = logging.getLogger(__name__)
TIMEOUT: Final = aiohttp.ClientTimeout(total=3)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The code was right; *method* is `totp` or `recovery_code`."""

    method: str


class Helps(Enum):
    """What may help somebody who was refused."""

    STARTING_OVER = auto()
    ANOTHER_CODE = auto()
    A_RECOVERY_CODE = auto()
    """Nothing else, until *wait_s* seconds are over; for good where that is None."""
    THE_OWNER = auto()
    """Whoever the account belongs to, in Slack."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Nobody signs in; *sentence* is for the person."""

    sentence: str
    helps: Helps = Helps.STARTING_OVER
    wait_s: int | None = None


AWAY: Final = "Signing in does not work right now. Try again in a moment."
UNKNOWN: Final = Refused("mfabot does not know your account. Call the helpdesk.")
SUSPENDED: Final = Refused("Your sign-in is suspended. Open mfabot in Slack, or call the helpdesk.", Helps.THE_OWNER)
OFF_MEANWHILE: Final = Refused("Your MFA was switched off meanwhile. Please sign in once more.")
# Wrong and used ones sound alike, and so does whatever is typed for an account that nobody knows.
WRONG: Final = Refused("That code does not work. Wait for the next one and try again.", Helps.ANOTHER_CODE)
NO_CODE: Final = Refused("A code has six digits; a recovery code has 24 letters and digits.", Helps.ANOTHER_CODE)
LOCKED: Final = Refused(
    "Codes are locked after too many wrong ones. Use a recovery code, or call the helpdesk.", Helps.A_RECOVERY_CODE
)
THROTTLED: Final = "Too many wrong codes. Wait {} seconds, or use a recovery code."
REJECTED: Final = {
    "invalid_format": NO_CODE,
    "locked": LOCKED,
    "suspended": SUSPENDED,
}


class Mfabot:
    """mfabot's HTTP API, for one application."""

    def __init__(self, http: aiohttp.ClientSession, api: str) -> None:
        self._http = http
        self._api = api.rstrip("/")

    @classmethod
    @asynccontextmanager
    async def connected(cls, api: str, key: str) -> AsyncIterator["Mfabot"]:
        """Keep connections to *api* open; *key* is what `mfabot apps create` printed."""
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}, timeout=TIMEOUT) as http:
            yield cls(http, api)

    async def owes_code(self, slack_id: str) -> bool | Refused:
        """After the right password: must this person type a code too?"""
        status, factor = await self._ask("GET", "/v1/factors", params={"slack_id": slack_id})
        match factor.get("enrolled"), factor.get("suspended"):
            case True | False as enrolled, False:
                return enrolled
            case _, True:
                return SUSPENDED
        return UNKNOWN if status == 404 else Refused(AWAY)  # noqa: PLR2004  HTTP's own number

    async def judge(self, slack_id: str, code: str) -> Accepted | Refused:
        """Is this code right, now, for the first time?"""
        _, answer = await self._ask(
            "POST", "/v1/verifications", json={"user": {"slack_id": slack_id}, "code": code[:64]}
        )
        match answer.get("result"), answer.get("reason"):
            case "accepted", None:
                return Accepted(str(answer.get("method")))
            case "not_enrolled", _:  # MFA was switched off after the password: that is no yes to this code
                return OFF_MEANWHILE
            case "rejected", "throttled" if isinstance(wait_s := answer.get("retry_after_s"), int):
                return Refused(THROTTLED.format(wait_s), Helps.A_RECOVERY_CODE, wait_s)
            case "rejected", str(reason):
                return REJECTED.get(reason, WRONG)
        return Refused(AWAY, Helps.ANOTHER_CODE)

    async def _ask(self, method: str, path: str, **how: Any) -> tuple[int, dict[str, Any]]:  # noqa: ANN401  handed on
        """Return status and answer; the answer is empty unless it is a good one, the status 0 unless there is one."""
        try:
            async with self._http.request(method, self._api + path, allow_redirects=False, **how) as response:
                if response.status == 200:  # noqa: PLR2004  HTTP's own number
                    return 200, dict(await response.json())
        except (aiohttp.ClientError, TimeoutError, ValueError, TypeError) as exc:
            log.warning("mfabot cannot be asked: %s", type(exc).__name__)
            return 0, {}
        log.warning("mfabot answered %s", response.status)
        return response.status, {}
