"""Enable, Replace, and everything under the QR code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.enrollment import ConfirmRefusal, StartRefusal, State
from bot.core.factors import Status
from bot.core.people import Person
from bot.services.enrollment import Confirmed, Enrollments, Started
from handlers import ids
from handlers.members import Body, Members
from handlers.showing import clicked, intent, metadata, replace_named, row_id, show, typed
from handlers.views import codes, recovery
from handlers.views import enrollment as views
from handlers.views.blocks import Json, said


class EnrollmentHandlers:
    """From the first button to the recovery codes."""

    def __init__(
        self,
        enrollments: Enrollments,
        members: Members,
        *,
        apps: Iterable[tuple[str, str]],
        new_intent: Callable[[], UUID],
    ) -> None:
        self._enrollments = enrollments
        self._members = members
        self._apps = tuple(apps)
        self._new_intent = new_intent

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which payloads this is for."""
        members = self._members
        app.action(ids.ENABLE)(members.opening(self.start_form))
        app.action(ids.REPLACE)(members.opening(self.replace_form))
        app.view(ids.START_FORM)(members.only(self.start, anew=True))
        app.view(ids.REPLACE_FORM)(members.only(self.replace, anew=True))
        app.action(ids.ENTER_CODE)(members.only(self.enter_code))
        app.action(ids.CANT_SCAN)(members.only(self.show_key))
        app.action(ids.CANCEL)(members.only(self.cancel))
        app.view(ids.CONFIRM_FORM)(members.only(self.confirm))

    def start_form(self, person: Person, status: Status) -> Json:
        """Return the modal behind Enable (S3), or why there is none."""
        if person.suspended and not status.word_live:
            return views.start_refused(StartRefusal.NO_WORD if status.awaits_word else StartRefusal.SUSPENDED)
        if status.factor_id is not None:
            return views.start_refused(StartRefusal.ALREADY_ON)
        return views.before_you_start(self._apps, self._new_intent(), asks_word=status.awaits_word)

    def replace_form(self, person: Person, status: Status) -> Json:
        """Return the modal behind Replace, or why there is none."""
        if person.suspended:
            return views.start_refused(StartRefusal.SUSPENDED)
        if status.factor_id is None:
            return views.start_refused(StartRefusal.NOTHING_TO_REPLACE)
        return views.replace_form(self._new_intent())

    async def start(self, person: Person, ack: AsyncAck, body: Body, _client: AsyncWebClient) -> None:
        """Start an enrollment; Slack was asked anew who this is (X4)."""
        await self._start(person, ack, body, replacing=False)

    async def replace(self, person: Person, ack: AsyncAck, body: Body, _client: AsyncWebClient) -> None:
        """Start a replacement, for a current or a recovery code."""
        await self._start(person, ack, body, replacing=True)

    async def _start(self, person: Person, ack: AsyncAck, body: Body, *, replacing: bool) -> None:
        meant = intent(body)
        if meant is None:
            await ack(response_action="update", view=said(views.EXPIRED))
            return
        outcome = await self._enrollments.start(
            person.person_id, intent=meant, replacing=replacing, typed=typed(body, ids.CODE)
        )
        if isinstance(outcome, Started):
            await ack(response_action="update", view=views.started(outcome))
        elif isinstance(outcome, StartRefusal):
            await ack(response_action="update", view=views.start_refused(outcome))
        else:
            await ack(response_action="errors", errors={ids.CODE: codes.refused(outcome, recovery=True)})

    async def enter_code(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open the modal for the first code, or say how the enrollment ended."""
        enrollment_id = clicked(body)
        found = await self._enrollments.look(enrollment_id, by=person.person_id)
        if isinstance(found, ConfirmRefusal):
            view = views.confirm_refused(found)
        else:
            view = views.confirm_form(enrollment_id, replacing=found.replacing, asks_word=found.asks_word)
        await show(body, client, view)
        await ack()

    async def show_key(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open a modal with the key, for the owner alone.

        Every end of the enrollment closes it, and one that came meanwhile may have found it not open yet.
        """
        enrollment_id = clicked(body)
        found = await self._enrollments.key(enrollment_id, by=person.person_id)
        if isinstance(found, ConfirmRefusal):
            await show(body, client, views.confirm_refused(found))
        elif await show(body, client, views.key_by_hand(found)):
            now = await self._enrollments.look(enrollment_id, by=person.person_id)
            if isinstance(now, ConfirmRefusal):
                await replace_named(client, found.view, views.confirm_refused(now))
        await ack()

    async def cancel(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Cancel, and the message itself then says so; where it had ended otherwise, say how."""
        state = await self._enrollments.cancel(clicked(body), by=person.person_id)
        if state is None:
            await show(body, client, views.confirm_refused(ConfirmRefusal.NOT_YOURS))
        elif state is not State.CANCELLED:
            await show(body, client, views.confirm_refused(ConfirmRefusal(state.value)))
        await ack()

    async def confirm(self, person: Person, ack: AsyncAck, body: Body, _client: AsyncWebClient) -> None:
        """Turn MFA on for a right code, and show the recovery codes in the same modal, once (S6)."""
        outcome = await self._enrollments.confirm(
            row_id(metadata(body)), by=person.person_id, typed=typed(body, ids.CODE), word=typed(body, ids.WORD)
        )
        if isinstance(outcome, Confirmed):
            shown = recovery.shown(outcome.codes, outcome.set_id, enabled=True)
            await ack(response_action="update", view=shown)
        elif isinstance(outcome, ConfirmRefusal):
            await ack(response_action="update", view=views.confirm_refused(outcome))
        else:
            await ack(response_action="errors", errors=views.wrong(outcome))
