"""Who acts: found by the ids of a signed payload, looked up in Slack where that is needed (X4, X5)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Protocol

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.core import people as rules
from bot.core.people import Actor, Home, Person, Profile, Standing
from bot.services.people import People
from handlers.slack import OUTAGES

CONFIRM_S = 1.0


class Turned(StrEnum):
    """Why somebody is turned away."""

    FOREIGN = "foreign"
    STRANGER = "stranger"
    GUEST = "guest"
    BOT = "bot"
    DELETED = "deleted"
    UNKNOWN = "unknown"


class InstalledIn(Protocol):
    """Knows the home workspace, once Slack or the database has named it."""

    home: Home | None


class Visitors:
    """Finds the person behind a payload."""

    def __init__(self, people: People, workspace: InstalledIn, *, confirm_s: float = CONFIRM_S) -> None:
        self._people = people
        self._workspace = workspace
        self._confirm_s = confirm_s

    async def member(self, body: Mapping[str, Any], client: AsyncWebClient, *, anew: bool = False) -> Person | Turned:
        """Return the member who acts; *anew* asks Slack even about somebody known, and refuses where it is silent."""
        home = self._workspace.home
        acting = actor(body)
        if home is None:
            return Turned.UNKNOWN
        if not rules.is_home(acting, home):
            return Turned.FOREIGN
        person = None if anew else await self._people.find(acting, home)
        if person is None:
            person = await self._look_up(acting, home, client)
        if person is None:
            return Turned.UNKNOWN
        return person if person.standing is Standing.MEMBER else Turned(person.standing.value)

    async def about(self, slack_user_id: str, client: AsyncWebClient) -> Person | None:
        """Return the person whom somebody named, whatever their standing; None: nobody knows them, or Slack is away."""
        home = self._workspace.home
        if home is None:
            return None
        named = Actor(home.team_id, slack_user_id)
        return await self._people.find(named, home) or await self._look_up(named, home, client)

    async def confirmed(self, slack_user_ids: Iterable[str], client: AsyncWebClient) -> list[Profile]:
        """Ask Slack about people, all at once and for a limited time; who is missing in the answer is not confirmed."""
        home = self._workspace.home
        if home is None:
            return []
        asking = [asyncio.create_task(_ask(client, one, home)) for one in set(slack_user_ids)]
        answered, silent = await asyncio.wait(asking, timeout=self._confirm_s)
        for task in silent:
            task.cancel()
        return [told for task in answered if (told := task.result()) is not None]

    async def save(self, user: Mapping[str, Any]) -> None:
        """Save what Slack tells of somebody by itself (user_change, team_join)."""
        home = self._workspace.home
        if home is not None:
            await self._people.save(rules.profile(user, home), as_event=True)

    async def _look_up(self, acting: Actor, home: Home, client: AsyncWebClient) -> Person | None:
        told = await _ask(client, acting.slack_user_id, home)
        return None if told is None else await self._people.save(told)


class PeopleHandlers:
    """What Slack tells of people by itself."""

    def __init__(self, visitors: Visitors) -> None:
        self._visitors = visitors

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which payloads this is for."""
        app.event("user_change")(self.save)
        app.event("team_join")(self.save)

    async def save(self, event: Mapping[str, Any]) -> None:
        """Keep up with names, roles and deactivations (X7)."""
        user = event.get("user")
        if isinstance(user, Mapping) and isinstance(user.get("id"), str):
            await self._visitors.save(user)


async def _ask(client: AsyncWebClient, slack_user_id: str, home: Home) -> Profile | None:
    """Ask Slack who somebody is; None where it does not say."""
    try:
        told = await client.users_info(user=slack_user_id)
    except OUTAGES:
        return None
    user = told.get("user")
    if not isinstance(user, Mapping) or user.get("id") != slack_user_id:
        return None
    return rules.profile(user, home)


def actor(body: Mapping[str, Any]) -> Actor:
    """Read who acts; a team that is not told is nobody's home."""
    if "command" in body:
        return Actor(str(body.get("team_id", "")), str(body.get("user_id", "")), body.get("enterprise_id"))
    if "event" in body:
        event = body["event"]
        return Actor(str(event.get("user_team") or body.get("team_id", "")), str(event.get("user", "")))
    user, team = body.get("user") or {}, body.get("team") or {}
    enterprise = body.get("enterprise") or {}
    return Actor(
        str(user.get("team_id") or team.get("id") or ""),
        str(user.get("id", "")),
        user.get("enterprise_id") or enterprise.get("id"),
    )
