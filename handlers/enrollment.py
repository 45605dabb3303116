"""Enable, Replace, and everything under the QR code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.enrollment import ConfirmRefusal, StartRefusal
from bot.core.factors import Status
from bot.core.people import Person
from bot.services.enrollment import Confirmed, Enrollments, Started
from handlers import ids
from handlers.home import Buttons
from handlers.people import Turned, Visitors
from handlers.showing import clicked, intent, row_id, show
from handlers.views import codes, home, recovery
from handlers.views import enrollment as views
from handlers.views.blocks import Json, said, typed


class EnrollmentHandlers:
    """From the first button to the recovery codes."""

    def __init__(
        self,
        enrollments: Enrollments,
        visitors: Visitors,
        buttons: Buttons,
        *,
        apps: Iterable[tuple[str, str]],
        new_intent: Callable[[], UUID],
    ) -> None:
        self._enrollments = enrollments
        self._visitors = visitors
        self._buttons = buttons
        self._apps = tuple(apps)
        self._new_intent = new_intent

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which payloads this is for."""
        app.action(ids.ENABLE)(self._buttons.opening(self.start_form))
        app.action(ids.REPLACE)(self._buttons.opening(self.replace_form))
        app.view(ids.START_FORM)(self.start)
        app.view(ids.REPLACE_FORM)(self.replace)
        app.action(ids.ENTER_CODE)(self.enter_code)
        app.action(ids.CANT_SCAN)(self.show_key)
        app.action(ids.CANCEL)(self.cancel)
        app.view(ids.CONFIRM_FORM)(self.confirm)

    def start_form(self, person: Person, status: Status) -> Json:
        """Return the modal behind Enable (S3), or why there is none."""
        if person.suspended:
            return views.start_refused(StartRefusal.SUSPENDED)
        if status.factor_id is not None:
            return views.start_refused(StartRefusal.ALREADY_ON)
        return views.before_you_start(self._apps, self._new_intent())

    def replace_form(self, person: Person, status: Status) -> Json:
        """Return the modal behind Replace, or why there is none."""
        if person.suspended:
            return views.start_refused(StartRefusal.SUSPENDED)
        if status.factor_id is None:
            return views.start_refused(StartRefusal.NOTHING_TO_REPLACE)
        return views.replace_form(self._new_intent())

    async def start(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        """Start an enrollment; Slack is asked anew who this is (X4)."""
        await self._start(ack, body, view, client, replacing=False)

    async def replace(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        """Start a replacement, for a current or a recovery code."""
        await self._start(ack, body, view, client, replacing=True)

    async def _start(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient, *, replacing: bool
    ) -> None:
        meant = intent(view)
        person = await self._visitors.member(body, client, anew=True)
        if isinstance(person, Turned):
            await ack(response_action="update", view=said(home.turned_away(person)))
            return
        if meant is None:
            await ack(response_action="update", view=said(views.EXPIRED))
            return
        outcome = await self._enrollments.start(
            person.person_id, intent=meant, replacing=replacing, typed=typed(view, ids.CODE)
        )
        if isinstance(outcome, Started):
            await ack(response_action="update", view=views.started(outcome))
        elif isinstance(outcome, StartRefusal):
            await ack(response_action="update", view=views.start_refused(outcome))
        else:
            await ack(response_action="errors", errors={ids.CODE: codes.refused(outcome, recovery=True)})

    async def enter_code(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open the modal for the first code, or say how the enrollment ended."""
        enrollment_id = clicked(body)
        person = await self._visitors.member(body, client)
        if isinstance(person, Turned):
            view = said(home.turned_away(person))
        else:
            refusal = await self._enrollments.look(enrollment_id, by=person.person_id)
            view = views.confirm_form(enrollment_id) if refusal is None else views.confirm_refused(refusal)
        await show(body, client, view)
        await ack()

    async def show_key(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open a modal with the key, for the owner alone."""
        person = await self._visitors.member(body, client)
        if isinstance(person, Turned):
            view = said(home.turned_away(person))
        else:
            found = await self._enrollments.key(clicked(body), by=person.person_id)
            view = views.confirm_refused(found) if isinstance(found, ConfirmRefusal) else views.key_by_hand(found)
        await show(body, client, view)
        await ack()

    async def cancel(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Cancel; the message itself then says so."""
        person = await self._visitors.member(body, client)
        if isinstance(person, Turned):
            await show(body, client, said(home.turned_away(person)))
        elif await self._enrollments.cancel(clicked(body), by=person.person_id) is None:
            await show(body, client, views.confirm_refused(ConfirmRefusal.NOT_YOURS))
        await ack()

    async def confirm(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        """Turn MFA on for a right code, and show the recovery codes in the same modal, once (S6)."""
        person = await self._visitors.member(body, client)
        if isinstance(person, Turned):
            await ack(response_action="update", view=said(home.turned_away(person)))
            return
        outcome = await self._enrollments.confirm(
            row_id(view.get("private_metadata")), by=person.person_id, typed=typed(view, ids.CODE)
        )
        if isinstance(outcome, Confirmed):
            shown = recovery.shown(outcome.codes, outcome.factor_id, enabled=True)
            await ack(response_action="update", view=shown)
        elif isinstance(outcome, ConfirmRefusal):
            await ack(response_action="update", view=views.confirm_refused(outcome))
        else:
            await ack(response_action="errors", errors={ids.CODE: views.wrong(outcome)})
