"""How relying apps name people, and whom that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from bot.core import addresses
from bot.core.apps import LookupBy
from bot.core.people import Person, Standing
from bot.services.former_emails import digests
from bot.services.means import Means
from storage import lookups
from storage.pool import Connection


@dataclass(frozen=True, slots=True)
class BySlackId:
    """Look a person up by Slack id; *team_id* None is the home workspace."""

    slack_id: str
    team_id: str | None = None
    by: ClassVar[LookupBy] = LookupBy.SLACK_ID


@dataclass(frozen=True, slots=True)
class ByEmail:
    """Look a person up by e-mail address, among full members; *team_id* None is the home workspace.

    An address that somebody else had a short while ago finds nobody (V5).
    """

    email: str
    team_id: str | None = None
    by: ClassVar[LookupBy] = LookupBy.EMAIL


Lookup = BySlackId | ByEmail


async def find(conn: Connection, means: Means, asked: Sequence[Lookup]) -> list[Person | None]:
    """Return whom each lookup names, in their order, without holding anybody."""
    by_id = [who for who in asked if isinstance(who, BySlackId)]
    by_email = [who for who in asked if isinstance(who, ByEmail)]
    found: dict[Lookup, Person | None] = {}
    if by_id:
        people = await lookups.by_slack_ids(conn, [(who.team_id, who.slack_id) for who in by_id])
        found |= zip(by_id, people, strict=True)
    if by_email:
        people = await lookups.by_emails(
            conn,
            [(who.team_id, who.email) for who in by_email],
            digests=[
                (place, spelled)
                for place, who in enumerate(by_email, 1)
                for spelled in digests(means.keyring, who.email).values()
            ],
            since=means.now() - means.email_min_age,
        )
        for who, person in zip(by_email, people, strict=True):
            # The database's rules of case depend on its locale; these do not, and the digests are made by them.
            found[who] = person if person is not None and addresses.same(person.email, who.email) else None
    return [_ours(found[who]) for who in asked]


def _ours(person: Person | None) -> Person | None:
    """Leave out bots and people of other companies: not ours to vouch for, not even as "not enrolled"."""
    return None if person is None or person.standing in (Standing.BOT, Standing.STRANGER) else person
