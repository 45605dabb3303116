"""Bring a report into the DM of whoever asked for it: the bare sentence, the chart's file, and then all of it.

The chart is an ordinary file of the asker's conversation and stays there with its message. What an earlier run left
unfinished is deleted: no message shows it.
"""

from __future__ import annotations

import asyncio
import contextlib

from bot.core.messages import Posted
from bot.jobs.steps import Reached
from bot.services.messages import Messages
from bot.services.report import Due, Reports
from handlers.outgoing import Never, Outgoing
from handlers.views import chart
from handlers.views import report as views


class DeliverReport:
    """The job deliver_report."""

    def __init__(self, reports: Reports, messages: Messages, outgoing: Outgoing, reached: Reached) -> None:
        self._reports = reports
        self._messages = messages
        self._outgoing = outgoing
        self._reached = reached

    async def run(self, message_id: int) -> None:
        """Send, from wherever an earlier run came to.

        Raises:
            Later: Slack cannot do it now.
        """
        due = await self._reports.due(message_id)
        if due is None:
            return
        self._reached("report.read")
        # Never: nobody reads that DM any more.
        with contextlib.suppress(Never):
            await self._send(due)

    async def _send(self, due: Due) -> None:
        message_id, channel, ts = due.message.message_id, due.message.channel, due.message.ts
        if channel is None or ts is None:
            channel, ts = await self._outgoing.post(due.slack_user_id, views.SENTENCE)
            self._reached("report.posted")
            if await self._messages.posted(message_id, channel=channel, ts=ts) is Posted.SECOND:
                await self._outgoing.withdraw(channel, ts)
        self._reached("report.reference_saved")
        for left_before in due.files:
            await self._outgoing.delete_file(left_before)
            await self._reports.file_deleted(left_before)
        report = await self._reports.figures(due.message.person_id)
        image = await asyncio.to_thread(chart.draw, report)
        promised = await self._outgoing.announce_file(views.file_name(report), len(image), views.alt_text(report))
        self._reached("report.file_promised")
        await self._reports.announce(message_id, promised.file_id)
        self._reached("report.file_saved")
        await self._outgoing.send_bytes(promised, image)
        self._reached("report.bytes_sent")
        await self._outgoing.complete_file(promised.file_id, views.FILE_TITLE)
        self._reached("report.file_completed")
        text, blocks = views.message(report, promised.file_id)
        await self._outgoing.update_when_processed(channel, ts, text, blocks)
        self._reached("report.shown")
        await self._messages.completed(message_id)
        self._reached("report.completed")
