"""The few calls to Slack: two clients with different patience, and who we are there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.faults import DatabaseAway
from bot.core.people import Home

if TYPE_CHECKING:
    from bot.services.people import People

logger = structlog.get_logger(__name__)

INTERACTIVE_S = 1.5  # a listener's one call, within the 2.5 s that it has in all
BACKGROUND_S = 10.0
OUTAGES = (SlackClientError, aiohttp.ClientError, TimeoutError, OSError)


def slack_error(error: Exception) -> str | None:
    """Return Slack's own name for why it refused, such as `hash_conflict`; None where it gave none."""
    # A gateway's answer is no JSON, and then the SDK's response has text where Slack's has a mapping, or is aiohttp's.
    answer = getattr(error.response, "data", None) if isinstance(error, SlackApiError) else None
    told = answer.get("error") if isinstance(answer, dict) else None
    return told if isinstance(told, str) else None


async def once(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Send a request once: where the connection breaks, aiohttp by itself sends a read again."""
    try:
        return await send(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as broken:
        raise aiohttp.ClientConnectionError(type(broken).__name__) from None


class Clients:
    """Clients of different patience, made inside the running loop.

    None has the SDK's own defaults (30 s, one retry that may post twice), and neither of those that the served bot uses
    tries twice: at a listener's call somebody waits, and a job's is tried again by the queue, which waits as long as
    Slack asks, outlives the process, and lets it drain meanwhile.
    """

    def __init__(
        self, *, token: str, base_url: str, interactive_s: float = INTERACTIVE_S, background_s: float = BACKGROUND_S
    ) -> None:
        timeout = aiohttp.ClientTimeout(total=interactive_s)
        self._interactive = aiohttp.ClientSession(timeout=timeout, middlewares=[once])
        self.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=background_s))
        """The background client's; the bytes of files go over it too, without the token."""
        self.token = token
        self._base_url = base_url
        self.background = AsyncWebClient(token=token, base_url=base_url, session=self.session, retry_handlers=[])

    def for_bolt(self) -> AsyncWebClient:
        """Return the client of listeners, and of what is said when one took too long."""
        return AsyncWebClient(token=self.token, base_url=self._base_url, session=self._interactive, retry_handlers=[])

    async def close(self) -> None:
        """End the connections."""
        await self._interactive.close()
        await self.session.close()


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

    async def keep_asking(self) -> None:
        """Ask Slack who we are until it answers."""
        wait_s = 1.0
        while not await self.learn():
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, 30.0)

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
