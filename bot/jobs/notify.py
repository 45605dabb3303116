"""Post a notice, and bring posted ones up to date."""

from __future__ import annotations

from bot.core.messages import Posted
from bot.jobs.steps import Reached
from bot.services.messages import Messages, Notice
from handlers.outgoing import Never, Outgoing
from handlers.views import notices

ROUNDS = 5


class Notify:
    """The jobs notify and edit_message."""

    def __init__(self, messages: Messages, outgoing: Outgoing, reached: Reached) -> None:
        self._messages = messages
        self._outgoing = outgoing
        self._reached = reached

    async def run(self, message_id: int) -> None:
        """Post the bare sentence, save where it is, and add the button.

        Raises:
            Later: Slack cannot do it now.
        """
        notice = await self._messages.notice(message_id)
        if notice is None or notice.message.complete:
            return
        self._reached("notify.read")
        try:
            channel, ts = notice.message.channel, notice.message.ts
            if channel is None or ts is None:
                channel, ts = await self._post(notice)
                self._reached("notify.posted")
                if await self._messages.posted(message_id, channel=channel, ts=ts) is Posted.SECOND:
                    await self._outgoing.withdraw(channel, ts)
            self._reached("notify.reference_saved")
            text, blocks = notices.blocks(notice)
            await self._outgoing.update(channel, ts, text, blocks)
            self._reached("notify.shown")
            await self._messages.completed(message_id)
            self._reached("notify.completed")
        except Never:
            # Nobody reads that DM any more: the account is gone or closed to the bot.
            return
        again = await self._messages.notice(message_id)
        if again is not None and again.card != notice.card:
            # The request moved on while its message was being sent.
            await self.edit(message_id)

    async def _post(self, notice: Notice) -> tuple[str, str]:
        sentence = notices.sentence(notice)
        if notice.in_channel is not None:
            return await self._outgoing.post_in(notice.in_channel, sentence)
        return await self._outgoing.post(notice.slack_user_id, sentence)

    async def edit(self, message_id: int) -> None:
        """Render what is true now, send, read again, until nothing changed meanwhile.

        Raises:
            Later: Slack cannot do it now.
        """
        notice = await self._messages.notice(message_id)
        for _ in range(ROUNDS):
            if notice is None or notice.message.channel is None or notice.message.ts is None:
                return
            self._reached("edit.read")
            text, blocks = notices.blocks(notice)
            try:
                await self._outgoing.update(notice.message.channel, notice.message.ts, text, blocks)
            except Never:
                return
            self._reached("edit.sent")
            again = await self._messages.notice(message_id)
            if again == notice:
                return
            notice = again
