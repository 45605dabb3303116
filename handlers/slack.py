"""The few calls to Slack: two clients with different patience, and who we are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackClientError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler, AsyncServerErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.faults import DatabaseAway
from bot.core.people import Home

if TYPE_CHECKING:
    from bot.services.people import People

logger = structlog.get_logger(__name__)

INTERACTIVE_S = 1.5  # a listener's one call, within the 2.5 s that it has in all
BACKGROUND_S = 10.0
OUTAGES = (SlackClientError, aiohttp.ClientError, TimeoutError, OSError)


class Clients:
    """The interactive client, which fails fast and never tries twice, and the background one, for jobs alone.

    Made inside the running loop; the SDK's own defaults (30 s, one retry that may post twice) are in neither.
    """

    def __init__(self, *, token: str, base_url: str) -> None:
        self._sessions = [
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=seconds))
            for seconds in (INTERACTIVE_S, BACKGROUND_S)
        ]
        self.token = token
        self.interactive = AsyncWebClient(
            token=token, base_url=base_url, session=self._sessions[0], timeout=2, retry_handlers=[]
        )
        self.background = AsyncWebClient(
            token=token,
            base_url=base_url,
            session=self._sessions[1],
            timeout=int(BACKGROUND_S),
            retry_handlers=[
                AsyncRateLimitErrorRetryHandler(max_retry_count=2),
                AsyncServerErrorRetryHandler(max_retry_count=2),
            ],
        )

    def for_bolt(self) -> AsyncWebClient:
        """Return the client that Bolt hands to listeners: the interactive one, with the token from `authorize`."""
        return AsyncWebClient(
            base_url=self.interactive.base_url, session=self._sessions[0], timeout=2, retry_handlers=[]
        )

    async def close(self) -> None:
        """End the connections."""
        for session in self._sessions:
            await session.close()


class Workspace:
    """The workspace that the bot is installed in: what Slack said last, else what the database remembers."""

    def __init__(self, clients: Clients, people: People) -> None:
        self._clients = clients
        self._people = people
        self.home: Home | None = None
        self.connected = False

    async def learn(self) -> bool:
        """Ask Slack who we are, and save it; say whether both worked."""
        try:
            if self.home is None:
                await self._remember()
            told = await self._clients.background.auth_test()
            self.home = Home(str(told["team_id"]), told.get("enterprise_id"), str(told["user_id"]))
            self.connected = True
            await self._people.save_home(self.home)
        except OUTAGES as error:
            self.connected = False
            logger.warning("slack does not say who we are", fault=type(error).__name__)
            return False
        except DatabaseAway:
            return False
        return True

    async def _remember(self) -> None:
        """Take what the database remembers, unless Slack has spoken meanwhile."""
        remembered = await self._people.home()
        if self.home is None:
            self.home = remembered

    async def authorize(self) -> AuthorizeResult:
        """Answer Bolt without a call: there is one token."""
        home = self.home
        return AuthorizeResult(
            enterprise_id=home.enterprise_id if home else None,
            team_id=home.team_id if home else None,
            bot_user_id=home.bot_user_id if home else None,
            bot_token=self._clients.token,
        )
