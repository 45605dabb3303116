"""What a person does in Slack; each builds the payload that Slack builds, sends it, and applies the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.slack import answers, elements, payloads
from bot.sandbox.slack.delivery import Postman, Reply
from bot.sandbox.slack.errors import NotOnScreenError, SlackError
from bot.sandbox.slack.web_api import decoded
from bot.sandbox.slack.workspace import Message, Person, View

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.slack.calls import Delivery
    from bot.sandbox.slack.inside import Inside
    from bot.sandbox.slack.workspace import Blocks, Channel, Command, Json

TROUBLE = "We had some trouble connecting. Try again?"
"""SR49."""
NO_ANSWER = "⚠️ The app did not answer in time."
"""SR36."""


class People:
    """The hands of everybody in the workspace."""

    def __init__(self, inside: Inside, postman: Postman) -> None:
        self._inside = inside
        self._postman = postman

    async def command(self, user: str, command: str, text: str = "") -> Reply:
        """Type a slash command in the conversation with the app (SR36, SR42)."""
        person = self._person(user)
        known = self._command(command)
        channel, _ = self._inside.workspace.open_dm(user)
        delivery = await self._postman.command(payloads.command(self._inside, person, channel, known, text))
        if not delivery.status:
            error = "operation_timeout" if delivery.answer == b"http_timeout" else "dispatch_failed"
            return self._failed(user, delivery, f"{command} failed with the error “{error}”")
        if not _taken(delivery):
            return self._failed(user, delivery, f"{command} failed with the error “dispatch_failed”")
        try:
            answers.to_command(self._inside, user, channel.id, delivery.answer)
        except SlackError as refusal:
            return self._refused(user, delivery, refusal, f"{command} failed with the error “dispatch_failed”")
        return _reply(delivery)

    async def click(
        self,
        user: str,
        action_id: str,
        *,
        block_id: str | None = None,
        message: Message | None = None,
        view: View | None = None,
        value: str | None = None,
    ) -> Reply:
        """Press a button or choose in a menu: in *message* or *view*, or in what the person has before them.

        A copy of a message or view made earlier stands for a window that has not caught up.
        """
        person = self._person(user)
        place = message or view or self._place(user, action_id, block_id)
        found = elements.find(place.blocks, action_id, block_id)
        if found is None:
            raise NotOnScreenError(f"{person.name} sees no {action_id} there")
        elements.store(place.state, *found, value)
        action = elements.used(*found, value, self._inside.workspace.next_ts(self._inside.now()))
        if isinstance(place, View):
            self._check_sees_view(user, place)
            payload = payloads.click_in_view(self._inside, person, place, action)
        else:
            channel = self._channel_of(user, place)
            payload = payloads.click_on_message(self._inside, person, channel, place, action)
        delivery = await self._postman.interaction(payload)
        if not _taken(delivery):
            return self._failed(user, delivery, NO_ANSWER)
        if delivery.answer:
            # SR45
            self._inside.problem(f"block_actions: Slack ignores the body of the answer: {delivery.answer[:80]!r}")
        return _reply(delivery)

    async def submit(self, user: str, values: Mapping[str, str] | None = None, *, view: View | None = None) -> Reply:
        """Fill in the modal on top by action_id and press its submit button."""
        return await self.submit_blocks(user, {"": values or {}}, view=view)

    async def submit_blocks(
        self, user: str, values: Mapping[str, Mapping[str, str]], *, view: View | None = None
    ) -> Reply:
        """Fill in the modal by block_id and action_id, and press its submit button (SR36, SR49, SR51)."""
        person = self._person(user)
        view = view or self._inside.workspace.top(user)
        if view is None or "submit" not in view.content:
            raise NotOnScreenError(f"{person.name} has nothing to submit")
        self._check_sees_view(user, view)
        elements.fill(view, values)
        view.errors = elements.faults_of(view)
        self._inside.changed()
        if view.errors:
            return Reply(0, None, 0.0, shown=" ".join(view.errors.values()))
        delivery = await self._postman.interaction(payloads.submission(self._inside, person, view))
        if not _taken(delivery):
            return self._failed(user, delivery, TROUBLE)
        live = next((open_ for open_ in self._inside.workspace.stack(user) if open_.id == view.id), view)
        try:
            answers.to_submission(self._inside, live, delivery.answer)
        except SlackError as refusal:
            return self._refused(user, delivery, refusal, TROUBLE)
        return _reply(delivery)

    async def close(self, user: str, *, view: View | None = None) -> Reply:
        """Close the modal on top; the app hears of it only if the view says `notify_on_close` (SR46)."""
        person = self._person(user)
        stack = self._inside.workspace.stack(user)
        view = view or (stack[-1] if stack else None)
        if view is None or view not in stack:
            raise NotOnScreenError(f"{person.name} has nothing to close")
        cleared = bool(view.content.get("clear_on_close", False))
        closed = stack[:] if cleared else stack[stack.index(view) :]
        del stack[len(stack) - len(closed) :]
        self._inside.changed()
        reply = Reply(200, None, 0.0)
        for gone in reversed(closed):
            if gone.content.get("notify_on_close", False):
                payload = payloads.closing(self._inside, person, gone, cleared=cleared)
                reply = _reply(await self._postman.interaction(payload))
        return reply

    async def say(self, user: str, text: str) -> Reply:
        """Write a message to the app (SR43)."""
        self._person(user)
        channel, _ = self._inside.workspace.open_dm(user)
        message = self._inside.post(channel.id, user, payloads.escaped(self._inside, text, mentions=True), [])
        return await self._event(payloads.direct_message(message))

    async def open_home(self, user: str) -> Reply:
        """Look at the app's Home tab."""
        person = self._person(user)
        channel, _ = self._inside.workspace.open_dm(user)
        view = self._inside.workspace.homes.get(user)
        return await self._event(payloads.home_opened(self._inside, person, channel, view))

    async def change_user(self, user: str, **fields: object) -> Reply:
        """Change a person's record, such as `deleted=True`, and tell the app by user_change."""
        person = self._person(user)
        for name, value in fields.items():
            setattr(person, name, value)
        person.updated = int(self._inside.now().timestamp())
        self._inside.changed()
        return await self._event(payloads.about_person(self._inside, "user_change", person))

    async def join(self, person: Person) -> Reply:
        """Let somebody new into the workspace and tell the app by team_join."""
        self._inside.workspace.people[person.id] = person
        self._inside.changed()
        return await self._event(payloads.about_person(self._inside, "team_join", person))

    def dismiss(self, user: str, toast: str) -> None:
        """Put a passing notice away."""
        toasts = self._inside.workspace.toasts.get(user, [])
        toasts[:] = [kept for kept in toasts if kept.id != toast]
        self._inside.changed()

    async def _event(self, inner: Json) -> Reply:
        return _reply(await self._postman.event(payloads.event(self._inside, inner)))

    def _person(self, user: str) -> Person:
        person = self._inside.person(user)
        if person is None:
            raise NotOnScreenError(f"nobody here is {user}")
        return person

    def _command(self, command: str) -> Command:
        for known in self._inside.workspace.commands:
            if known.command == command:
                return known
        raise NotOnScreenError(f"{command} is not a valid command.")

    def _place(self, user: str, action_id: str, block_id: str | None) -> Message | View:
        """Return where the person sees the element: the modal on top, the Home tab, the newest message that has it."""
        workspace = self._inside.workspace
        candidates: list[Message | View | None] = [workspace.top(user), workspace.homes.get(user)]
        candidates += reversed(workspace.messages(user))
        for candidate in candidates:
            if candidate is not None and elements.find(_blocks(candidate), action_id, block_id):
                return candidate
        raise NotOnScreenError(f"{user} sees no {action_id}")

    def _check_sees_view(self, user: str, view: View) -> None:
        home = self._inside.workspace.homes.get(user)
        seen = [*self._inside.workspace.stack(user), *([home] if home else [])]
        if view.id not in {open_.id for open_ in seen}:
            raise NotOnScreenError(f"{user} has that view open no longer")

    def _channel_of(self, user: str, message: Message) -> Channel:
        channel = self._inside.workspace.channels[message.channel]
        if message.ts not in {seen.ts for seen in channel.seen_by(user)}:
            raise NotOnScreenError(f"{user} does not see that message")
        return channel

    def _failed(self, user: str, delivery: Delivery, shown: str) -> Reply:
        self._inside.toast(user, shown)
        self._inside.problem(f"{delivery.kind}: the app answered {delivery.status or delivery.answer.decode()}")
        return _reply(delivery, shown)

    def _refused(self, user: str, delivery: Delivery, refusal: SlackError, shown: str) -> Reply:
        self._inside.toast(user, shown)
        self._inside.problem(f"{delivery.kind}: {refusal.error}: {'; '.join(refusal.messages)}")
        return _reply(delivery, shown)


def _blocks(place: Message | View) -> Blocks:
    return place.blocks


def _taken(delivery: Delivery) -> bool:
    """SR36: only 200 counts."""
    return delivery.status == 200  # noqa: PLR2004  the number is the rule


def _reply(delivery: Delivery, shown: str = "") -> Reply:
    return Reply(delivery.status, decoded(delivery.answer), delivery.seconds, shown)
