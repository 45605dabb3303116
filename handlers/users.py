"""Listing, searching and opening people."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.people import Person
from bot.services.looking import Looks, Shown
from bot.services.users import Page, Users
from handlers import ids
from handlers.members import Body, Members
from handlers.showing import clicked, metadata, show, turn, typed
from handlers.views import refusals, reset_forms
from handlers.views import users as views
from handlers.views.blocks import Json, said


class UserHandlers:
    """The window of people; `Open` puts a person above it."""

    def __init__(self, users: Users, looks: Looks, members: Members) -> None:
        self._users = users
        self._looks = looks
        self._members = members

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which payloads this is for."""
        only = self._members.only
        app.action(ids.USERS)(only(self.first))
        app.action(ids.USERS_AFTER)(only(self.after))
        app.action(ids.USERS_BEFORE)(only(self.before))
        app.action(ids.OPEN_PERSON)(only(self.open))
        app.view(ids.USERS_WINDOW)(only(self.search))

    async def listed(self, person: Person, text: str, _client: AsyncWebClient) -> Json | str:
        """Answer `/mfa-admin users [text]`."""
        found = await self._users.page(by=person.person_id, text=text)
        return views.page(found) if isinstance(found, Page) else refusals.look(found)

    async def first(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open the first page from Home."""
        found = await self._users.page(by=person.person_id)
        await show(body, client, views.page(found) if isinstance(found, Page) else said(refusals.look(found)))
        await ack()

    async def search(self, person: Person, ack: AsyncAck, body: Body, _client: AsyncWebClient) -> None:
        """Put what was searched for in the window's place."""
        found = await self._users.page(by=person.person_id, text=typed(body, ids.SEARCH))
        if isinstance(found, Page):
            await ack(response_action="update", view=views.page(found))
        else:
            await ack(response_action="errors", errors={ids.SEARCH: refusals.look(found)})

    async def after(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Turn to the next page."""
        found = await self._users.page(by=person.person_id, text=metadata(body), after=clicked(body))
        await turn(body, client, views.page(found) if isinstance(found, Page) else said(refusals.look(found)))
        await ack()

    async def before(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Turn to the previous page."""
        found = await self._users.page(by=person.person_id, text=metadata(body), before=clicked(body))
        await turn(body, client, views.page(found) if isinstance(found, Page) else said(refusals.look(found)))
        await ack()

    async def open(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open a person, the button at the top for who may (S11)."""
        found = await self._looks.show(by=person.person_id, subject_id=clicked(body))
        await show(body, client, reset_forms.person(found) if isinstance(found, Shown) else said(refusals.look(found)))
        await ack()
