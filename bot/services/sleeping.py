"""How rights fall asleep where no reset puts them to sleep, inside the transaction of whoever enrolls anew."""

from __future__ import annotations

from datetime import datetime

from bot.core import audit
from bot.core.messages import Kind
from bot.core.people import Person
from bot.core.permissions import Permission
from bot.services.ending import record
from bot.services.notices import tell
from storage import roles
from storage.pool import Connection


async def put_rights_to_sleep(conn: Connection, person: Person, now: datetime) -> None:
    """Have rights sleep that were given to somebody whose MFA was off since, and tell who can wake them.

    Who enrolls without a code of the factor before is known by a Slack session alone: with MFA would come what its
    holder may do to others (E8). The person's row is held.
    """
    asleep = await roles.put_to_sleep(conn, person.person_id, now=now)
    if asleep:
        await record(conn, audit.Kind.RIGHTS_DORMANT, person, now, {"roles": " ".join(asleep)})
        for holder in await roles.able_holders(conn, Permission.MANAGE_ROLES):
            await tell(conn, holder, Kind.RIGHTS_DORMANT, now=now, detail={"person": person.person_id})
