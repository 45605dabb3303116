"""Who is known: looked up when they act, kept up when Slack says that they changed."""

from __future__ import annotations

from dataclasses import replace

from bot.core import permissions
from bot.core.factors import Status
from bot.core.people import Actor, Home, Person, Profile, ends_membership
from bot.services import authority
from bot.services.means import Means
from bot.services.profiles import save_profile
from storage import enrollments, factors, people, recovery_codes, suspensions, words, workspaces


class People:
    """The people of the home workspace."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def home(self) -> Home | None:
        """Return the workspace as it was last seen; None before Slack has ever named it."""
        async with self._means.pool.transaction() as conn:
            return await workspaces.latest(conn)

    async def save_home(self, home: Home) -> None:
        """Remember the workspace that Slack has just named."""
        async with self._means.pool.transaction() as conn:
            await workspaces.save(conn, home, now=self._means.now())

    async def find(self, actor: Actor, home: Home) -> Person | None:
        """Return a person who was seen before."""
        async with self._means.pool.transaction() as conn:
            return await people.by_slack_id(conn, team_id=home.team_id, slack_user_id=actor.slack_user_id)

    async def get(self, person_id: int) -> Person | None:
        """Return a person by our own id."""
        async with self._means.pool.transaction() as conn:
            return await people.get(conn, person_id)

    async def save(self, profile: Profile, *, as_event: bool = False) -> Person:
        """Save what Slack has just said of a person, with what follows from it (X7).

        A deactivated account is suspended and its pending enrollment cancelled. One that came back stays suspended
        until a current code is shown, unless there is no factor that could show one. *as_event*: Slack said it by
        itself; where something later is known already, nothing changes.
        """
        async with self._means.pool.transaction() as conn:
            team_id, slack_user_id = profile.team_id, profile.slack_user_id
            known = await people.by_slack_id(conn, team_id=team_id, slack_user_id=slack_user_id)
            if known is not None and ends_membership(known.standing, profile):
                await authority.hold_roles(conn)  # they may be an admin
            return await save_profile(conn, self._means, profile, now=self._means.now(), as_event=as_event)

    async def status(self, person_id: int) -> tuple[Person, Status] | None:
        """Return what a person's own page shows of them."""
        async with self._means.pool.transaction() as conn:
            person = await people.get(conn, person_id)
            if person is None:
                return None
            status = await factors.status(conn, person_id) or Status()
            pending = await enrollments.pending_of(conn, person_id)
            awaited = await words.awaited(conn, person_id)
            party = (await authority.look(conn, [person_id]))[person_id]
            left = await recovery_codes.left(conn, status.factor_id) if status.factor_id else 0
            return person, replace(
                status,
                codes_left=left,
                pending_enrollment=pending.enrollment_id if pending else None,
                pending_until=pending.expires_at if pending else None,
                awaits_word=awaited is not None,
                word_live=awaited is not None and awaited.live,
                release_offered=await suspensions.release_at(conn, person_id) is not None,
                rights=party.rights if party.able else permissions.NONE,
            )
