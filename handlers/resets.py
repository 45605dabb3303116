"""Resetting somebody else's MFA: the form, and the answers to a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict
from uuid import UUID

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.actions import Guard
from bot.core.identity_check import IdentityCheck
from bot.core.people import Person, Profile
from bot.core.reset_opening import OpenRefusal, VetoedLately
from bot.core.resets import Happened, ReasonFault
from bot.services.judging import Judged
from bot.services.looking import LookRefusal, Looks, Shown
from bot.services.resets import Came, Done, Resets
from handlers import ids
from handlers.members import Body, Members
from handlers.people import Visitors
from handlers.refusing import refused
from handlers.showing import chosen, clicked, metadata, row_id, settle, show, subject_and_intent, typed
from handlers.views import refusals
from handlers.views import reset_forms as views
from handlers.views import reset_outcomes as outcomes
from handlers.views.blocks import Json, said


class ResetHandlers:
    """What the buttons of a reset open, and what the windows do."""

    def __init__(
        self,
        resets: Resets,
        looks: Looks,
        visitors: Visitors,
        members: Members,
        *,
        new_intent: Callable[[], UUID],
    ) -> None:
        self._resets = resets
        self._looks = looks
        self._visitors = visitors
        self._members = members
        self._new_intent = new_intent

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which payloads this is for."""
        only = self._members.only
        app.action(ids.DISABLE_OTHER)(only(self.begin))
        app.view(ids.RESET_FORM)(only(self.open))
        app.action(ids.APPROVE_RESET)(only(self.begin_approval))
        app.view(ids.APPROVAL_FORM)(only(self.approve))
        app.action(ids.DENY_RESET)(only(self.begin_denial))
        app.view(ids.DENIAL_FORM)(only(self.deny))
        app.action(ids.CANCEL_RESET)(only(self.begin_cancelling))
        app.view(ids.CANCEL_FORM)(only(self.cancel))

    async def begin(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open the form about the person whom the button names, or say why there is none; the card was of use once."""
        shown = await self._looks.show(by=person.person_id, subject_id=clicked(body))
        if await show(body, client, _form(shown, self._new_intent())) and isinstance(shown, Shown):
            await settle(body, client, *views.used_card(shown))
        await ack()

    async def open(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Disable directly, or ask: Slack confirms both people first, and the actor's code comes last."""
        subject_id, intent = subject_and_intent(body)
        happened = chosen(body, ids.HAPPENED)
        check = chosen(body, ids.IDENTITY_CHECK)
        if intent is None or happened not in set(Happened) or check not in set(IdentityCheck):
            await ack(response_action="update", view=said(refusals.STALE))
            return
        outcome = await self._resets.open(
            by=person.person_id,
            subject_id=subject_id,
            told=await self._confirmed({person.person_id, subject_id}, client),
            intent=intent,
            happened=Happened(happened),
            identity_check=IdentityCheck(check),
            reason=typed(body, ids.REASON),
            typed=typed(body, ids.CODE),
        )
        match outcome:
            case Done(reset):
                await ack(response_action="update", view=outcomes.opened(reset.state, **_shown(outcome)))
            case OpenRefusal() | VetoedLately():
                await ack(response_action="update", view=said(refusals.not_opened(outcome)))
            case _:
                await ack(**refused(outcome))

    async def begin_approval(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open the window that repeats who, whom and why; whether they may is read when they submit it."""
        await self._answer_window(person, body, client, views.approval)
        await ack()

    async def begin_denial(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open the window that asks why not."""
        await self._answer_window(person, body, client, views.denial)
        await ack()

    async def approve(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Approve for a fresh code."""
        request_id = row_id(metadata(body))
        concerned = await self._resets.concerned(request_id)
        outcome = await self._resets.approve(
            request_id,
            by=person.person_id,
            told=await self._confirmed({person.person_id, *concerned}, client),
            typed=typed(body, ids.CODE),
        )
        await ack(**_answered(outcome))

    async def deny(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Deny with a reason; with a code, lift what the request caused."""
        request_id = row_id(metadata(body))
        outcome = await self._resets.deny(
            request_id,
            by=person.person_id,
            reason=typed(body, ids.REASON),
            told=await self._confirmed_to_lift(request_id, person, body, client),
            typed=typed(body, ids.CODE),
        )
        await ack(**_answered(outcome))

    async def begin_cancelling(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Take one's own request back; the message itself then says so. What it caused takes a form, for the code."""
        request_id = clicked(body)
        found = await self._resets.lifting(request_id, by=person.person_id)
        if found is not None:
            await show(body, client, views.cancelling(found))
            await ack()
            return
        outcome = await self._resets.cancel(request_id, by=person.person_id)
        if isinstance(outcome, Came | Guard):
            await show(body, client, said(_sentence(outcome)))
        await ack()

    async def cancel(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Take one's own request back by the form; with a code, lift what it caused."""
        request_id = row_id(metadata(body))
        outcome = await self._resets.cancel(
            request_id,
            by=person.person_id,
            told=await self._confirmed_to_lift(request_id, person, body, client),
            typed=typed(body, ids.CODE),
        )
        await ack(**_answered(outcome))

    async def _answer_window(
        self, person: Person, body: Body, client: AsyncWebClient, made: Callable[..., Json]
    ) -> None:
        found = await self._resets.card_for(clicked(body), by=person.person_id)
        await show(body, client, said(_sentence(found)) if isinstance(found, Guard | Came) else made(found))

    async def _confirmed_to_lift(
        self, request_id: int, person: Person, body: Body, client: AsyncWebClient
    ) -> list[Profile]:
        """Have Slack confirm those concerned, if a code was typed: without one nothing is loosened."""
        if not typed(body, ids.CODE).strip():
            return []
        concerned = await self._resets.concerned(request_id)
        return await self._confirmed({person.person_id, *concerned}, client)

    async def _confirmed(self, person_ids: set[int], client: AsyncWebClient) -> list[Profile]:
        return await self._visitors.confirmed(await self._looks.slack_ids(person_ids), client)


def _form(shown: Shown | Guard | LookRefusal, intent: UUID) -> Json:
    if not isinstance(shown, Shown):
        return said(refusals.look(shown))
    if isinstance(shown.route, Guard):
        return said(refusals.guard(shown.route))
    if shown.not_opened is not None:
        return said(refusals.not_opened(shown.not_opened))
    return views.form(shown, intent)


class _Shown(TypedDict):
    word: str | None
    asks_word: bool
    suspended: bool


def _shown(done: Done) -> _Shown:
    """Return what an outcome shows beside the state: the word is for the actor alone, and this once (E10)."""
    return {"word": done.word, "asks_word": done.asks_word, "suspended": done.suspended}


def _answered(outcome: Done | Came | Guard | ReasonFault | Judged) -> Json:
    match outcome:
        case Done(reset):
            return {"response_action": "update", "view": outcomes.answered(reset.state, **_shown(outcome))}
        case Came():
            return {"response_action": "update", "view": said(_sentence(outcome))}
        case _:
            return refused(outcome)


def _sentence(outcome: Came | Guard) -> str:
    return refusals.not_answered(outcome.why) if isinstance(outcome, Came) else refusals.guard(outcome)
