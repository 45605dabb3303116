"""What an interaction entitles the app to for a while: a trigger for one view, a URL for some answers."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.sandbox.slack.errors import SlackError

if TYPE_CHECKING:
    from collections.abc import Callable

TRIGGER_LIFE = timedelta(seconds=3)
"""SR25."""
RESPONSE_URL_LIFE = timedelta(minutes=30)
"""SR52."""
RESPONSE_URL_USES = 5
"""SR52."""


@dataclass(slots=True)
class Trigger:
    """The right of the app to show *user* one view, from within the modal *view_id* if there is one."""

    user: str
    view_id: str | None
    issued: datetime
    spent: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """Where the app may answer an interaction: in *channel*, seen by *user*, about the message *ts* if any."""

    user: str
    channel: str
    ts: str | None
    issued: datetime
    uses: int = 0


class Triggers:
    """The trigger ids handed out."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._issued: dict[str, Trigger] = {}

    def issue(self, user: str, view_id: str | None = None) -> str:
        """Return a new trigger id for *user*."""
        number = len(self._issued) + 1
        trigger_id = f"{number}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._issued[trigger_id] = Trigger(user, view_id, self._now())
        return trigger_id

    def look(self, trigger_id: str) -> Trigger:
        """Return the trigger without spending it; raise SlackError where it serves no longer (SR25, SR26, SR27)."""
        trigger = self._issued.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id", bug=True)
        if trigger.spent:
            raise SlackError("exchanged_trigger_id", bug=True)
        if self._now() - trigger.issued > TRIGGER_LIFE:
            raise SlackError("expired_trigger_id")
        return trigger


class ResponseUrls:
    """The response_urls handed out, by the secret part of their path."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._issued: dict[str, ResponseUrl] = {}

    def issue(self, user: str, channel: str, ts: str | None = None) -> str:
        """Return the secret part of a new response_url's path."""
        ticket = secrets.token_hex(16)
        self._issued[ticket] = ResponseUrl(user, channel, ts, self._now())
        return ticket

    def spend(self, ticket: str) -> ResponseUrl:
        """Count one use; raise SlackError where none is left (SR52)."""
        url = self._issued.get(ticket)
        if url is None:
            raise SlackError("no_such_url", bug=True)
        if self._now() - url.issued > RESPONSE_URL_LIFE:
            raise SlackError("expired_url", bug=True)
        if url.uses >= RESPONSE_URL_USES:
            raise SlackError("used_url", bug=True)
        url.uses += 1
        return url
