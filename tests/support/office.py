"""An employee, a helpdesk agent, a manager and an admin in front of the served bot."""

import asyncpg

from bot.sandbox.slack import Person
from tests.support.bot import Bot
from tests.support.somebody import Somebody

REASON = "Her phone fell into the lake this morning."
DISABLE = "Disable Multi-Factor Authentication"


class Office:
    """Ada needs help; Hal is at the helpdesk, Mia manages Ada, Amy is an admin. All have MFA."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.ada, self.hal, self.mia, self.amy = (bot.person(user) for user in ("U0ADA", "U0HAL", "U0MIA", "U0AMY"))

    async def opens(self) -> None:
        people = self.bot.standin.workspace.people
        for user, name in (("U0HAL", "Hal Desk"), ("U0MIA", "Mia Boss"), ("U0AMY", "Amy Root")):
            people[user] = Person(user, name[:3].lower(), name, "employee", f"{user.lower()}@example.com")
        for somebody in (self.ada, self.hal, self.mia, self.amy):
            await somebody.enables()
        # Whoever set MFA up today approves nothing (A16).
        await self.tells("UPDATE factor SET trusted_since = '2026-11-01'")
        await self.tells(
            "INSERT INTO manager SELECT a.person_id, b.person_id, now() FROM person a, person b "
            "WHERE a.slack_user_id = $1 AND b.slack_user_id = $2",
            "U0ADA",
            "U0MIA",
        )
        await self.grants("U0HAL", "helpdesk")
        await self.grants("U0AMY", "admin")

    async def grants(self, user: str, role: str) -> None:
        """Have the role since the day before yesterday."""
        await self.tells(
            "INSERT INTO role_grant (person_id, role, granted_at, granted_by) "
            "SELECT person_id, $2, '2026-11-22', 'host:test' FROM person WHERE slack_user_id = $1",
            user,
            role,
        )

    async def tells(self, statement: str, *values: str) -> None:
        conn = await asyncpg.connect(self.bot.database.superuser)
        try:
            await conn.execute(statement, *values)
        finally:
            await conn.close()

    async def asks(self, by: Somebody, *, happened: str = "lost", code: str = "") -> None:
        """Go through the card and the form about Ada."""
        await by.types("/mfa-admin disable @ada")
        await by.clicks(DISABLE)
        await by.submits(happened=happened, identity_check="seen", reason=REASON, code=code or by.next_code())
