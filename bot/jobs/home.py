"""Bring somebody's Home tab up to what is true now."""

from __future__ import annotations

from bot.core.people import Standing
from bot.jobs.steps import Reached
from bot.services.people import People
from handlers.outgoing import Never, Outgoing
from handlers.views import home as views

ROUNDS = 5


class Home:
    """The job refresh_home."""

    def __init__(self, people: People, outgoing: Outgoing, reached: Reached) -> None:
        self._people = people
        self._outgoing = outgoing
        self._reached = reached

    async def run(self, person_id: int) -> None:
        """Render what is true now, publish, read again, until nothing changed meanwhile.

        Raises:
            Later: Slack cannot do it now.
        """
        known = await self._people.status(person_id)
        for _ in range(ROUNDS):
            if known is None or known[0].standing is not Standing.MEMBER:
                return
            self._reached("home.read")
            try:
                await self._outgoing.publish_home(known[0].slack_user_id, views.home(*known))
            except Never:
                return
            self._reached("home.published")
            again = await self._people.status(person_id)
            if again == known:
                return
            known = again
