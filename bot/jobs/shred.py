"""Remove every trace of an ended enrollment's QR and key: the files, the image, the buttons, the modals."""

from __future__ import annotations

import contextlib

from bot.jobs.steps import Reached
from bot.services.delivery import Deliveries
from handlers.outgoing import Never, Outgoing
from handlers.views import enrollment as views

ROUNDS = 5


class Shred:
    """The job shred_qr."""

    def __init__(self, deliveries: Deliveries, outgoing: Outgoing, reached: Reached) -> None:
        self._deliveries = deliveries
        self._outgoing = outgoing
        self._reached = reached

    async def run(self, enrollment_id: int) -> None:
        """Delete and edit until a look under lock finds nothing more.

        Raises:
            Later: Slack cannot do it now.
        """
        for _ in range(ROUNDS):
            left = await self._deliveries.leftovers(enrollment_id)
            if left is None:
                return
            self._reached("shred.read")
            for file_id in left.file_ids:
                await self._outgoing.delete_file(file_id)
                self._reached("shred.file_deleted")
                await self._deliveries.file_deleted(file_id)
            if left.message.channel is not None and left.message.ts is not None:
                text, blocks = views.dm_end(left)
                # Never: the DM is closed to the bot for good; the file, which holds the secret, is deleted.
                with contextlib.suppress(Never):
                    await self._outgoing.update(left.message.channel, left.message.ts, text, blocks)
            self._reached("shred.edited")
            for view in left.key_views:
                # Last: what Slack says of a modal is no reason to leave the picture or the buttons.
                with contextlib.suppress(Never):
                    await self._outgoing.end_modal(view, views.key_end(left, view))
                self._reached("shred.key_view_ended")
                await self._deliveries.key_view_closed(view)
            if await self._deliveries.shredded(enrollment_id, seen=left):
                return
