"""The audit in Slack: a window that turns its pages in place."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.actions import Guard
from bot.core.people import Person
from bot.services.audit_log import AuditLog, Page
from bot.services.looking import LookRefusal
from handlers import ids
from handlers.members import Body, Members
from handlers.showing import clicked, metadata, row_id, show, turn
from handlers.views import audit as views
from handlers.views import refusals
from handlers.views.blocks import Json, said


class AuditHandlers:
    """Opens the newest page; `Next` and `Previous` put another one in its place."""

    def __init__(self, log: AuditLog, members: Members) -> None:
        self._log = log
        self._members = members

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which payloads this is for."""
        app.action(ids.AUDIT)(self._members.only(self.newest))
        app.action(ids.AUDIT_OLDER)(self._members.only(self.older))
        app.action(ids.AUDIT_NEWER)(self._members.only(self.newer))

    async def newest(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open the newest page."""
        found = await self._log.page(by=person.person_id)
        await show(body, client, _view(found))
        await ack()

    async def older(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Turn to what came before."""
        found = await self._log.page(
            by=person.person_id, subject_id=row_id(metadata(body)) or None, before=clicked(body)
        )
        await turn(body, client, _view(found))
        await ack()

    async def newer(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Turn to what came after."""
        found = await self._log.page(
            by=person.person_id, subject_id=row_id(metadata(body)) or None, after=clicked(body)
        )
        await turn(body, client, _view(found))
        await ack()


def _view(found: Page | Guard | LookRefusal) -> Json:
    return views.page(found) if isinstance(found, Page) else said(refusals.look(found))
