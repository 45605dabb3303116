"""Recovery codes: new ones, `I saved them`, and what is pasted into the DM."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.factors import Status
from bot.core.people import Person
from bot.services.judging import Judged
from bot.services.recovery import NewCodes, Recovery
from handlers import errors, ids
from handlers.members import Body, Members
from handlers.people import Turned, Visitors
from handlers.showing import intent, metadata, row_id, typed
from handlers.views import codes, disable, enrollment
from handlers.views import recovery as views
from handlers.views.blocks import Json, said


class RecoveryHandlers:
    """The button, the two modals, and messages in the DM."""

    def __init__(
        self, recovery: Recovery, visitors: Visitors, members: Members, *, new_intent: Callable[[], UUID]
    ) -> None:
        self._recovery = recovery
        self._visitors = visitors
        self._members = members
        self._new_intent = new_intent

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which payloads this is for."""
        app.action(ids.RECOVERY_CODES)(self._members.opening(self.form))
        app.view(ids.RENEW_FORM)(self._members.only(self.renew))
        app.view(ids.CODES_SHOWN)(self._members.only(self.saved))
        app.event("message")(self.message)

    def form(self, person: Person, status: Status) -> Json:
        """Return the modal, or why there is none."""
        if person.suspended:
            return said(codes.SUSPENDED)
        return disable.nothing_to_disable() if status.factor_id is None else views.form(self._new_intent())

    async def renew(self, person: Person, ack: AsyncAck, body: Body, _client: AsyncWebClient) -> None:
        """Make new codes for a current code, and show them, once."""
        meant = intent(body)
        if meant is None:
            await ack(response_action="update", view=said(enrollment.EXPIRED))
            return
        outcome = await self._recovery.renew(person.person_id, intent=meant, typed=typed(body, ids.CODE))
        if isinstance(outcome, NewCodes):
            shown = views.shown(outcome.codes, outcome.set_id, enabled=False)
            await ack(response_action="update", view=shown)
        elif isinstance(outcome, Judged):
            await ack(response_action="errors", errors={ids.CODE: codes.refused(outcome, recovery=False)})
        else:
            await ack(response_action="update", view=views.not_made(outcome))

    async def saved(self, person: Person, ack: AsyncAck, body: Body, _client: AsyncWebClient) -> None:
        """Remember that the owner has the codes, and close."""
        if await self._recovery.saved(person.person_id, set_id=row_id(metadata(body))):
            await ack(response_action="clear")
        else:
            await ack(response_action="update", view=views.outdated())

    async def message(self, event: dict[str, Any], body: Body, client: AsyncWebClient) -> BoltResponse | None:
        """Make a pasted code worthless; other messages, edits and the bot's own are none of ours.

        Where it cannot be said yet who wrote it, Slack is asked to send it again.
        """
        text, ts = event.get("text"), event.get("ts")
        if event.get("channel_type") != "im" or event.get("subtype") or event.get("bot_id"):
            return None
        if not isinstance(text, str) or not isinstance(ts, str) or not self._recovery.looks_pasted(text):
            return None
        person = await self._visitors.member(body, client)
        if isinstance(person, Person):
            await self._recovery.pasted(person.person_id, text=text, cause=ts[:100])
        return errors.again() if person is Turned.UNKNOWN else None
