"""`/mfa-admin report`, and the window of those who have no MFA."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.actions import Guard
from bot.core.people import Person
from bot.services.looking import LookRefusal
from bot.services.report import Asked, Reports, Unenrolled
from handlers import ids
from handlers.members import Body, Members
from handlers.showing import clicked, show, turn
from handlers.views import refusals
from handlers.views import report as views
from handlers.views.blocks import Json, said


class ReportHandlers:
    """Takes the wish; a job sends the report. `Open` under it lists who has no MFA."""

    def __init__(self, reports: Reports, members: Members) -> None:
        self._reports = reports
        self._members = members

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which payloads this is for."""
        app.action(ids.UNENROLLED)(self._members.only(self.first))
        app.action(ids.UNENROLLED_AFTER)(self._members.only(self.after))
        app.action(ids.UNENROLLED_BEFORE)(self._members.only(self.before))

    async def ask(self, person: Person, _rest: str, _client: AsyncWebClient) -> str:
        """Answer `/mfa-admin report`."""
        asked = await self._reports.ask(by=person.person_id)
        return views.ON_ITS_WAY if isinstance(asked, Asked) else refusals.report(asked)

    async def first(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open the first page."""
        await show(body, client, _page(await self._reports.unenrolled(by=person.person_id)))
        await ack()

    async def after(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Turn to the next page."""
        found = await self._reports.unenrolled(by=person.person_id, after=clicked(body))
        await turn(body, client, _page(found))
        await ack()

    async def before(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Turn to the previous page."""
        found = await self._reports.unenrolled(by=person.person_id, before=clicked(body))
        await turn(body, client, _page(found))
        await ack()


def _page(found: Unenrolled | Guard | LookRefusal) -> Json:
    return views.unenrolled(found) if isinstance(found, Unenrolled) else said(refusals.look(found))
