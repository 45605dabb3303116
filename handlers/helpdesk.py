"""Unlocking a factor, and releasing a suspended person: a window each, with a reason and the actor's code."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.people import Person, Profile
from bot.core.throttle import UnlockLimit
from bot.services.helpdesk import Helpdesk, Helped, NewWord, UnlockRefusal
from bot.services.looking import Looks
from handlers import ids
from handlers.members import Body, Members
from handlers.people import Visitors
from handlers.refusing import refused
from handlers.showing import subject_and_intent, typed
from handlers.views import helpdesk as views
from handlers.views import refusals
from handlers.views.blocks import said


class HelpdeskHandlers:
    """What `/mfa-admin unlock @person` and `release @person` open."""

    def __init__(self, helpdesk: Helpdesk, looks: Looks, visitors: Visitors, members: Members) -> None:
        self._helpdesk = helpdesk
        self._looks = looks
        self._visitors = visitors
        self._members = members

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which payloads this is for."""
        app.view(ids.UNLOCK_FORM)(self._members.only(self.unlock))
        app.view(ids.RELEASE_OTHER_FORM)(self._members.only(self.release))

    async def unlock(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """End lock and waits."""
        subject_id, intent = subject_and_intent(body)
        if intent is None:
            await ack(response_action="update", view=said(refusals.STALE))
            return
        outcome = await self._helpdesk.unlock(
            by=person.person_id,
            subject_id=subject_id,
            told=await self._confirmed({person.person_id, subject_id}, client),
            intent=intent,
            reason=typed(body, ids.REASON),
            typed=typed(body, ids.CODE),
        )
        if isinstance(outcome, Helped | UnlockRefusal | UnlockLimit):
            await ack(response_action="update", view=views.outcome(outcome))
        else:
            await ack(**refused(outcome))

    async def release(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Release, as far as helpdesk may."""
        subject_id, intent = subject_and_intent(body)
        if intent is None:
            await ack(response_action="update", view=said(refusals.STALE))
            return
        outcome = await self._helpdesk.release(
            by=person.person_id,
            subject_id=subject_id,
            told=await self._confirmed({person.person_id, subject_id}, client),
            intent=intent,
            reason=typed(body, ids.REASON),
            typed=typed(body, ids.CODE),
        )
        if isinstance(outcome, NewWord):
            await ack(response_action="update", view=views.new_word(outcome.word))
        elif isinstance(outcome, Helped):
            await ack(response_action="update", view=views.outcome(outcome))
        else:
            await ack(**refused(outcome))

    async def _confirmed(self, person_ids: set[int], client: AsyncWebClient) -> list[Profile]:
        return await self._visitors.confirmed(await self._looks.slack_ids(person_ids), client)
