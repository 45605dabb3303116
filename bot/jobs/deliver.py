"""Bring an enrollment's QR into its owner's DM.

The bare sentence first, then the file (its id stored before any byte is sent), and image and buttons last: a crash
leaves an inert sentence, or a file that is known and will be deleted (E4).
"""

from __future__ import annotations

import asyncio
import io

import segno

from bot.core.messages import Posted
from bot.jobs.steps import Reached
from bot.services.delivery import Deliveries, Delivery
from bot.services.enrollment import Enrollments
from handlers.outgoing import Never, Outgoing
from handlers.views import enrollment as views

FILE_NAME = "mfa-setup.png"
FILE_TITLE = "MFA setup"


class Deliver:
    """The job deliver_qr."""

    def __init__(self, deliveries: Deliveries, enrollments: Enrollments, outgoing: Outgoing, reached: Reached) -> None:
        self._deliveries = deliveries
        self._enrollments = enrollments
        self._outgoing = outgoing
        self._reached = reached

    async def run(self, enrollment_id: int) -> None:
        """Deliver, from wherever an earlier run came to.

        Raises:
            Later: Slack cannot do it now.
        """
        delivery = await self._deliveries.pending(enrollment_id)
        if delivery is None or delivery.message.complete:
            return
        self._reached("deliver.read")
        try:
            await self._deliver(enrollment_id, delivery)
        except Never:
            await self._enrollments.give_up(enrollment_id)

    async def _deliver(self, enrollment_id: int, delivery: Delivery) -> None:
        channel, ts = delivery.message.channel, delivery.message.ts
        if channel is None or ts is None:
            channel, ts = await self._outgoing.post(delivery.slack_user_id, views.DM_SENTENCE)
            self._reached("deliver.posted")
            posted = await self._deliveries.posted(enrollment_id, channel=channel, ts=ts)
            if posted is Posted.SECOND:
                await self._outgoing.withdraw(channel, ts)
            if posted is Posted.ENDED:
                return
        self._reached("deliver.reference_saved")
        for left_before in await self._deliveries.files(enrollment_id):
            # Of a run that did not come to its end: nothing shows that file yet. One that Slack does not know may
            # still be on its way, from a worker that was thought dead: it is looked for again at the end.
            if await self._outgoing.delete_file(left_before):
                await self._deliveries.file_deleted(left_before)
        image = await asyncio.to_thread(draw, delivery.uri)
        promised = await self._outgoing.announce_file(FILE_NAME, len(image), views.QR_ALT)
        self._reached("deliver.file_promised")
        if not await self._deliveries.announce(enrollment_id, promised.file_id):
            return
        self._reached("deliver.file_saved")
        await self._outgoing.send_bytes(promised, image)
        self._reached("deliver.bytes_sent")
        await self._outgoing.complete_file(promised.file_id, FILE_TITLE)
        self._reached("deliver.file_completed")
        text, blocks = views.dm_blocks(delivery, promised.file_id)
        await self._outgoing.update_when_processed(channel, ts, text, blocks)
        self._reached("deliver.shown")
        await self._deliveries.completed(enrollment_id)
        self._reached("deliver.completed")


def draw(uri: str) -> bytes:
    """Draw the QR code of a provisioning URI as PNG: black on white, whatever the reader's theme."""
    drawn = io.BytesIO()
    segno.make(uri, error="m", micro=False).save(drawn, kind="png", scale=8, border=4, dark="black", light="white")
    return drawn.getvalue()
