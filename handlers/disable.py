"""Disabling one's own MFA."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.factors import Status
from bot.core.people import Person
from bot.services.disable import Disable
from bot.services.judging import Judged
from handlers import ids
from handlers.members import Body, Members
from handlers.showing import metadata, row_id, typed
from handlers.views import codes
from handlers.views import disable as views
from handlers.views.blocks import Json, said


class DisableHandlers:
    """The button, and the modal that asks for a code."""

    def __init__(self, disable: Disable, members: Members) -> None:
        self._disable = disable
        self._members = members

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which payloads this is for."""
        app.action(ids.DISABLE)(self._members.opening(self.form))
        app.view(ids.DISABLE_FORM)(self._members.only(self.submit))

    def form(self, person: Person, status: Status) -> Json:
        """Return the modal, or why there is none."""
        if person.suspended:
            return said(codes.SUSPENDED)
        if status.factor_id is None:
            return views.nothing_to_disable()
        return views.form(status.factor_id, privileged=status.rights.privileged)

    async def submit(self, person: Person, ack: AsyncAck, body: Body, _client: AsyncWebClient) -> None:
        """Turn MFA off for a right code (S7), and say what to do with the authenticator app (S8)."""
        outcome = await self._disable.disable_own(
            person.person_id, factor_id=row_id(metadata(body)), typed=typed(body, ids.CODE)
        )
        if isinstance(outcome, Judged):
            await ack(response_action="errors", errors={ids.CODE: codes.refused(outcome, recovery=True)})
        else:
            await ack(response_action="update", view=views.outcome(outcome))
