"""The lockdown: on for a reason, off for a code."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.people import Person
from bot.services.lockdown import Lockdowns
from bot.services.roles import Changed
from handlers import ids
from handlers.members import Body, Members
from handlers.people import Visitors
from handlers.refusing import refused
from handlers.showing import typed
from handlers.views import lockdown as views


class LockdownHandlers:
    """What `/mfa-admin lockdown on` and `off` open."""

    def __init__(self, lockdowns: Lockdowns, visitors: Visitors, members: Members) -> None:
        self._lockdowns = lockdowns
        self._visitors = visitors
        self._members = members

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which payloads this is for."""
        app.view(ids.LOCKDOWN_FORM)(self._members.only(self.start))
        app.view(ids.LIFT_FORM)(self._members.only(self.lift))

    async def start(self, person: Person, ack: AsyncAck, body: Body, _client: AsyncWebClient) -> None:
        """Lock down."""
        outcome = await self._lockdowns.start(by=person.person_id, reason=typed(body, ids.REASON))
        if isinstance(outcome, Changed):
            await ack(response_action="update", view=views.started(outcome))
        else:
            await ack(**refused(outcome))

    async def lift(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Lift what somebody else started."""
        told = await self._visitors.confirmed([person.slack_user_id], client)
        outcome = await self._lockdowns.lift(by=person.person_id, told=told, typed=typed(body, ids.CODE))
        if isinstance(outcome, Changed):
            await ack(response_action="update", view=views.lifted())
        else:
            await ack(**refused(outcome))
