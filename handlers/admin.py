"""`/mfa-admin`: a word each, and Home's buttons for who may."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.actions import Guard
from bot.core.people import Person
from bot.services.audit_log import AuditLog, Page
from bot.services.looking import Looks, Shown, Why
from bot.services.roles import Overview, Roles
from handlers import ids
from handlers.members import Body, Members
from handlers.people import Visitors
from handlers.showing import dismiss, opened, show
from handlers.views import admin as views
from handlers.views import audit, helpdesk, lockdown, refusals, reset_forms, roles
from handlers.views import home as homes
from handlers.views.blocks import Json, said

NAMED = re.compile(r"<@([UW][A-Z0-9]{1,31})(?:\|[^>]*)?>")
"""How Slack spells a person in a command with `should_escape`."""

Answer = str | Json | tuple[str, list[Json]]
"""A sentence, a window, or text and blocks of a message that the person alone sees."""
Word = Callable[[Person, str, AsyncWebClient], Awaitable[Answer]]


class AdminHandlers:
    """Answers the command; what it opens belongs to the other features."""

    def __init__(
        self,
        looks: Looks,
        roles: Roles,
        log: AuditLog,
        visitors: Visitors,
        members: Members,
        *,
        words: Mapping[str, Word],
        new_intent: Callable[[], UUID],
    ) -> None:
        self._looks = looks
        self._roles = roles
        self._log = log
        self._visitors = visitors
        self._members = members
        self._new_intent = new_intent
        self._words: dict[str, Word] = {
            **words,
            "show": self.show,
            "disable": self.disable,
            "requests": self.requests,
            "unlock": self.unlock,
            "release": self.release,
            "why": self.why,
            "roles": self.roles,
            "audit": self.audit,
            "lockdown": self.lockdown,
        }

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which payloads this is for."""
        app.command("/mfa-admin")(self._members.only(self.command))
        app.action(ids.REQUESTS)(self._members.only(self.open_requests))
        app.action(ids.DISMISS)(self._members.only(self.dismiss))

    async def command(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Answer a word, or with the help."""
        word, _, rest = str(body.get("text", "")).strip().partition(" ")
        asked = self._words.get(word.lower())
        answer: Answer = views.HELP if asked is None else await asked(person, rest.strip(), client)
        match answer:
            case str():
                await ack(response_type="ephemeral", text=answer)
            case (text, blocks):
                await ack(response_type="ephemeral", text=text, blocks=blocks)
            case view if await opened(body, client, view):
                await ack()
            case _:
                await ack(response_type="ephemeral", text=homes.NOT_OPENED)

    async def open_requests(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open the requests from Home."""
        found = await self._looks.requests(by=person.person_id)
        if isinstance(found, list):
            await show(body, client, views.window("MFA: requests", reset_forms.open_requests(found)[1]))
        else:
            await show(body, client, said(refusals.look(found)))
        await ack()

    async def dismiss(self, _person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Take the card away again that only the person sees."""
        await dismiss(body, client)
        await ack()

    async def show(self, person: Person, rest: str, client: AsyncWebClient) -> Answer:
        """Open the window of a person."""
        found = await self._shown(person, rest, client)
        return found if isinstance(found, str) else reset_forms.person(found)

    async def disable(self, person: Person, rest: str, client: AsyncWebClient) -> Answer:
        """Answer with the card of section 5: who, status, facts, and the button for who may."""
        found = await self._shown(person, rest, client)
        return found if isinstance(found, str) else reset_forms.card(found)

    async def requests(self, person: Person, _rest: str, _client: AsyncWebClient) -> Answer:
        """Answer with the open requests."""
        found = await self._looks.requests(by=person.person_id)
        return reset_forms.open_requests(found) if isinstance(found, list) else refusals.look(found)

    async def unlock(self, person: Person, rest: str, client: AsyncWebClient) -> Answer:
        """Open the form that unlocks."""
        found = await self._shown(person, rest, client)
        return found if isinstance(found, str) else helpdesk.unlock_form(found.party.person, self._new_intent())

    async def release(self, person: Person, rest: str, client: AsyncWebClient) -> Answer:
        """Open the form that releases."""
        found = await self._shown(person, rest, client)
        return found if isinstance(found, str) else helpdesk.release_form(found.party.person, self._new_intent())

    async def why(self, person: Person, rest: str, client: AsyncWebClient) -> Answer:
        """Open each guard's verdict."""
        subject = await self._subject(rest, client)
        if isinstance(subject, str):
            return subject
        found = await self._looks.why(by=person.person_id, subject_id=subject.person_id)
        return views.why(found) if isinstance(found, Why) else refusals.look(found)

    async def roles(self, person: Person, _rest: str, _client: AsyncWebClient) -> Answer:
        """Open the roles."""
        found = await self._roles.overview(by=person.person_id)
        return roles.overview(found) if isinstance(found, Overview) else refusals.look(found)

    async def audit(self, person: Person, rest: str, client: AsyncWebClient) -> Answer:
        """Open the audit, of everybody or of one person."""
        subject = await self._subject(rest, client) if rest else None
        if isinstance(subject, str):
            return subject
        found = await self._log.page(by=person.person_id, subject_id=subject.person_id if subject else None)
        return audit.page(found) if isinstance(found, Page) else refusals.look(found)

    async def lockdown(self, _person: Person, rest: str, _client: AsyncWebClient) -> Answer:
        """Open the form that locks down, or lifts it; who may is read when it is submitted."""
        match rest.lower():
            case "on":
                return lockdown.start_form()
            case "off":
                return lockdown.lift_form()
            case _:
                return "Type `/mfa-admin lockdown on` or `/mfa-admin lockdown off`."

    async def _shown(self, person: Person, rest: str, client: AsyncWebClient) -> Shown | str:
        subject = await self._subject(rest, client)
        if isinstance(subject, str):
            return subject
        found = await self._looks.show(by=person.person_id, subject_id=subject.person_id)
        return found if isinstance(found, Shown) else refusals.look(found)

    async def _subject(self, rest: str, client: AsyncWebClient) -> Person | str:
        named = NAMED.fullmatch(rest)
        if named is None:
            return "Name one person with @, as Slack offers them while you type."
        subject = await self._visitors.about(named[1], client)
        return refusals.guard(Guard.SUBJECT_KNOWN) if subject is None else subject
