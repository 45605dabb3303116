"""Roles: to see, grant, revoke and wake."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.people import Person, Profile
from bot.services.looking import Looks
from bot.services.resets import Resets
from bot.services.roles import Changed, Overview, RoleRefusal, Roles
from handlers import ids
from handlers.members import Body, Members
from handlers.people import Visitors
from handlers.refusing import refused
from handlers.showing import chosen, chosen_person, clicked, metadata, row_id, show, typed
from handlers.views import refusals
from handlers.views import roles as views
from handlers.views.blocks import said


class RoleHandlers:
    """The window of roles, its forms, and `Wake rights`."""

    def __init__(self, roles: Roles, resets: Resets, looks: Looks, visitors: Visitors, members: Members) -> None:
        self._roles = roles
        self._resets = resets
        self._looks = looks
        self._visitors = visitors
        self._members = members

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which payloads this is for."""
        only = self._members.only
        app.action(ids.ROLES)(only(self.overview))
        app.action(ids.GRANT)(only(self.grant_form))
        app.action(ids.REVOKE)(only(self.revoke_form))
        app.view(ids.GRANT_FORM)(only(self.grant))
        app.view(ids.REVOKE_FORM)(only(self.revoke))
        app.action(ids.WAKE_RIGHTS)(only(self.wake_form))
        app.action(ids.WAKE_RIGHTS_OF)(only(self.wake_form_of))
        app.view(ids.WAKE_FORM)(only(self.wake))

    async def overview(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open the list of roles and who holds them."""
        found = await self._roles.overview(by=person.person_id)
        view = views.overview(found) if isinstance(found, Overview) else said(refusals.look(found))
        await show(body, client, view)
        await ack()

    async def grant_form(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open the form that grants."""
        found = await self._roles.overview(by=person.person_id)
        view = views.grant_form(found.roles) if isinstance(found, Overview) else said(refusals.look(found))
        await show(body, client, view)
        await ack()

    async def revoke_form(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open the form that revokes."""
        found = await self._roles.overview(by=person.person_id)
        view = views.revoke_form(found.roles) if isinstance(found, Overview) else said(refusals.look(found))
        await show(body, client, view)
        await ack()

    async def grant(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Grant, for a reason and a code."""
        subject = await self._visitors.about(chosen_person(body, ids.WHOM), client)
        subject_id = subject.person_id if subject else 0
        outcome = await self._roles.grant(
            by=person.person_id,
            subject_id=subject_id,
            role=chosen(body, ids.ROLE),
            told=await self._confirmed({person.person_id, subject_id}, client),
            reason=typed(body, ids.REASON),
            typed=typed(body, ids.CODE),
        )
        if isinstance(outcome, Changed | RoleRefusal):
            await ack(response_action="update", view=views.granted(outcome))
        else:
            await ack(**refused(outcome))

    async def revoke(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Take a role away, for a reason and a code."""
        subject = await self._visitors.about(chosen_person(body, ids.WHOM), client)
        outcome = await self._roles.revoke(
            by=person.person_id,
            subject_id=subject.person_id if subject else 0,
            role=chosen(body, ids.ROLE),
            reason=typed(body, ids.REASON),
            typed=typed(body, ids.CODE),
        )
        if isinstance(outcome, Changed | RoleRefusal):
            await ack(response_action="update", view=views.revoked(outcome))
        else:
            await ack(**refused(outcome))

    async def wake_form(self, _person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open the form that wakes the rights of the subject of the request that the button names."""
        subject_id = await self._resets.subject_of(clicked(body))
        await show(body, client, said(refusals.STALE) if subject_id is None else views.wake_form(subject_id))
        await ack()

    async def wake_form_of(self, _person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open the form that wakes the rights of the person whom the button names: no request put them to sleep."""
        await show(body, client, views.wake_form(clicked(body)))
        await ack()

    async def wake(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Wake rights that sleep since their holder's MFA was off, for a code."""
        subject_id = row_id(metadata(body))
        outcome = await self._roles.wake(
            by=person.person_id,
            subject_id=subject_id,
            told=await self._confirmed({person.person_id, subject_id}, client),
            typed=typed(body, ids.CODE),
        )
        if isinstance(outcome, Changed | RoleRefusal):
            await ack(response_action="update", view=views.woken(outcome))
        else:
            await ack(**refused(outcome))

    async def _confirmed(self, person_ids: set[int], client: AsyncWebClient) -> list[Profile]:
        return await self._visitors.confirmed(await self._looks.slack_ids(person_ids), client)
