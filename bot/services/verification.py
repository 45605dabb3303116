"""What a relying app asks: is this code right, and does this person have MFA at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.apps import App
from bot.core.audit import by_app
from bot.core.codes import Verdict
from bot.core.people import Person, Standing
from bot.services.judging import Asked, Judge, Judged
from bot.services.means import Means
from storage import factors, people
from storage.pool import Connection


@dataclass(frozen=True, slots=True)
class BySlackId:
    """Look a person up by Slack id; *team_id* None where one workspace is installed."""

    slack_id: str
    team_id: str | None = None


@dataclass(frozen=True, slots=True)
class ByEmail:
    """Look a person up by e-mail address, among full members of the home workspace."""

    email: str
    team_id: str | None = None


Lookup = BySlackId | ByEmail


@dataclass(frozen=True, slots=True)
class FactorStatus:
    """What an app may know without a code. *reset_at*: by somebody else only."""

    enrolled: bool
    suspended: bool
    since: datetime | None
    reset_at: datetime | None


class Verification:
    """Answers relying apps, one transaction a request."""

    def __init__(self, means: Means, judge: Judge) -> None:
        self._means = means
        self._judge = judge

    async def check(self, app: App, who: Lookup, *, home_team: str | None, typed: str) -> Judged:
        """Judge a code at sign-in on the app's own surface.

        Only the factor's row is held: whoever changes a factor or a suspension holds it too. No row found says nothing
        yet, since a replacement may be committing; `not_enrolled` is said only after a second look under the person's
        row (E7).
        """
        async with self._means.pool.transaction() as conn:
            found = await self._find(conn, who, home_team)
            if found is None:
                return Judged(Verdict.UNKNOWN_USER)
            factor = (await factors.lock_active(conn, [found.person_id])).get(found.person_id)
            if factor is None:
                await people.lock(conn, [found.person_id])
                factor = (await factors.lock_active(conn, [found.person_id])).get(found.person_id)
            # Read under the factor's (or the person's) row, in a statement of its own: the first look may be old.
            person = await people.get(conn, found.person_id)
            if person is None:
                return Judged(Verdict.UNKNOWN_USER)
            asked = Asked(surface=by_app(app.app_id), actor=by_app(app.app_id), purpose="sign-in", recovery=True)
            return await self._judge.judge(conn, person, factor, typed, asked)

    async def factor(self, who: Lookup, *, home_team: str | None) -> FactorStatus | None:
        """Return whether a person has MFA; None where they are unknown."""
        async with self._means.pool.transaction() as conn:
            found = await self._find(conn, who, home_team)
            if found is None:
                return None
            status = await factors.status(conn, found.person_id)
            if status is None:
                await people.lock(conn, [found.person_id])
                status = await factors.status(conn, found.person_id)
            person = await people.get(conn, found.person_id) or found
            return FactorStatus(
                enrolled=status is not None,
                suspended=person.suspended,
                since=status.since if status else None,
                reset_at=await factors.last_reset_at(conn, found.person_id),
            )

    async def _find(self, conn: Connection, who: Lookup, home_team: str | None) -> Person | None:
        team_id = who.team_id or home_team
        if team_id is None:
            return None
        match who:
            case BySlackId(slack_id):
                found = await people.by_slack_id(conn, team_id=team_id, slack_user_id=slack_id)
            case ByEmail(email):
                found = await people.by_email(conn, team_id=team_id, email=email)
        # Bots and people of other companies are not ours to vouch for, not even as "not enrolled".
        return None if found is None or found.standing in (Standing.BOT, Standing.STRANGER) else found
