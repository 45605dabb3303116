"""Disabling one's own MFA."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.factors import Status
from bot.core.people import Person
from bot.services.disable import Disable
from bot.services.judging import Judged
from handlers import ids
from handlers.home import Buttons
from handlers.people import Turned, Visitors
from handlers.showing import row_id
from handlers.views import codes, home
from handlers.views import disable as views
from handlers.views.blocks import Json, said, typed


class DisableHandlers:
    """The button, and the modal that asks for a code."""

    def __init__(self, disable: Disable, visitors: Visitors, buttons: Buttons) -> None:
        self._disable = disable
        self._visitors = visitors
        self._buttons = buttons

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which payloads this is for."""
        app.action(ids.DISABLE)(self._buttons.opening(self.form))
        app.view(ids.DISABLE_FORM)(self.submit)

    def form(self, person: Person, status: Status) -> Json:
        """Return the modal, or why there is none."""
        if person.suspended:
            return said(codes.SUSPENDED)
        return views.nothing_to_disable() if status.factor_id is None else views.form(status.factor_id)

    async def submit(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        """Turn MFA off for a right code (S7), and say what to do with the authenticator app (S8)."""
        person = await self._visitors.member(body, client)
        if isinstance(person, Turned):
            await ack(response_action="update", view=said(home.turned_away(person)))
            return
        outcome = await self._disable.disable_own(
            person.person_id, factor_id=row_id(view.get("private_metadata")), typed=typed(view, ids.CODE)
        )
        if isinstance(outcome, Judged):
            await ack(response_action="errors", errors={ids.CODE: codes.refused(outcome, recovery=True)})
        else:
            await ack(response_action="update", view=views.outcome(outcome))
