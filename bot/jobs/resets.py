"""Carry out a reset whose hold is over: Slack confirms everybody concerned first."""

from __future__ import annotations

from bot.services.people import People
from bot.services.reset_times import Due, ResetTimes
from handlers.outgoing import Later, Outgoing

AGAIN_S = 30.0


class ExecuteReset:
    """The job execute_reset."""

    def __init__(self, times: ResetTimes, people: People, outgoing: Outgoing) -> None:
        self._times = times
        self._people = people
        self._outgoing = outgoing

    async def run(self, request_id: int) -> None:
        """Ask Slack who the people are now, and let the rules decide; a lockdown is waited out by the sweep.

        Raises:
            Later: Slack cannot say it now.
        """
        home = await self._people.home()
        asked = await self._times.concerned(request_id)
        if home is None or not asked:
            return
        told = [await self._outgoing.profile(slack_user_id, home) for slack_user_id in asked]
        if await self._times.execute(request_id, told=[one for one in told if one is not None]) is Due.UNCONFIRMED:
            raise Later("unconfirmed", AGAIN_S)
